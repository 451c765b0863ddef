"""Settings, from flags over environment over a .env file over defaults.

The Neo4j names are those of the file that Neo4j Aura hands out; everything else begins with REFNET_.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from refnet.core.errors import UsageError

CreditPolicy = Literal["first", "last", "linear", "time-decay"]


Hops: TypeAlias = int | Literal["all"]
_DIGITS = 18  # of 64 bits


def hops_of(said: Any) -> Hops:
    """How many hops count: a number from 1 on, or all.

    Raises:
        ValueError: it is neither.
    """
    if said == "all":
        return "all"
    text = str(said)
    if not (text.isascii() and text.isdecimal() and len(text) <= _DIGITS and int(text) > 0):
        raise ValueError("should be a number from 1 on, or all")
    return int(text)


class Settings(BaseSettings):
    """Everything that can be set; each field's description is what docs and --help show."""

    model_config = SettingsConfigDict(
        env_file=".env", env_prefix="REFNET_", extra="ignore", populate_by_name=True
    )

    neo4j_uri: str | None = Field(
        None,
        validation_alias="NEO4J_URI",
        description="address of a Neo4j server; unset: the embedded engine",
    )
    neo4j_username: str = Field("neo4j", validation_alias="NEO4J_USERNAME", description="user on that server")
    neo4j_password: SecretStr | None = Field(
        None, validation_alias="NEO4J_PASSWORD", description="that user's password"
    )
    neo4j_database: str | None = Field(
        None, validation_alias="NEO4J_DATABASE", description="database on that server; unset: its default one"
    )
    home: Path = Field(Path(".refnet"), description="where the embedded engine keeps its store")
    currency: str | None = Field(
        None,
        min_length=3,
        max_length=3,
        description="the one reporting currency; unset: the first one loaded",
    )
    engine_heap: str = Field(
        "1g", pattern=r"^\d+[kmgKMG]$", description="memory of the local engine's Java heap"
    )
    engine_idle_minutes: float = Field(
        15.0, gt=0, description="the local engine stops after so long without a client"
    )
    engine_query_minutes: float = Field(
        10.0, gt=0, description="the local engine ends a query that takes longer"
    )
    retry_seconds: float = Field(
        300.0, ge=0, description="a load tries again for so many seconds while the server does not answer"
    )
    sources: Path | None = Field(
        None,
        description="directory of your own mappings of other systems' exports; unset: ./sources, if it is there",
    )
    credit_policy: CreditPolicy = Field(
        "first", description="whose claim is credited: first, last, linear, time-decay"
    )
    credit_window_days: float | None = Field(
        None,
        gt=0,
        description="claims on customers who joined later than so many days after it get no credit",
    )
    credit_half_life_days: float = Field(
        7.0, gt=0, description="time-decay: a claim so much older weighs half"
    )
    hops: Annotated[Hops, BeforeValidator(hops_of)] = Field(
        6, description="hops that the influence score counts, or all"
    )
    decay: float = Field(0.5, gt=0, le=1, description="what each further hop's value is multiplied by")
    health: Path | None = Field(
        None,
        description="file with the weights of health scores; unset: ./health.toml, if it is there, else refnet's own",
    )
    spark_master: str = Field(
        "local[*]", description="where Apache Spark runs; under spark-submit its own --master holds"
    )
    spark_memory: str = Field(
        "4g", pattern=r"^\d+[kmgKMG]$", description="memory of the Spark that refnet starts itself"
    )
    spark_checkpoints: str | None = Field(
        None,
        description="directory that all executors reach, for what each hop of Spark made; unset: kept on them",
    )
    api_keys: SecretStr | None = Field(
        None,
        description="keys that the API asks for, separated by commas; without them it listens on loopback only",
    )
    api_hosts: str | None = Field(
        None,
        description="names that the API may be called by besides this machine's own, separated by commas",
    )
    api_seconds: float = Field(
        10.0, gt=0, description="the API gives up an answer that takes longer than so many seconds"
    )
    token_key: SecretStr | None = Field(
        None, description="key that tokens (devices, accounts, addresses) are hashed with; one key a graph"
    )
    erasure_key: SecretStr | None = Field(
        None,
        description="key that recognises rows of forgotten people; unset: REFNET_TOKEN_KEY, else a file in the home",
    )

    @property
    def most_hops(self) -> int | None:
        """`hops` as the arrays and Spark take it: None for all."""
        return None if self.hops == "all" else self.hops


def load_settings(**given: object) -> Settings:
    """Settings as the environment has them; `given` (None left out) goes first.

    Raises:
        UsageError: a setting has a value that it cannot have; names the setting.
    """
    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})  # type: ignore[arg-type]
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0]).upper()
        name = name if name.startswith(("NEO4J_", "REFNET_")) else f"REFNET_{name}"
        said = first["msg"].removeprefix("Value error, ")
        raise UsageError(
            f"{name} cannot be {first.get('input')!r}: {said[0].lower()}{said[1:]}.",
            "Change it in the environment or in .env.",
        ) from None
