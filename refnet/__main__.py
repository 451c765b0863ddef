"""`python -m refnet`, the same as `refnet`."""

from refnet.cli import main

main()
