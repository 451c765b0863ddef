"""The command `refnet`, and `python -m refnet`."""

from __future__ import annotations

import os
import signal
import sys
from types import FrameType


def main() -> None:
    """Run the command line. Ctrl-C while that is still being imported is no traceback, either."""
    plain = signal.getsignal(signal.SIGINT) is signal.default_int_handler  # else somebody has it ignored
    if plain:
        signal.signal(signal.SIGINT, _stopped)
    from refnet.cli import main as run

    if plain:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    run()


def _stopped(_: int, __: FrameType | None) -> None:
    # Nothing has begun. An exception would come out of the middle of somebody's import, as another one perhaps.
    sys.stderr.write("refnet: stopped.\n")
    sys.stderr.flush()
    os._exit(128 + signal.SIGINT)


if __name__ == "__main__":
    main()
