"""The command line from files to findings, and what it says when it is asked wrongly."""

import json
import socket
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from refnet.core.errors import StoreUnavailable
from refnet.graph import connect
from tests.real.prepare import cdnow_sample
from tests.refnet.conftest import Run, says

CUSTOMERS = """customer_id,joined_at,revenue,cltv,country
cate,2024-01-01,200,10,DE
ben,2024-02-01,100,900,DE
eve,2024-03-01,100,900,FR
"""
REFERRALS = """referrer_id,referee_id,referred_at
cate,ben,2024-02-01
ben,eve,2024-03-01
"""


@pytest.fixture
def files(tmp_path: Path) -> Path:
    directory = tmp_path / "exports"
    directory.mkdir()
    (directory / "customers.csv").write_text(CUSTOMERS)
    (directory / "referrals.csv").write_text(REFERRALS)
    return directory


@pytest.mark.usefixtures("at_home")
def test_a_customer_is_shown_by_any_id(refnet: Run, files: Path) -> None:
    (files / "aliases.csv").write_text("alias,customer_id\nstripe:cus_1,cate\n")
    says(refnet("load", "exports"), 0, "aliases: 1 rows loaded", "1 ids by alias, 0 by email")
    told = json.loads(refnet("load", "exports", "--json").stdout)[0]["load"]["identity"]
    assert told == {
        "by_alias": 1, "by_email": 0, "ambiguous_emails": 0, "circles": [], "unknown_aliases": 0,
    }  # fmt: skip
    says(refnet("show", "stripe:cus_1"), 0, "cate  also known as stripe:cus_1", "200")
    assert json.loads(refnet("show", "stripe:cus_1", "--json").stdout)["customer_id"] == "cate"
    says(refnet("show", "stripe:cus_2"), 1, "There is no customer stripe:cus_2.")
    joined = refnet("query", "identity/joined")
    says(joined, 0, "stripe:cus_1", "alias")


