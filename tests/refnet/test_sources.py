"""`refnet sources` and `refnet load` of exports, as a person runs them."""

from __future__ import annotations

import json
import shutil
import sqlite3
from pathlib import Path

import pytest

from refnet.graph import connect
from tests.refnet.conftest import Run, says

EXPORTS = Path(__file__).parents[1] / "loaders" / "sources" / "exports"


def test_sources_are_listed_shown_and_sketched(refnet: Run, tmp_path: Path) -> None:
    says(
        refnet("sources"),
        0,
        "rewardful-commissions",
        "gives customers, affiliates, orders, refunds, commissions",
    )
    listed = json.loads(refnet("sources", "--json").stdout)
    assert {"name", "about", "tables", "recognised_by"} == set(listed[0])
    says(refnet("sources", "show", "rewardful-commissions"), 0, "[[commissions]]", 'as = "cents"')
    says(refnet("sources", "show", "rewardful"), 2, "no source 'rewardful'", "Did you mean rewardful-")
    says(refnet("sources", "sketch", "nothing.csv"), 1, "is not there")
    (tmp_path / "crm.csv").write_text("Client ID,E-mail,Hobby\n7,a@b.example,chess\n")
    says(
        refnet("load", "crm.csv"),
        1,
        "crm.csv: is neither a canonical file nor of a source",
        "refnet sources sketch",
    )
    sketched = refnet("sources", "sketch", "crm.csv")
    says(sketched, 0, 'customer_id      = "Client ID"', "#   Hobby: 'chess'")
    (tmp_path / "sources").mkdir()
    (tmp_path / "sources" / "crm.toml").write_text(sketched.stdout, encoding="utf-8")
    says(refnet("sources"), 0, "crm ")
    says(refnet("load", "crm.csv"), 0, "customers of crm.csv (crm): 1 rows loaded", "crm.csv is taken as crm")
    (tmp_path / "sources" / "crm.toml").write_text("about = 7")
    says(refnet("load", "crm.csv"), 1, "crm.toml: ")
    # The others are there all the same, and so is its own text.
    says(refnet("sources"), 0, "warning: sources/crm.toml: ", "rewardful-commissions")
    says(
        refnet("sources", "show", "rewardful-commissions"),
        0,
        "[[commissions]]",
        "warning: sources/crm.toml: ",
    )
    says(refnet("sources", "show", "crm"), 0, "about = 7", "warning: sources/crm.toml: ")


@pytest.mark.usefixtures("at_home")
def test_exports_and_canonical_files_in_one_load(refnet: Run, tmp_path: Path) -> None:
    for name in ("rewardful-referrals.json", "rewardful-commissions.json", "stripe-payments.csv"):
        shutil.copy(EXPORTS / name, tmp_path / name)
    canonical = tmp_path / "canonical"
    canonical.mkdir()
    (canonical / "customers.csv").write_text("customer_id,country\nstripe:cus_B1,DE\n")
    done = refnet(
        "load",
        "rewardful-referrals.json",
        "canonical",
        "rewardful-commissions.json",
        "stripe-payments.csv",
        "--json",
    )
    says(done, 0)
    (told,) = json.loads(done.stdout)
    tables = told["load"]["tables"]
    assert {table["of"] for table in tables} == {
        "",
        "rewardful-referrals",
        "rewardful-commissions",
        "stripe-payments",
    }
    orders = next(t for t in tables if (t["table"], t["of"]) == ("orders", "stripe-payments"))
    assert orders["rows_left_out"]["a test row"] == 1
    rejects = Path(orders["rejects_file"]).read_text(encoding="utf-8")
    assert "4,Status,Failed,not paid" in rejects
    assert "9,Created date (UTC),07.04.2024,is no date" in rejects
    assert told["credit"]["credited"] == 4
    with connect() as graph:
        # The charge that both know is one order, of the one customer; the file that says less takes nothing away.
        found = graph.read(
            "MATCH (c:Customer {customerId: 'stripe:cus_B1'})-[:PLACED]->(o:Order) "
            "RETURN c.country, c.name, c.email, o.orderId ORDER BY o.orderId"
        )
        assert found.values == [["DE", "Bea Bold", "bea@example.org", f"stripe:ch_{n}"] for n in (1, 2)]
        runs = graph.read("MATCH (r:LoadRun) WHERE r.table = 'referrals' RETURN r.source")
        assert runs.values == [["rewardful-referrals.json (rewardful-referrals)"]]


@pytest.mark.usefixtures("at_home")
def test_a_source_can_be_said(refnet: Run, tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("First Name,Email,Total Spent\nAnn,ann@example.org,5\n")
    says(refnet("load", "x.csv"), 1, "nearest is shopify-customers", "--source shopify-customers")
    says(
        refnet("load", "x.csv", "--source", "shopify-customers"),
        0,
        "of x.csv (shopify-customers): 1 rows loaded",
        "x.csv lacks columns of shopify-customers; is it one? Not there: Last Name, Accepts Email Marketing or Accepts",
        "Tax Exempt, Default Address Country Code or Country Code, Tags",
    )
    # Nothing of the kind where the header tells, nor of columns that an older export never had.
    for name in ("shopify-customers.csv", "shopify-customers-older.csv"):
        told = refnet("load", str(EXPORTS / name), "--source", "shopify-customers", "--dry-run")
        says(told, 0, "is taken as shopify-customers")
        assert "lacks columns" not in told.stdout
    says(
        refnet("load", "x.csv", "--source", "shopify"), 2, "Did you mean shopify-customers or shopify-orders?"
    )


@pytest.mark.usefixtures("at_home")
def test_a_database_on_the_command_line(refnet: Run, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "shop.db") as shop:
        shop.execute("CREATE TABLE people (id, created)")
        shop.execute("INSERT INTO people VALUES ('a', '2024-01-01'), ('b', 'soon')")
    shop.close()
    address, query = (
        f"sqlite:///{tmp_path / 'shop.db'}",
        "customers=SELECT id AS customer_id, created AS joined_at FROM people",
    )
    done = refnet("load", address, "--query", query, "--dry-run")
    says(done, 0, "customers: 1 rows would be loaded, 1 rejected", "row 3, joined_at: 'soon' is no date")
    says(
        refnet("load", address, "--query", query, "--max-rejects", "0"),
        1,
        "customers (a query) of sqlite:///",
    )
    says(
        refnet("load", address, "--table", "customers=people"),
        1,
        "people of sqlite:///",
        "has no column customer_id",
    )
    says(refnet("load", "postgresql://u:s3cr@h/d"), 2, "postgresql://h/d is a database", "--table")
    for wrong in (
        ("u:s3cr@h", "--table", "orders=x"),
        ("--table", "orders=x"),
        (address, "exports", "--table", "orders=x"),
        (address, "--table", "orders"),
        (address, "--table", "orders=x", "--query", "orders=SELECT 1"),
    ):
        done = refnet("load", *wrong)
        says(done, 2)
        assert "s3cr" not in done.stderr + done.stdout
