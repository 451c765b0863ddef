"""Speed beside the peers, side by side in one run: `make bench`."""

SECTIONS = (
    "loading", "reading", "memory", "import", "peers", "influence", "whole-way", "one-customer", "everyone", "gds",
    "kernels", "tables", "spark", "segments", "churn", "serving",
)  # fmt: skip
"""What can be measured; docs/benchmarks.md has a section of each."""