def test_from_files_to_answers(refnet: Run, files: Path) -> None:
    says(refnet("load", "exports"), 0, "customers: 3 rows loaded", "2 of 2 claims credited")
    before = json.loads(refnet("show", "cate", "--json").stdout)
    assert (before["influence"], before["scored_at"], before["generations"][0]["customers"]) == (
        None,
        None,
        1,
    )
    says(refnet("report"), 1, "no finished analysis", "refnet analyze")
    says(
        refnet("analyze"), 0, "analysis 1: 3 customers, 0 affiliates, 2 credited referrals; 3 scores changed"
    )
    says(refnet("analyze"), 0, "analysis 2", "0 scores changed")

    shown = json.loads(refnet("show", "cate", "--json").stdout)
    scored_at = shown.pop("scored_at")
    assert scored_at.startswith("20")
    assert shown == {
        "customer_id": "cate",
        "currency": "EUR",
        "own_revenue": 200.0,
        "ecr_direct": 300.0,
        "ecr_network": 400.0,
        "influence": 150.0,
        "conserved_credit": 333.33,
        "downline": 2,
        "longest_chain": 2,
        "generations": [
            {"depth": 1, "customers": 1, "value": 100.0},
            {"depth": 2, "customers": 1, "value": 100.0},
        ],
        "percentile": pytest.approx(100 * 2.5 / 3),
        "band": "high",
        "hops": 6,
        "decay": 0.5,
        "score_version": 2,
        "changes_since": 0,
    }
    other = json.loads(refnet("show", "cate", "--json", "--hops", "2", "--decay", "0.1").stdout)
    assert other["influence"] == pytest.approx(110.0)
    one, every = (
        json.loads(refnet("show", "cate", "--json", "--hops", hops).stdout) for hops in ("1", "all")
    )
    assert (one["influence"], every["influence"], every["hops"]) == (100.0, 150.0, "all")
    says(refnet("show", "cate", "--hops", "all"), 0, "all hops")

    says(refnet("analyze", "--hops", "1", "--decay", "0.1"), 0, "analysis 3", "2 scores changed",
         "influence: 1 hop, each further one × 0.1")  # fmt: skip
    stored = json.loads(refnet("show", "cate", "--json").stdout)
    assert (stored["influence"], stored["hops"], stored["decay"]) == (100.0, 1, 0.1)
    says(refnet("analyze", "--decay", "2"), 2, "--decay is 2.0: it must be above 0 and at most 1")
    says(refnet("analyze", "--hops", ""), 2, "--hops is a number or all, not ''")
    says(
        refnet("analyze", REFNET_HOPS="abc"),
        2,
        "REFNET_HOPS cannot be 'abc': should be a number from 1 on, or all",
    )
    says(refnet("analyze", "--hops", "all", REFNET_HOPS="abc"), 0, "analysis 4", "influence: all hops")
    assert json.loads(refnet("show", "cate", "--json").stdout)["hops"] == "all"
    says(
        refnet("analyze", REFNET_HOPS="all", REFNET_DECAY="1"),
        0,
        "analysis 5",
        "all hops, each further one × 1",
    )
    says(refnet("analyze"), 0, "analysis 6")
    says(refnet("show", "cate", "--hops", "0"), 2, "--hops is a number or all, not '0'.")
    says(refnet("show", "cate"), 0, "network revenue", "400.00 EUR", "generation 2: 1 customers")

    report = json.loads(refnet("report", "--format", "json", "--launch", "2024-02-15").stdout)
    assert set(report) == {
        "data", "programme", "relation", "segments", "quadrants", "hidden_advocates", "affiliates", "success",
        "churn", "integrity",
    }  # fmt: skip
    assert report["hidden_advocates"][0]["customer_id"] == "cate"
    assert report["programme"]["referral_share"]["before_after"]["after"]["value"] == 1
    says(refnet("report"), 0, "Hidden advocates", "cate", "1 → 1", "none stands out from chance")

    says(refnet("query", "tree/downline", "rootId=cate", "hops=1"), 0, "ben", "1 row")
    says(refnet("query", "influence/one", "customerId=nobody"), 0, "there is no customer nobody", "0 rows")
    assert "no customer" not in refnet("query", "tree/downline", "rootId=eve").stderr
    rows = json.loads(refnet("query", "tree/downline", "rootId=cate", "--json").stdout)
    assert [row["customerId"] for row in rows] == ["ben", "eve"]
    assert "since: run" not in refnet("show", "cate").stdout + refnet("report").stdout
    says(refnet("load", "exports"), 0, "customers: 3 rows loaded")
    for asked in (("show", "cate"), ("report",)):
        says(refnet(*asked), 0, "Scores are of 20", " UTC; 1 load or change since: run `refnet analyze`.")
    assert json.loads(refnet("show", "cate", "--json").stdout)["changes_since"] == 1
    assert json.loads(refnet("report", "--format", "json").stdout)["data"]["changes_since"] == 1
    says(refnet("analyze"), 0, "0 scores changed")
    assert json.loads(refnet("show", "cate", "--json").stdout)["changes_since"] == 0
    says(refnet("cltv", "--predict"), 0, "Too little data", "Nothing was predicted", "CLTV loaded: 3")
    says(refnet("cltv", "--predict", "--historic"), 2, "contradict")
    told = json.loads(refnet("cltv", "--historic", "--json").stdout)
    assert told["forgotten"] == 0
    assert [source["source"] for source in told["cltv"]["sources"]] == ["loaded"]
    says(refnet("engine", "status"), 0, "bolt://127.0.0.1:", "embedded")
    says(refnet("engine", "stop"), 0, "stopped")
    says(refnet("engine", "status"), 0, "no engine runs")


