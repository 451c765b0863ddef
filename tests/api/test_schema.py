"""The OpenAPI document is true: whatever is sent that fits it, and much that does not, is answered as it says."""

import os
from collections.abc import Iterator

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.generation import GenerationMode

from refnet.graph import Graph
from tests.api.conftest import served, settings_for

KEY = "a-key-for-tests-0123456789"
EXAMPLES = int(os.environ.get("REFNET_SCHEMA_EXAMPLES", "15"))

schema = schemathesis.pytest.from_fixture("open_document")


@pytest.fixture(scope="module")
def keyed(village: Graph) -> Iterator[httpx.Client]:
    """The API over the village, with a key."""
    with served(settings_for(village.at, api_keys=KEY)) as client:
        yield client


@pytest.fixture
def open_document(keyed: httpx.Client) -> schemathesis.BaseSchema:
    document = schemathesis.openapi.from_url(f"{keyed.base_url}openapi.json".replace("//openapi", "/openapi"))
    document.config.generation.update(modes=list(GenerationMode))
    return document


@schema.parametrize()
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_answers_are_as_documented(case: schemathesis.Case) -> None:
    case.call_and_validate(headers={"X-API-Key": KEY}, timeout=30)
