"""The OpenAPI document is true: what fits it and what does not is answered as it says, and never by a 5xx."""

import os
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import ignored_auth, positive_data_acceptance

from refnet.api import create_app
from refnet.core.settings import Settings
from refnet.graph import Graph
from tests.api.conftest import served, settings_for

KEY = "a-key-for-tests-0123456789"
# What a schema cannot say: that a period ends after it begins, that an attribute is one of the graph's, what is a
# cursor of this list, which parameters a query has.
UNSAID = (
    "/v1/programme",
    "/v1/success",
    "/v1/influence",
    "/v1/segments/{segment_id}/customers",
    "/v1/queries/{name}",
)
EXAMPLES = int(os.environ.get("REFNET_SCHEMA_EXAMPLES", "15"))
OPERATIONS = [
    (method, path)
    for path, operations in create_app(Settings(_env_file=None, home="nowhere")).openapi()["paths"].items()
    for method in operations
]
# Nothing can be said wrongly to an operation that takes nothing.
CASES = [
    (method, path, mode)
    for method, path in OPERATIONS
    for mode in GenerationMode
    if mode is GenerationMode.POSITIVE or path.startswith("/v1")
]


@pytest.fixture(scope="module")
def document(village: Graph) -> Iterator[Any]:
    """The document as the API with a key serves it."""
    with served(settings_for(village.at, api_keys=KEY)) as client:
        yield schemathesis.openapi.from_url(str(client.base_url.join("/openapi.json")))


@pytest.mark.parametrize(("method", "path", "mode"), CASES)
def test_answers_are_as_documented(document: Any, method: str, path: str, mode: GenerationMode) -> None:
    operation = document[path][method]

    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def every(case: schemathesis.Case) -> None:
        unsaid = [positive_data_acceptance] if path in UNSAID else []
        # A key in one header is good whatever is in the other: what schemathesis calls ignored.
        case.call_and_validate(
            headers={"X-API-Key": KEY}, timeout=30, excluded_checks=[ignored_auth, *unsaid]
        )

    every()


def test_every_operation_has_words_and_an_example(document: Any) -> None:
    for method, path in OPERATIONS:
        operation = document.raw_schema["paths"][path][method]
        assert operation["description"], path
        assert "200" in operation["responses"]
        for parameter in operation.get("parameters", []):
            assert "schema" in parameter


def test_the_document_is_valid(document: Any) -> None:
    document.validate()