@pytest.mark.usefixtures("at_home")
def test_scores_say_what_they_are_behind(refnet: Run, files: Path) -> None:
    """A load of several files is one; credit decided anew is a change, too, and one that changes nothing is none."""
    (files / "referrals.csv").write_text(REFERRALS.replace("ben,2024-02-01", "ben,2024-01-15"))
    says(refnet("load", "exports"), 0, "2 of 2 claims credited")
    assert "since: run" not in refnet("show", "cate").stdout  # there are no scores yet
    says(refnet("analyze"), 0, "analysis 1")
    window = {"REFNET_CREDIT_WINDOW_DAYS": "10"}
    says(refnet("credit", **window), 0, "1 of 2 claims credited")
    says(refnet("credit", **window), 0, "Nothing has changed.")
    says(refnet("show", "cate"), 0, "1 load or change since")
    says(refnet("load", "exports", **window), 0, "customers: 3 rows loaded")
    says(refnet("show", "cate"), 0, "2 loads or changes since")
    says(refnet("analyze"), 0, "analysis 2")
    assert json.loads(refnet("show", "cate", "--json").stdout)["changes_since"] == 0


@pytest.mark.usefixtures("at_home")
def test_a_load_that_takes_no_row_has_failed(refnet: Run, files: Path) -> None:
    """All rows refused is 1; files without rows, and those that are loaded again, are 0."""
    refused = files.parent / "refused"
    refused.mkdir()
    (refused / "orders.csv").write_text("order_id,customer_id,placed_at,amount\no1,cate,soon,5\no2,cate,,5\n")
    for asked in (("refused",), ("refused", "--json"), ("refused", "--dry-run")):
        says(refnet("load", *asked), 1, ": all rows were refused (2).", "Why is in", "orders-")
    assert (
        json.loads(refnet("load", "refused", "--json").stdout)[0]["load"]["tables"][0]["rows_rejected"] == 2
    )
    for _ in range(2):
        says(refnet("load", "refused", "exports"), 0, "2 rejected", "customers: 3 rows loaded")
    (refused / "orders.csv").write_text("order_id,customer_id,placed_at,amount\n")
    says(refnet("load", "refused"), 0, "orders: 0 rows loaded")


@pytest.mark.usefixtures("at_home")
def test_too_many_rejects_are_told_of_each_file(refnet: Run, files: Path) -> None:
    (files / "customers.csv").write_text(CUSTOMERS.replace("2024-01-01", "soon"))
    (files / "referrals.csv").write_text("referrer_id,referee_id\n,ben\n,eve\n")
    says(
        refnet("load", "exports", "--max-rejects", "20%"),
        1,
        "1 of 3 rows of customers are refused; allowed are 20%. Nothing was loaded. Likewise 2 of 2 of referrals in ",
    )


@pytest.mark.usefixtures("at_home")
def test_shown_by_email(refnet: Run, files: Path) -> None:
    (files / "customers.csv").write_text(
        "customer_id,email\nc-1,Ann@example.org\nc-2,two@example.org\nc-3,two@example.org\n"
    )
    (files / "referrals.csv").unlink()
    says(refnet("load", "exports"), 0, "Ambiguous")
    says(refnet("show", "ann@example.org"), 0, "c-1  also known as ann@example.org")
    says(refnet("show", "two@example.org"), 2, "2 customers have the email two@example.org: c-2, c-3.")
    says(refnet("show", "no@example.org"), 1, "No customer has the email no@example.org, nor that as an id.")
    says(refnet("show", "C-1"), 1, "Ids are told apart by upper and lower case.")


def test_a_new_graph_is_told_by_whoever_only_reads(refnet: Run, files: Path, tmp_path: Path) -> None:
    home = str(tmp_path / "home" / "demo-other")  # a home that the fixture stops
    done = refnet("show", "cate", REFNET_HOME=home)
    says(
        done,
        1,
        f"a new graph in {home}, with nothing in it: is REFNET_HOME as it was",
        "There is no customer cate.",
    )
    assert "a new graph" not in refnet("show", "cate", REFNET_HOME=home).stderr
    done = refnet("load", "exports")
    says(done, 0, "customers: 3 rows loaded")
    assert "a new graph" not in done.stderr


