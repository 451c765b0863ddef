"""`refnet health`, `success`, `landing-pages` and `candidates`, as they are typed."""

import csv
import json
from pathlib import Path

import pytest

from tests.cypher.test_success_queries import TABLES
from tests.refnet.conftest import Run, says


@pytest.mark.usefixtures("at_home")
def test_the_commands(refnet: Run, tmp_path: Path) -> None:
    exports = tmp_path / "exports"
    exports.mkdir()
    for name, table in TABLES.items():
        table.to_csv(exports / f"{name}.csv", index=False)
    says(refnet("load", "exports"), 0)

    shipped = refnet("health", "--template")
    says(shipped, 0, "[signals.active_days]")
    says(refnet("health"), 0, "by the weights refnet@")
    (tmp_path / "health.toml").write_text(shipped.stdout.replace('name = "refnet"', 'name = "ours"'))
    says(refnet("health", "old-ann"), 0, "ann  Ann: ", "ours@", "NPS")
    told = json.loads(refnet("health", "ann", "--json").stdout)["customers"][0]
    assert sum(one["contribution"] for one in told["signals"]) == pytest.approx(told["score"])
    says(refnet("health", "nobody"), 1, "There is no customer nobody.")
    says(refnet("health", "--write"), 0, "2 scores written by ours@")
    says(refnet("query", "success/health-scores", "limit=1"), 0, "ours@")
    (tmp_path / "health.toml").write_text(shipped.stdout.replace("weight = 18", "weight = many"))
    says(refnet("health"), 1, "health.toml", "no TOML")
    (tmp_path / "health.toml").unlink()

    says(refnet("success", "--by", "label"), 0, "too little data", "Who succeeds")
    says(refnet("success", "--segment", "colour"), 2, "There is no attribute colour.")
    says(refnet("landing-pages", "--by", "use-case"), 0, "dinner", "by use case conversion is not known")
    says(refnet("landing-pages", "--by", "colour"), 2, "There are page, affiliate, niche, use_case.")
    assert json.loads(refnet("landing-pages", "--json").stdout)["cells"][0]["customers"] == 2

    says(
        refnet("candidates", "--csv", "list.csv", "--control", "10%", "--no-model"),
        0,
        "list.csv: 1 candidates",
    )
    rows = list(csv.DictReader((tmp_path / "list.csv").read_text().splitlines()))
    assert [(row["customer_id"], row["consent"]) for row in rows] == [("ann", "yes")]
    says(refnet("candidates", "--control", "all"), 2, "--control cannot be all.")
    says(
        refnet("candidates", "--rank", "probability"),
        2,
        "There is no probability to rank by.",
        "too little data",
    )
