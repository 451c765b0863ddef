"""The report in every form: the same figures, nothing fetched, nothing that runs, and it says what it does not know."""

import copy
import csv
import io
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from playwright.sync_api import sync_playwright

from refnet.analysis.findings import findings
from refnet.analysis.influence.analyze import analyze
from refnet.front import load
from refnet.graph import Graph
from refnet.reporting.document import Estimate, Plot
from refnet.reporting.findings import report_of
from refnet.reporting.forms import FORMS, written
from refnet.reporting.plots import drawn, ticks
from tests.conftest import Engines, unavailable, wipe
from tests.cypher.village import CUSTOMERS, TABLES
from tests.page.conftest import QUIET, chromium
from tests.refnet.conftest import Run, says

EVIL = '=HYPERLINK("http://evil.example")<script>alert(1)</script>|*'


@pytest.fixture(scope="module")
def found(engines: Engines) -> dict[str, Any]:
    """Findings of the village, in which somebody has a name to be careful with."""
    graph: Graph = engines.graph("embedded")
    wipe(graph)
    people = CUSTOMERS.assign(name=CUSTOMERS["name"].replace("Ann", EVIL))
    invitations = TABLES["invitations"].assign(campaign="spring")
    load(graph, TABLES | {"customers": people, "invitations": invitations})
    analyze(graph)
    return findings(graph, launch=date(2024, 3, 15))


def text(found: dict[str, Any], form: str) -> str:
    return written(report_of(found), form).decode()


class Page(HTMLParser):
    """What a page would fetch or run, and its words."""

    def __init__(self) -> None:
        super().__init__()
        self.fetched: list[tuple[str, str]] = []
        self.tags: list[str] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.fetched += [
            (tag, value or "") for name, value in attrs if name in ("src", "href", "data", "action")
        ]

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def test_the_page_holds_itself(found: dict[str, Any]) -> None:
    source = text(found, "html")
    page = Page()
    page.feed(source)
    assert all(tag == "a" and value.startswith("#") for tag, value in page.fetched)
    assert not {"script", "link", "img", "iframe", "object"} & set(page.tags)
    assert "url(" not in source
    assert "@import" not in source
    words = " ".join(page.words)
    assert EVIL in words  # as words
    ids = {value[1:] for _, value in page.fetched}
    assert all(f'id="{one}"' in source for one in ids)
    assert {
        "by-quarter",
        "by-cohort",
        "by-country",
        "by-channel",
        "by-campaign",
        "segments",
        "integrity",
    } <= ids
    assert "Too little data to compare before and after 2024-03-15" in words
    # Every figure of the village is of fewer than thirty.
    assert "Too little data: 14 customers, 30 are needed." in words
    assert "–" in words


def test_every_figure_has_a_sentence_and_an_interval_or_says_why_not(found: dict[str, Any]) -> None:
    rich = copy.deepcopy(found)
    rate = rich["programme"]["referral_rate"]
    rate |= {"value": 0.22, "interval": [0.21, 0.23], "count": 2200, "of": 10_000}
    for section in report_of(rich).sections:
        for figure in section.figures:
            assert figure.reading.strip().endswith("."), figure
            one = figure.estimate
            sure = one.low is not None or one.little or one.value is None or "not estimated" in figure.reading
            assert sure or "no interval" in figure.reading, figure
    (shown,) = (f for s in report_of(rich).sections for f in s.figures if f.name == "Referral rate")
    assert shown.reading == (
        "22.0 % of customers invited or brought somebody; 95 % interval 21.0 % to 23.0 %, 10,000 customers."
    )


def test_the_forms_have_the_same_figures(found: dict[str, Any]) -> None:
    report = report_of(found)
    rows = list(csv.DictReader(io.StringIO(text(found, "csv"))))
    german = {row["figure"]: row for row in rows if (row["table"], row["row"]) == ("country", "DE")}
    assert float(german["new customers"]["value"]) == 7
    assert german["referral share"]["note"] == "too little data"
    channel = {
        row["figure"]: row for row in rows if (row["table"], row["row"]) == ("channels", "paid_search")
    }
    assert float(channel["spend per customer"]["value"]) == 100
    assert channel["spend per customer"]["unit"] == "EUR"
    book = openpyxl.load_workbook(io.BytesIO(written(report, "xlsx")))
    assert {"figures", "country", "channel", "campaign", "hidden advocates"} <= set(book.sheetnames)
    sheet = list(book["country"].values)
    assert [row[:2] for row in sheet[:3]] == [("level", "new customers"), ("DE", 7), ("FR", 4)]
    assert sheet[0][2:5] == ("referral share", "referral share, low", "referral share, high")
    told = text(found, "md")
    assert "| DE | 7 | too little data |" in told
    assert "## Doubtful claims" in told
    readings = {figure.reading for section in report.sections for figure in section.figures}
    assert readings <= {row["note"] for row in rows}
    assert readings <= {row[-1] for row in book["figures"].values}