@pytest.mark.parametrize("module", ["refnet.cli", "typer", "neo4j", "pandas"])
def test_ctrl_c_while_modules_are_imported(module: str, files: Path) -> None:
    """One line and 130, whichever import it comes in: those of the command line, and those of a command."""
    program = f"""
import os, signal, sys
class Ctrl:
    def find_spec(self, name, path=None, target=None):
        if name == {module!r}:
            os.kill(os.getpid(), signal.SIGINT)
sys.meta_path.insert(0, Ctrl())
from refnet.__main__ import main
main()
"""
    command = [sys.executable, "-c", program, "load", str(files), "--dry-run"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (130, "")
    assert done.stderr.startswith("refnet: stopped.")
    assert done.stderr.count("\n") == 1


def test_help_waits_for_no_library_of_numbers() -> None:
    heavy = "('neo4j', 'numba', 'pandas', 'pyarrow', 'scipy')"
    program = f"import sys, refnet.cli; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.usefixtures("at_home")
def test_replace_lists_first_and_asks(
    refnet: Run, files: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    says(refnet("load", "exports"), 0, "2 of 2 claims credited")
    (files / "customers.csv").write_text(CUSTOMERS.replace("eve,2024-03-01,100,900,FR\n", ""))
    before = json.loads(refnet("show", "eve", "--json").stdout)

    replace = ("load", "exports", "--replace")
    says(refnet(*replace, "--dry-run"), 2, "--dry-run looks at no graph", "asks before it loads")
    says(refnet(*replace, "--imported"), 2, "Give the PATH")
    says(refnet("load", "exports", "--yes"), 2, "--yes says that --replace may remove")
    nobody = refnet(*replace)
    says(
        nobody,
        2,
        "customers of canonical: 1 of 3: eve; all of them in",
        "Nobody is here to be asked",
        "add --yes",
    )
    (listed,) = (tmp_path / "home" / "rejects").glob("removed-customers-*.csv")
    assert listed.read_text() == "customer_id,also_of\neve,\n"

    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("typer.confirm", lambda *_, **__: False)
    says(refnet(*replace), 1, "eve", "Nothing was loaded and nothing removed")
    assert json.loads(refnet("show", "eve", "--json").stdout) == before
    monkeypatch.setattr("typer.confirm", lambda *_, **__: True)
    says(refnet(*replace), 0, "customers of canonical: 1 removed; which in", "1 of 2 claims credited")
    says(refnet("show", "eve"), 1, "There is no customer eve")

    (files / "customers.csv").write_text(CUSTOMERS.splitlines()[0] + "\n")
    says(refnet(*replace), 2, "2 of 2 customers of canonical are not in what was given: more than half")
    done = refnet(*replace, "--yes", "--json")
    says(done, 0, "cate")  # the list
    (removed,) = json.loads(done.stdout)[0]["load"]["removed"]
    assert removed.pop("file").endswith(".csv")
    assert removed == {"table": "customers", "of": "canonical", "rows": 2, "staying": 0}
    (tmp_path / "home" / "rejects" / "customers.csv").write_text(CUSTOMERS)
    again = refnet("load", "home/rejects")
    says(again, 0, "customers: 3 rows loaded", "2 of 2 claims credited")
    assert "passed over" not in again.stdout


@pytest.mark.usefixtures("at_home")
def test_another_credit_policy_needs_no_new_load(refnet: Run, files: Path) -> None:
    says(refnet("credit"), 0, "There are no claims in this graph yet")
    (files / "referrals.csv").write_text(REFERRALS + "cate,eve,2024-03-01\n")
    says(refnet("load", "exports"), 0, "2 of 3 claims credited; not: 1")
    says(refnet("credit"), 0, "policy: first\n2 of 3 claims credited; not: 1", "Nothing has changed.")
    linear = refnet("credit", REFNET_CREDIT_POLICY="linear", REFNET_CREDIT_WINDOW_DAYS="30")
    says(linear, 0, "policy: linear, window days: 30.0\n3 of 3 claims credited\n", "`refnet analyze` brings")
    refnet("analyze")
    assert json.loads(refnet("show", "cate", "--json").stdout)["influence"] == 175.0  # 100 + (½ + ½·½) · 100
    told = json.loads(refnet("credit", "--json").stdout)
    assert told["policy"] == {"policy": "first"}
    assert told["credit"]["changed"] == 3  # the one taken back, the one made whole, the decision


def test_a_dry_run_needs_no_graph(refnet: Run, files: Path, tmp_path: Path) -> None:
    (files / "orders.csv").write_text("order_id,customer_id,placed_at,amount\no1,cate,2024-01-02,ten\n")
    nobody = {"NEO4J_URI": "bolt://127.0.0.1:1", "NEO4J_PASSWORD": "x"}
    says(
        refnet("load", "exports", "--dry-run", **nobody),
        0,
        "customers: 3 rows would be loaded",
        "'ten' is no amount",
        "joined_at    time   0 % empty  3 different  2024-01-01 to 2024-03-01",
        "Nothing was loaded. Amounts were read as EUR.",
    )
    (told,) = json.loads(refnet("load", "exports", "--dry-run", "--json").stdout)
    orders = next(table for table in told["dry_run"]["tables"] if table["table"] == "orders")
    assert (orders["rows_loaded"], orders["rows_rejected"]) == (0, 1)
    assert orders["columns"][0] == {
        "column": "order_id", "kind": "id", "empty": 0.0, "distinct": 1, "more": False, "least": None, "most": None,
        "attribute": False,
    }  # fmt: skip
    assert Path(orders["rows_file"]).read_text().endswith("o1,cate,2024-01-02,ten\n")
    assert not (tmp_path / "home" / "engine").exists(), "no engine was started"
    says(
        refnet("load", "exports", "--dry-run", "--max-rejects", "0"),
        1,
        "1 of 1 rows of orders",
        "0. Nothing was",
    )
    says(refnet("load", "exports", "--max-rejects", "few"), 2, "--max-rejects cannot be 'few'", "such as 100")
    says(refnet("load", "--imported", "--dry-run"), 2, "--imported reads no file")
    says(
        refnet("load", "exports", "--max-rejects", "0.5%"),
        1,
        "1 of 1 rows of orders",
        "0.5%. Nothing was loaded.",
    )
    says(refnet("query", "graph/contents"), 0, "0 rows")
    says(refnet("load", "exports", "--max-rejects", "1"), 0, "customers: 3 rows loaded", "to be mended")


@pytest.mark.usefixtures("at_home")
def test_questions_asked_wrongly(refnet: Run, files: Path) -> None:
    says(refnet("query", "tree/downlin"), 1, "no query 'tree/downlin'", "tree/downline")
    says(refnet("query", "tree/downline"), 2, "needs a value for rootId")
    says(refnet("query", "tree/downline", "rootId"), 2, "no NAME=VALUE", "rootId=c-")
    says(refnet("query", "tree/downline", "rootId=a", "hops=many"), 2, "hops cannot be 'many'", "hops=6")
    says(refnet("query", "tree/downline", "rootId=a", "root=a"), 2, "no parameter 'root'", "rootId")
    asked = ("query", "influence/one", "customerId=a")
    says(refnet(*asked, "value=Revenue"), 2, "value is one of revenue, cltv, margin, heads, not 'Revenue'")
    says(refnet(*asked, "decay=7"), 2, "decay is above 0 to 1, not '7.0'")
    says(refnet("query", "influence/some", 'ids=["a"]', "hops=10"), 2, "hops is 1 to 6, not '10'")
    says(refnet("query", "influence/some"), 2, "needs a value for ids")
    says(refnet("query", "credit/remove"), 2, "writes")
    says(refnet("show", "nobody"), 1, "no customer nobody")
    says(refnet("report", "--format", "pdf"), 2, "text, json, html, csv, xlsx, md")
    says(refnet("report", "--launch", "soon"), 2, "launch")
    says(refnet("analyse"), 2, "analyze")
    says(refnet("load", "nowhere"), 1, "nowhere")
    says(refnet("load", "exports", REFNET_CREDIT_POLICY="best"), 2, "REFNET_CREDIT_POLICY cannot be 'best'")


def test_no_server_no_password_no_address(refnet: Run, files: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        nobody = f"bolt://127.0.0.1:{taken.getsockname()[1]}"
        says(refnet("load", "exports", NEO4J_URI=nobody), 1, nobody, "needs a password", "NEO4J_PASSWORD")
        says(
            refnet("load", "exports", NEO4J_URI=nobody, NEO4J_PASSWORD="x"),
            1,
            f"Nobody answers at {nobody}",
            "Check NEO4J_URI",
        )
    says(
        refnet("load", "exports", NEO4J_URI="localhost:7687", NEO4J_PASSWORD="x"),
        2,
        "no Bolt address",
        "bolt://",
    )


def test_two_loads_at_once_take_turns(files: Path, tmp_path: Path, refnet: Run) -> None:
    says(refnet("engine", "start"), 0)
    command = [sys.executable, "-m", "refnet", "load", "exports"]
    both = [
        subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
        for _ in range(2)
    ]
    said = [process.communicate(timeout=120)[1] for process in both]
    assert [process.returncode for process in both] == [0, 0], said
    rows = json.loads(refnet("query", "graph/contents", "--json").stdout)
    assert {row["label"]: row["nodes"] for row in rows}["Customer"] == 3


def test_an_engine_that_is_killed_is_told_and_comes_back(refnet: Run, files: Path, tmp_path: Path) -> None:
    says(refnet("load", "exports"), 0)
    with connect() as graph:
        assert graph.engine is not None
        process = psutil.Process(graph.engine.pid)
        process.kill()
        process.wait(10)
        with pytest.raises(StoreUnavailable, match=r"local engine has ended.*Run the same command again"):
            graph.write_alone("MATCH (n) RETURN n")
    says(refnet("analyze"), 0, "3 scores changed")


def test_a_wrong_password_is_refused(refnet: Run, files: Path) -> None:
    engine = json.loads(refnet("engine", "start", "--json").stdout)
    secret = "not-the-password"
    done = refnet("load", "exports", NEO4J_URI=engine["uri"], NEO4J_USERNAME="root", NEO4J_PASSWORD=secret)
    says(done, 1, "does not accept this user and password", "NEO4J_PASSWORD")
    assert secret not in done.stderr + done.stdout


def test_settings_come_from_a_file(
    refnet: Run, files: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = json.loads(refnet("engine", "start", "--json").stdout)
    (tmp_path / ".env").write_text(
        f"NEO4J_URI={engine['uri']}\nNEO4J_USERNAME={engine['username']}\nNEO4J_PASSWORD={engine['password']}\n"
        f"NEO4J_DATABASE={engine['database']}\nREFNET_HOME={tmp_path / 'elsewhere'}\nAURA_INSTANCEID=whatever\n"
    )
    monkeypatch.delenv("REFNET_HOME")
    says(refnet("load", "exports"), 0, "customers: 3 rows loaded")
    assert not (tmp_path / "elsewhere" / "embedded").exists()
    assert json.loads(refnet("show", "cate", "--json").stdout)["own_revenue"] == 200


def test_an_address_says_nothing_of_a_password(refnet: Run, files: Path) -> None:
    done = refnet("load", "exports", NEO4J_URI="bolt://neo4j:hunter2@127.0.0.1:1", NEO4J_PASSWORD="x")
    assert done.returncode != 0
    assert "Traceback" not in done.stderr
    assert "hunter2" not in done.stderr + done.stdout


def test_a_home_that_cannot_be_written(refnet: Run, files: Path, tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file, not a directory")
    says(refnet("load", "exports"), 1, "home")


@pytest.mark.usefixtures("at_home")
def test_templates_and_the_example(refnet: Run, tmp_path: Path) -> None:
    says(refnet("template", "empty"), 0, "customers.csv", "tokens.csv")
    assert (tmp_path / "empty" / "referrals.csv").read_text().startswith("referrer_id,referee_id,referred_at")
    says(refnet("template", "empty"), 2, "is there already")
    says(refnet("example", "brand", "--customers", "300"), 0, "refnet load brand")
    assert json.loads((tmp_path / "brand" / "truth.json").read_text())["customers"] == 300
    says(refnet("example", "brand", "--customers", "10"), 2, "customers")


def test_the_command_itself() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "refnet", "show"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "ID" in done.stderr


def test_queries_are_listed_and_shown(refnet: Run) -> None:
    says(refnet("queries"), 0, "tree/downline", "Everyone below one customer")
    listed = json.loads(refnet("queries", "--json").stdout)
    assert len(listed) >= 15
    says(refnet("queries", "tree/downline"), 0, "// :param rootId => 'c-0000001'", "MATCH")
    assert "Usage" in refnet("--help").stdout
    for command in (
        "demo",
        "load",
        "analyze",
        "show",
        "report",
        "query",
        "queries",
        "example",
        "template",
        "engine",
    ):
        assert command in refnet("--help").stdout


def test_an_export_for_the_import_tool(refnet: Run, files: Path, tmp_path: Path) -> None:
    says(refnet("export", "out", "--for", "neo4j-admin", "--from", "exports"), 0, "customers: 3 rows written",
         f"cd {tmp_path / 'out'} && neo4j-admin database import full neo4j", "--nodes=Customer=./Customer.csv",
         "refnet load --imported")  # fmt: skip
    says(refnet("export", "out", "--for", "neo4j-admin", "--from", "exports"), 2, "out is not empty")
    told = json.loads(
        refnet("export", "two", "--for", "neo4j-admin", "--from", "exports", "--gzip", "--json").stdout
    )
    assert "Customer.csv.gz" in told["command"]
    assert told["tables"][0]["rows_loaded"] == 3
    says(refnet("export", "three", "--for", "neo4j-admin"), 2, "--from exports")
    says(
        refnet("export", "three", "--for", "oracle", "--from", "exports"),
        2,
        "neo4j-admin or spark, not oracle",
    )
    says(refnet("load"), 2, "Give the PATH of what to load, or --imported")
    says(refnet("load", "exports", "--imported"), 2, "or --imported")
    says(refnet("load", "--imported"), 2, "Nothing has been imported", "refnet export --for neo4j-admin")


@pytest.mark.usefixtures("at_home")
@pytest.mark.slow
def test_predicted_cltv(refnet: Run, tmp_path: Path) -> None:
    (tmp_path / "exports").mkdir()
    for name, table in cdnow_sample().items():
        table.to_csv(tmp_path / "exports" / f"{name}.csv", index=False)
    says(refnet("load", "exports"), 0)
    says(refnet("cltv", "--predict", "--months", "6"), 0, "2,357 customers predicted for 6 months from 1998-06-30 on",
         "tried on the last 19.4 weeks, held out", "purchases  predicted", "CLTV predicted: 2,357 customers",
         "looking ahead to 1998-12-29", "refnet analyze")  # fmt: skip
    says(refnet("analyze"), 0)
    told = json.loads(refnet("cltv", "--predict", "--json").stdout)
    assert told["prediction"]["months"] == 12
    assert told["prediction"]["holdout"]["purchases"]["actual"] > 0
    says(refnet("cltv", "--historic"), 0, "2,357 predictions forgotten", "CLTV historic", "refnet analyze")


def test_spark_is_asked_by_parquet(refnet: Run) -> None:
    says(refnet("analyze", "--engine", "spark"), 2, "say --from and --to", "refnet export --for spark DIR")
    says(
        refnet("analyze", "--engine", "spark", "--from", "a", "--to", "b", "--hops", "many"),
        2,
        "a number or all",
    )
    says(
        refnet("analyze", "--engine", "spark", "--from", "a", "--to", "b", "--decay", "0"), 2, "decay is 0.0"
    )
    says(refnet("analyze", "--engine", "dask"), 2, "arrays or spark, not dask")
    says(refnet("analyze", "--value", "heads"), 2, "of --engine spark")
    says(refnet("export", "out", "--for", "spark", "--from", "exports"), 2, "are of neo4j-admin")
