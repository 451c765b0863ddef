"""The same files give the same scores on every engine, to 1e-9."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from refnet.cli import main
from refnet.examples import brand
from refnet.graph import local
from tests.conftest import Engines, wipe

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("brand") / "data"
    brand.write(directory, customers=2_000, seed=5)
    return directory


@pytest.fixture(scope="module")
def embedded(engines: Engines, files: Path) -> dict[str, pd.DataFrame]:
    return by_command(engines, "embedded", files)


@pytest.mark.parametrize("kind", ["neo4j", "neo4j5"])
def test_a_server_gives_the_scores_of_the_embedded_engine(
    engines: Engines, kind: local.Kind, files: Path, embedded: dict[str, pd.DataFrame]
) -> None:
    theirs = by_command(engines, kind, files)
    for name, ours in embedded.items():
        other = theirs[name]
        assert list(other.columns) == list(ours.columns)
        assert len(other) == len(ours) > 0
        for column in ours.columns:
            if pd.api.types.is_float_dtype(ours[column]):
                assert np.allclose(other[column], ours[column], rtol=0, atol=1e-9, equal_nan=True), (
                    name,
                    column,
                )
            else:
                assert (
                    other[column].astype(object).where(other[column].notna(), None).tolist()
                    == ours[column].astype(object).where(ours[column].notna(), None).tolist()
                ), (name, column)


def by_command(engines: Engines, kind: local.Kind, files: Path) -> dict[str, pd.DataFrame]:
    """What `NEO4J_URI=… refnet load DIR && refnet analyze` leaves in the graph."""
    graph = engines.graph(kind)
    wipe(graph)
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("NEO4J_URI", graph.at.uri)
        patched.setenv("NEO4J_USERNAME", graph.at.username)
        patched.setenv("NEO4J_PASSWORD", graph.at.password)
        if graph.at.database:
            patched.setenv("NEO4J_DATABASE", graph.at.database)
        for arguments in (["load", str(files)], ["analyze"]):
            patched.setattr("sys.argv", ["refnet", *arguments])
            with pytest.raises(SystemExit) as ended:
                main()
            assert ended.value.code == 0
    return {
        # `written` is a time as each engine writes it, with or without seconds that are none; `at` says the same.
        name: graph.query(f"export/{name}")
        .to_pandas()
        .drop(columns="written", errors="ignore")
        .pipe(lambda t: t.sort_values(list(t.columns[:3])))
        for name in ("customers", "affiliates", "referred", "claims")
    }
