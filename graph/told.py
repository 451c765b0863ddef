"""What the driver says went wrong, told as refnet does."""

from __future__ import annotations

from types import TracebackType

from neo4j import exceptions as bolt

from refnet.core.errors import StoreError, StoreRefused, StoreUnavailable, TooSlow


class translated:  # noqa: N801 (reads as a word in a with statement)
    """Turns the driver's errors into refnet's, with the address and the next step."""

    def __init__(self, address: str, *, local: bool = False) -> None:
        self._address, self._local = address, local

    def __enter__(self) -> None:
        return None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        at = self._address or "the graph's address"
        if isinstance(error, bolt.AuthError):
            raise StoreRefused(
                f"{at} does not accept this user and password.", "Check NEO4J_USERNAME and NEO4J_PASSWORD."
            ) from error
        if isinstance(error, (bolt.ServiceUnavailable, bolt.SessionExpired)) and self._local:
            raise StoreUnavailable(
                "The local engine has ended in the middle of this.",
                "Run the same command again: it starts the engine and goes on where it was.",
            ) from error
        if isinstance(error, (bolt.ServiceUnavailable, bolt.SessionExpired)):
            raise StoreUnavailable(
                f"Nobody answers at {at}.",
                "Is the server running? Check NEO4J_URI, or unset it for the embedded engine.",
            ) from error
        if isinstance(error, bolt.Neo4jError):
            if error.code and "DatabaseNotFound" in error.code:
                raise StoreRefused(f"{at} has no such database.", "Check NEO4J_DATABASE.") from error
            if error.code and "TransactionTimedOut" in error.code:
                raise TooSlow(
                    "The query took longer than it may, and was ended.",
                    "Ask for less; a local engine's time is REFNET_ENGINE_QUERY_MINUTES, set when it starts."
                    if self._local
                    else "Ask for less, or look at db.transaction.timeout of the server.",
                ) from error
            raise StoreError(f"{at} refused a statement: {error.message or error}") from error
        if isinstance(error, (bolt.DriverError, bolt.ConfigurationError)):
            raise StoreError(f"{at}: {error}") from error