def test_names_are_no_formulas(found: dict[str, Any]) -> None:
    cells = [cell for row in csv.reader(io.StringIO(text(found, "csv"))) for cell in row]
    assert f"'{EVIL}" in cells
    assert not any(cell.startswith(("=", "@", "+")) for cell in cells)
    book = openpyxl.load_workbook(io.BytesIO(written(report_of(found), "xlsx")))
    named = [cell for row in book["hidden advocates"].iter_rows() for cell in row if cell.value == EVIL]
    assert [cell.data_type for cell in named] == ["s"]
    assert "<script>" not in text(found, "md")


def test_plots() -> None:
    points = [
        ("2024-01", Estimate(0.2, 0.1, 0.3)),
        ("2024-02", Estimate(None)),
        ("2024-03", Estimate(0.3, 0.2, 0.4)),
    ]
    line = drawn(Plot("line", "Share <of> all", "share", points, "2024-03"), "EUR")
    assert "Share &lt;of&gt; all" in line
    assert line.count("<polyline") == 2  # what is not known breaks the line
    assert line.count('class="launch"') == 1
    dots = drawn(Plot("dots", "K", "number", [("DE", Estimate(0.2, 0.1, 0.3)), ("FR", Estimate(0.4))]), "EUR")
    assert (dots.count("<circle"), dots.count('class="whisker"')) == (2, 1)
    little = [("DE", Estimate(0.2, little=True)), ("FR", Estimate(0.4))]
    assert drawn(Plot("dots", "K", "number", little), "EUR") == ""
    assert ticks(0, 0.31) == pytest.approx([0, 0.1, 0.2, 0.3, 0.4])
    assert ticks(-3, 12) == [-5, 0, 5, 10, 15]
    assert len(ticks(0, 0)) >= 2


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_it_fits_a_window(found: dict[str, Any], tmp_path: Path, width: int, scheme: Any) -> None:
    path = chromium()
    if path is None:
        unavailable("no Chromium on the PATH")
    (tmp_path / "report.html").write_bytes(written(report_of(found), "html"))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=QUIET)
        page = browser.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)
        complaints: list[str] = []
        page.on("console", lambda message: complaints.append(message.text))
        page.on(
            "request",
            lambda request: complaints.append(request.url) if "report.html" not in request.url else None,
        )
        page.goto((tmp_path / "report.html").as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") == width
        assert page.get_by_role("heading", name="Hidden advocates").is_visible()
        browser.close()
    assert complaints == []


@pytest.mark.usefixtures("at_home")
def test_the_command(refnet: Run, tmp_path: Path) -> None:
    exports = tmp_path / "exports"
    exports.mkdir()
    for name in ("customers", "referrals", "orders", "invitations", "rewards", "spend"):
        TABLES[name].to_csv(exports / f"{name}.csv", index=False)
    says(refnet("load", "exports"), 0)
    says(refnet("analyze"), 0)
    for form in FORMS:
        says(
            refnet("report", "-o", f"spring.{form}", "--from", "2024-03-01", "--to", "2024-07-01"),
            0,
            f"spring.{form}:",
        )
    assert "from 2024-03-01 to the day before 2024-07-01" in (tmp_path / "spring.html").read_text()
    told = refnet(
        "report", "--format", "json", "--by", "country", "--by", "year", "--paid", "tv", "--type1", "0.5"
    ).stdout
    assert '"by": "year"' in told
    assert '"by": "cohort"' not in told
    assert '"type1_share": 0.5' in told
    says(refnet("report"), 0, "cycle time: Too little data", "earned growth: ")
    says(refnet("report", "-o", "all.txt"), 0)
    assert "Hidden advocates" in (tmp_path / "all.txt").read_text()
    says(refnet("report", "--format", "pdf"), 2, "There is no report as pdf.", "html, csv, xlsx, md")
    says(refnet("report", "--by", "planet"), 2, "--by is one of month", "not planet")
    says(refnet("report", "--paid", "paid_serch"), 2, "no channel paid_serch.", "Did you mean paid_search?")
    says(refnet("report", "--from", "2024-07-01", "--to", "2024-03-01"), 2, "has no day")
    says(refnet("report", "-o", "nowhere/report.html"), 1, "cannot be written", "no such file")
