"""Speed beside the peers, side by side in one run: `make bench`."""

SECTIONS = ("loading", "reading", "memory", "import", "peers", "influence", "kernels", "tables", "serving")
"""What can be measured; docs/benchmarks.md has a section of each."""
