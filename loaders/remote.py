"""Remote: files at s3://, https:// and wherever else fsspec reaches, fetched for the time of a load.

Of an address neither user, password nor query is ever shown: a signed link has its key in it.
"""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath
from typing import IO, Any
from urllib.parse import unquote, urlsplit

from refnet.core.errors import InputError, UsageError
from refnet.core.progress import Reporter
from refnet.loaders.aside import Aside
from refnet.loaders.databases import SCHEMES
from refnet.loaders.files import ENDINGS, ending

_BLOCK = 2**20
_ADDRESS = re.compile(r"^(?:[\w+.-]+::)*[\w+.-]+://")


def is_address(said: str) -> bool:
    """Whether something is no path of this machine but an address."""
    return _ADDRESS.match(said) is not None


def fetch(address: str, aside: Aside, reporter: Reporter) -> Path:
    """A file, or a directory's files, as one of this machine.

    Raises:
        InputError: it is not there, or cannot be fetched.
        UsageError: it is a database; nothing is installed that reaches it; no kind of file that is loaded.
    """
    shown = _shown(address)
    if urlsplit(address).scheme.split("+")[0] in SCHEMES:
        raise UsageError(
            f"{shown} is a database: say what to read of it.",
            'Such as --table orders=public.orders or --query "orders=SELECT …".',
        )
    try:
        import fsspec
    except ImportError:
        raise UsageError(
            "Files at an address are fetched by fsspec, which is not installed.",
            "pip install 'refnet[remote]'",
        ) from None
    try:
        files, place = fsspec.core.url_to_fs(address)
        web = not {"http", "https"}.isdisjoint(
            [files.protocol] if isinstance(files.protocol, str) else files.protocol
        )
        if not web and files.isdir(place):
            return _directory(files, place, shown, aside, reporter)
        return _file(files, place, aside.path(_name(place, shown), shown), reporter)
    except (InputError, UsageError):
        raise
    except FileNotFoundError as error:
        # By https everything that fails is said to be not there; why is behind it.
        why = error.__cause__
        if why is None or getattr(why, "status", None) == 404:
            raise InputError("is not there.", file=shown) from None
        raise _unfetched(why, shown) from None
    except PermissionError:
        raise InputError("may not be read.", file=shown, hint="Check the keys or rights.") from None
    except ImportError as error:
        raise UsageError(
            f"Nothing is installed that reaches {shown}.", f"Install its package: {_plain(error, address)}."
        ) from None
    except Exception as error:  # noqa: BLE001 (each store has errors of its own, and their words may tell a key)
        if isinstance(error, ValueError) and "rotocol not known" in str(error):
            raise UsageError(
                f"{shown}: fsspec knows no store of that kind.", "Such as s3://bucket/exports or https://…"
            ) from None
        raise _unfetched(error, shown) from None


def _unfetched(error: BaseException, shown: str) -> InputError:
    said, hint = _why(error)
    return InputError(f"cannot be fetched: {said}.", file=shown, hint=hint)


_WHYS = (
    (
        r"Timeout|TimedOut",
        "no answer came in time",
        "Try again, or fetch it by other means and load the file.",
    ),
    (r"Certificate|SSL", "its certificate is not accepted", "Check the address."),
    (r"Credential|Token", "there are no keys for it", "Set them as the store's own tools have them."),
    (
        r"DNS|gai|Resol|Connect|Unreachable|Disconnect",
        "nobody answers there",
        "Check the address and the network.",
    ),
)
"""What stores' errors are called, and what that is in words: their own words may tell a key."""


def _why(error: BaseException) -> tuple[str, str]:
    """Why something could not be fetched, and what to do."""
    status = getattr(error, "status", None) or getattr(error, "code", None)
    if isinstance(status, int):
        if status in (401, 403, 407):
            return (
                f"it may not be read (HTTP {status})",
                "Check the keys or rights; a signed link may be too old.",
            )
        what = "the server failed" if status >= 500 else "the server refuses"
        return f"{what} (HTTP {status})", "Check the address, or try again later."
    kinds = " ".join(kind.__name__ for kind in type(error).__mro__)
    for form, said, hint in _WHYS:
        if re.search(form, kinds):
            return said, hint
    if isinstance(error, OSError) and error.strerror:
        return error.strerror.lower(), "Check the address and the rights."
    plain = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", type(error).__name__).removesuffix(" Error").lower()
    return f"the store ended with {plain!r}", "Check the address and the rights."


def _directory(files: Any, place: str, shown: str, aside: Aside, reporter: Reporter) -> Path:
    """Its files of kinds that are loaded; what is in directories below is not looked at."""
    target = aside.path("files", shown)
    target.mkdir()
    for entry in files.ls(place, detail=True):
        name = PurePosixPath(entry["name"]).name
        if entry["type"] == "file" and ending(Path(name)):
            _file(files, entry["name"], target / name, reporter)
    return target


def _file(files: Any, place: str, target: Path, reporter: Reporter) -> Path:
    with (
        reporter.stage(f"{target.name}, fetching", unit="MiB") as progress,
        files.open(place, "rb") as source,
        target.open("wb") as here,
    ):
        _copy(source, here, progress.advance)
    return target


def _copy(source: IO[bytes], here: IO[bytes], advance: Any) -> None:
    while block := source.read(_BLOCK):
        here.write(block)
        advance(1)


def _name(place: str, shown: str) -> str:
    name = PurePosixPath(unquote(urlsplit(place).path)).name
    if not ending(Path(name)):
        raise UsageError(f"{shown} is of no kind that is loaded.", f"It may end in {', '.join(ENDINGS)}.")
    return name


def _shown(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def _plain(error: ImportError, address: str) -> str:
    return str(error).replace(address, "").rstrip(".")
