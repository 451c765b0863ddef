"""Who might leave, and what hangs below them, from files to answers on the command line."""

import json
from pathlib import Path

import pytest

from tests.refnet.conftest import Run, says


@pytest.mark.usefixtures("at_home")
@pytest.mark.slow
@pytest.mark.engine("embedded")
def test_from_files_to_who_might_leave(refnet: Run, tmp_path: Path) -> None:
    says(refnet("example", "brand", "--brand", "software", "--customers", "3000", "--seed", "3"), 0)
    says(refnet("load", "brand"), 0)
    says(refnet("churn"), 1, "There is no churn model at", "refnet churn --train")
    trained = refnet("churn", "--train", "--write", "--limit", "3")
    says(trained, 0, "left: on the day that churned_at says", "better than the recency rule", "written: ")
    assert (tmp_path / "home" / "models" / "churn" / "model.json").exists()
    listed = json.loads(refnet("churn", "--limit", "2", "--json").stdout)
    first = listed["items"][0]
    assert first["probability"] > listed["items"][1]["probability"] > 0.1
    assert f"{100 * first['probability']:.1f} %" in trained.stdout
    one = refnet("churn", first["customer_id"])
    says(one, 0, first["customer_id"], first["reasons"][0]["because"].split(":")[0])
    written = json.loads(refnet("query", "churn/written", "--json").stdout)
    assert written[0]["probability"] == pytest.approx(first["probability"])
    assert len(written) == listed["customers"]

    exposed = json.loads(refnet("exposure", "--limit", "3", "--json").stdout)
    asked = json.loads(
        refnet("query", "churn/exposure", "since=2025-01-01T00:00:00Z", "limit=3", "--json").stdout
    )
    assert [row["customer_id"] for row in exposed["items"]] == [row["customerId"] for row in asked]
    assert [row["exposure"] for row in exposed["items"]] == pytest.approx([row["exposure"] for row in asked])
    assert [row["downstream_at_risk"] for row in exposed["items"]] == pytest.approx(
        [row["downstreamAtRisk"] for row in asked]
    )
    low, high = exposed["association"]["interval"]
    assert low < 2 < high
    says(
        refnet("exposure", "--limit", "3"),
        0,
        "an association, not an effect",
        exposed["items"][0]["customer_id"],
    )

    says(refnet("analyze"), 0)
    report = refnet("report", "--format", "md")
    says(report, 0, "Who might leave", "Losing a referrer", exposed["items"][0]["customer_id"])
    says(refnet("churn", "--forget"), 0, f"{listed['customers']:,} probabilities forgotten")
    assert json.loads(refnet("query", "churn/written", "--json").stdout) == []


@pytest.mark.usefixtures("at_home")
def test_what_is_asked_wrongly_says_so(refnet: Run, tmp_path: Path) -> None:
    says(refnet("churn", "--forget", "--train"), 2, "--forget only takes away")
    says(refnet("example", "x", "--brand", "shoes"), 2, "no example brand shoes", "meals and software")
    says(refnet("churn", "--rule", "inactive"), 2, "Give --train with them.")
    says(refnet("exposure"), 1, "There are no customers in this graph yet", "refnet load")
    (tmp_path / "exports").mkdir()
    (tmp_path / "exports" / "customers.csv").write_text("customer_id,joined_at\nann,2024-01-01\n")
    says(refnet("load", "exports"), 0)
    (tmp_path / "model.json").write_text("[]")
    says(refnet("churn", "--model", "model.json"), 1, "model.json", "damaged", "refnet churn --train")
    says(refnet("churn", "--train", "--json"), 0, "nobody has ordered twice")
