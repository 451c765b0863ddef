"""The built page in a real Chromium, its API's answers made up: what a reader does, and what goes wrong."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.page.answers import CATE, FAMILY, HOSTILE, answer, problem
from tests.page.conftest import Opened

CUSTOMER = f"#/customer/{CATE}"
VIEWS = {
    "programme": ("#/?launch=2024-07-01", "The referral programme"),
    "customer": (CUSTOMER, "Cate Example"),
    "advocates": ("#/advocates", "Hidden advocates"),
    "segments": ("#/segments", "Segments that buy little and bring much"),
    "segment": ("#/segments/diet%3Dvegan", "diet = vegan"),
}


def drawn(page: Page) -> Any:
    return page.get_by_role("treeitem")


def item(page: Page, name: str) -> Any:
    return page.get_by_role("treeitem", name=re.compile(rf"^{re.escape(name)}\b"))


def at(page: Page, name: str) -> None:
    """The focus is on this place of the tree."""
    expect(page.locator("[role=treeitem]:focus")).to_have_attribute("aria-label", re.compile(rf"^{name} "))


def instead(**others: tuple[int, Any] | None) -> Callable[[str], tuple[int, Any] | None]:
    """The made-up answers, but for addresses with these words (_ for /, at the end: $)."""

    def found(url: str) -> tuple[int, Any] | None:
        for words, other in others.items():
            if re.search(words.replace("_", "[/-]"), url):
                return other
        return answer(url)

    return found


def test_from_search_to_a_drawn_tree(window: Opened) -> None:
    opened = window(answer)
    page = opened.open()
    page.keyboard.press("/")
    page.keyboard.type("friend")
    found = page.get_by_role("option")
    expect(found).to_have_count(10)
    opened.axe()
    page.keyboard.press("Escape")
    expect(page.get_by_role("listbox")).to_be_hidden()
    page.get_by_role("combobox").fill("cate")
    expect(found).to_have_count(1)
    page.keyboard.press("ArrowDown")
    expect(found.first).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1, name="Cate Example")).to_be_visible()
    expect(page.get_by_role("tree")).to_be_visible()
    expect(drawn(page).first).to_have_attribute("aria-level", "1")
    expect(page.get_by_label("Scores")).to_contain_text("18.1 × their own")
    expect(page.get_by_label("Scores")).to_contain_text("€3,610")
    assert page.url.endswith(CUSTOMER)
    opened.axe()


def test_enter_before_the_answer_takes_the_first(window: Opened) -> None:
    page = window(answer).open()
    page.get_by_role("combobox").fill(CATE)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1, name="Cate Example")).to_be_visible()


def test_nobody_found(window: Opened) -> None:
    page = window(answer).open()
    page.get_by_role("combobox").fill("nobody at all")
    expect(page.get_by_text("Nobody whose name, id or email begins like this.")).to_be_visible()


def test_more_match_than_are_listed(window: Opened) -> None:
    page = window(answer).open()
    page.get_by_role("combobox").fill("wide")
    expect(page.get_by_role("option")).to_have_count(10)
    expect(page.get_by_role("option").first).to_contain_text("low on both")
    expect(page.get_by_text("More match: type on.")).to_be_visible()
    page.get_by_role("combobox").fill("wide 1")
    expect(page.get_by_role("option").first).to_contain_text("Wide 1")
    page.get_by_role("combobox").fill("cate")
    expect(page.get_by_role("option")).to_have_count(1)
    expect(page.get_by_text("More match")).to_have_count(0)


def test_the_tree_by_keyboard(window: Opened) -> None:
    opened = window(answer)
    page = opened.open(CUSTOMER)
    expect(page.get_by_role("tree")).to_be_visible()
    drawn(page).first.focus()
    page.keyboard.press("ArrowRight")
    at(page, "Friend 9")
    page.keyboard.press("ArrowLeft")
    expect(item(page, "Friend 9")).to_have_attribute("aria-expanded", "false")
    page.keyboard.press("ArrowLeft")
    at(page, "Cate Example")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    expect(item(page, "Friend 9")).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("End")
    at(page, "Friend 0")
    page.keyboard.press("Home")
    at(page, "Cate Example")
    # One place of the tree is in the tab order; after it come the drawing's neighbours.
    assert page.locator("[role=treeitem][tabindex='0']").count() == 1
    # What is walked to is in sight.
    page.keyboard.press("End")
    page.wait_for_function("""() => {
        const box = document.querySelector(".canvas").getBoundingClientRect();
        const place = document.activeElement.getBoundingClientRect();
        return box.top <= place.top && place.bottom <= box.bottom;
    }""")
    opened.axe()


def test_what_lies_deeper_is_fetched(window: Opened) -> None:
    asked: list[str] = []

    def listening(url: str) -> tuple[int, Any]:
        asked.append(url)
        return answer(url)

    page = window(listening).open(CUSTOMER)
    item(page, "Chain 3").click()
    expect(item(page, "Chain 4")).to_be_visible()
    assert any("chain-3/tree" in url for url in asked)
    item(page, "Chain 4").click()
    item(page, "Chain 5").click()
    expect(item(page, "Chain 6")).to_have_attribute("aria-level", "7")
    item(page, "Chain 3").click()
    expect(item(page, "Chain 4")).to_have_count(0)


def test_deeper_and_the_api_fails(window: Opened) -> None:
    opened = window(
        instead(**{"chain-3": problem(503, "store-unavailable", "Away", "The graph does not answer.")})
    )
    opened.excused.append("503")
    page = opened.open(CUSTOMER)
    item(page, "Chain 3").click()
    expect(page.get_by_role("alert")).to_contain_text("The graph does not answer.")


def test_wide_families_fold(window: Opened) -> None:
    page = window(answer).open(CUSTOMER)
    fold = page.get_by_role("treeitem", name="… 17 more customers whom Friend 9 brought")
    expect(fold).to_be_visible()
    before = drawn(page).count()
    fold.click()
    # One of the twenty-five is drawn once, though two people have a share in them.
    expect(drawn(page)).to_have_count(before + 16)
    expect(item(page, "Wide 00")).to_have_count(1)
    page.get_by_role("button", name="Fit").click()
    for name in ("Wide 00", "Wide 24", "Friend 0", "Cate Example"):
        assert _inside(page, name), name


def test_the_whole_tree_stays_in_sight(window: Opened) -> None:
    page = window(answer, viewport={"width": 1700, "height": 1300}).open(CUSTOMER)
    page.get_by_role("treeitem", name="… 17 more customers").click()
    for name in ("Chain 3", "Chain 4"):
        item(page, name).click()
    expect(item(page, "Chain 5")).to_be_visible()
    for name in ("Cate Example", "Wide 00", "Wide 24", "Friend 0", "Chain 5"):
        assert _inside(page, name), name
    # Who has moved the drawing themselves keeps their view.
    page.get_by_role("button", name="Further away").click()
    before = item(page, "Chain 5").locator("circle").bounding_box()
    item(page, "Chain 5").click()
    expect(item(page, "Chain 6")).to_be_visible()
    after = item(page, "Chain 5").locator("circle").bounding_box()
    assert before
    assert after
    assert abs(before["width"] - after["width"]) < 0.1


def test_to_a_persons_own_page(window: Opened) -> None:
    page = window(answer).open(CUSTOMER)
    item(page, "Friend 8").locator("text").dblclick()
    expect(page.get_by_role("heading", level=1, name="Friend 8")).to_be_visible()
    drawn(page).first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1, name="Chain 2")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", level=1, name="Friend 8")).to_be_visible()


def _inside(page: Page, name: str) -> bool:
    box, place = page.locator(".canvas").bounding_box(), item(page, name).locator("circle").bounding_box()
    assert box
    assert place
    return (
        box["y"] <= place["y"] <= box["y"] + box["height"] - place["height"]
        and box["x"] <= place["x"] <= box["x"] + box["width"] - place["width"]
    )


def test_moving_about(window: Opened) -> None:
    page = window(answer).open(CUSTOMER)
    circle = drawn(page).first.locator("circle")
    first = circle.bounding_box()
    assert first
    page.get_by_role("button", name="Closer").click()
    larger = circle.bounding_box()
    assert larger
    assert larger["width"] > first["width"]
    canvas = page.locator(".canvas").bounding_box()
    assert canvas
    page.mouse.move(canvas["x"] + 30, canvas["y"] + 30)
    page.mouse.wheel(0, 300)
    page.wait_for_function(
        "w => document.querySelector('[role=treeitem] circle').getBoundingClientRect().width < w",
        arg=larger["width"],
    )
    before = circle.bounding_box()
    page.mouse.down()
    page.mouse.move(canvas["x"] + 90, canvas["y"] + 50, steps=4)
    page.mouse.up()
    after = circle.bounding_box()
    assert before
    assert after
    assert abs(after["x"] - before["x"] - 60) < 8
    item(page, "Friend 9").hover()
    expect(page.locator(".tip")).to_contain_text("€210.00")


def test_up_and_back(window: Opened) -> None:
    page = window(answer).open("#/customer/chain-2")
    expect(page.get_by_role("navigation", name="Who brought them")).to_contain_text("Cate Example")
    page.get_by_role("link", name="Up to Friend 8").click()
    expect(page.get_by_role("heading", level=1, name="Friend 8")).to_be_visible()
    item(page, "Chain 3").click()
    page.get_by_role("link", name="Open Chain 3").click()
    expect(page.get_by_role("heading", level=1, name="Chain 3")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", level=1, name="Friend 8")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", level=1, name="Chain 2")).to_be_visible()


def test_names_may_be_anything(window: Opened) -> None:
    opened = window(answer)
    page = opened.open("#/customer/friend-7")
    expect(drawn(page)).to_have_count(2)
    page.get_by_role("combobox").fill("../weird")
    page.get_by_role("option").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(HOSTILE)
    expect(page.get_by_text("has brought nobody yet")).to_be_visible()
    assert page.locator("img[src=x]").count() == 0
    opened.fits()
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text(HOSTILE)


def test_brought_nobody_leads_up(window: Opened) -> None:
    page = window(answer).open("#/customer/friend-0")
    expect(page.get_by_text("Friend 0 has brought nobody yet")).to_be_visible()
    page.get_by_role("link", name="Up to Cate Example").click()
    expect(page.get_by_role("tree")).to_be_visible()


def test_the_programmes_figures(window: Opened) -> None:
    page = window(answer).open("#/?launch=2024-07-01")
    main = page.get_by_role("main")
    for words in (
        "21.7%",
        "(20.9–22.5)",
        "1.10 ×",
        "others: not significant",
        "+7.0 points (-5.0 to 19.0), not significant",
    ):
        expect(main).to_contain_text(words)
    page.get_by_label("Compare before and after").fill("2024-01-01")
    page.wait_for_url("**/#/?launch=2024-01-01")
    main.get_by_role("link", name="all of them").click()
    expect(page.get_by_role("heading", level=1, name="Hidden advocates")).to_be_visible()
    expect(
        page.get_by_text("Influence: what those below spent, 6 hops, each further one × 0.5.")
    ).to_be_visible()


def test_a_launch_before_the_data(window: Opened) -> None:
    figures = answer("/v1/programme?launch=2020-01-01")[1]
    found = figures["referral_share"]["before_after"]
    found["before"] = {"value": None, "interval": None, "count": 0, "of": 0}
    found["difference"] = {"value": None, "interval": None, "p_value": None}
    page = window(instead(programme=(200, figures))).open("#/?launch=2020-01-01")
    expect(
        page.get_by_text("Too little data before that day. From it on: 27.0% (19.0–36.0).")
    ).to_be_visible()


def test_another_launch_is_worked_out(window: Opened) -> None:
    opened = window(answer)
    waiting: list[Any] = []
    opened.page.route(re.compile("launch=2024-01-01"), lambda route: waiting.append(route))
    page = opened.open("#/?launch=2024-07-01")
    expect(page.get_by_text("not significant.")).to_be_visible()
    with page.expect_request(re.compile("launch=2024-01-01")):
        page.get_by_label("Compare before and after").fill("2024-01-01")
    expect(page.get_by_text("Working it out …")).to_be_visible()
    expect(page.get_by_text("not significant.")).to_have_count(0)
    expect(page.get_by_text("21.7%")).to_be_visible()
    waiting[0].fulfill(status=200, json=answer("/v1/programme?launch=2024-01-01")[1])
    expect(page.get_by_text("not significant.")).to_be_visible()
    expect(page.get_by_text("Working it out …")).to_have_count(0)


def test_addresses_that_mean_nothing(window: Opened) -> None:
    asked: list[str] = []

    def listening(url: str) -> tuple[int, Any]:
        asked.append(url)
        return answer(url)

    opened = window(listening)
    for day in ("abc", "2024-02-31", "2024-7-1"):
        page = opened.open(f"#/?launch={day}")
        expect(page.get_by_text("21.7%")).to_be_visible()
    assert not any("launch" in url for url in asked)
    opened.open("#/whatever")
    expect(page.get_by_role("heading", name="No such view")).to_be_visible()
    opened.axe()
    page.get_by_role("main").get_by_role("link", name="the programme").click()
    expect(page.get_by_role("heading", level=1, name="The referral programme")).to_be_visible()


def test_few_months_are_named(window: Opened) -> None:
    figures = answer("/v1/programme")[1]
    figures["referral_share"]["periods"] = figures["referral_share"]["periods"][2:5]
    chart = window(instead(programme=(200, figures))).open().get_by_role("img", name="Share of new customers")
    for name in ("Mar 2023", "Apr 2023", "May 2023"):
        expect(chart.locator("text", has_text=name)).to_be_visible()
    bar = chart.locator("rect").first.bounding_box()
    assert bar
    assert bar["width"] < 60


def test_numbers_in_the_readers_language(window: Opened) -> None:
    page = window(answer, locale="de-DE").open(CUSTOMER)
    expect(page.get_by_label("Scores")).to_contain_text("3.610 €")


def test_a_segment_and_its_customers(window: Opened) -> None:
    page = window(answer).open("#/segments")
    page.get_by_text("2 other segments").click()
    expect(page.get_by_role("link", name="diet = keto")).to_be_visible()
    page.get_by_role("row").get_by_role("link", name="diet = vegan").click()
    expect(
        page.get_by_text("Each brings €98.22 more than the rest (95 % interval €80.50 to €116.00)")
    ).to_be_visible()
    expect(page.get_by_text("q = 1e-04")).to_have_count(0)
    figures = page.get_by_role("table", name="The segment's figures")
    expect(figures.get_by_role("rowheader", name="diet = vegan")).to_be_visible()
    expect(figures.get_by_role("link")).to_have_count(0)
    expect(page.get_by_text("€70.00 a customer above what is expected")).to_contain_text("€55.00 to €85.00")
    expect(page.get_by_text("Explained by")).to_have_count(0)
    page.get_by_text("This segment in Neo4j Browser").click()
    expect(page.get_by_text(":params {levels: {diet: 'vegan'}, limit: 100}")).to_be_visible()
    customers = page.get_by_role("table", name="Customers of the segment")
    expect(customers.get_by_role("row")).to_have_count(6)
    page.get_by_role("button", name="Show more").click()
    expect(customers.get_by_role("row")).to_have_count(9)
    customers.get_by_role("link", name="Friend 1").click()
    expect(page.get_by_role("heading", level=1, name="Friend 1")).to_be_visible()
    page = window(answer).open("#/segments/diet%3Dmixed")
    expect(page.get_by_text("Explained by joined at.")).to_be_visible()
    expect(page.get_by_text("12.0% of the difference in CLTV is left")).to_be_visible()
    page = window(answer).open("#/segments/diet%3Dketo")
    expect(page.get_by_text("Too little data (9 customers, 30 are needed).")).to_be_visible()


def test_where_only_numbers_of_referrals_are_known(window: Opened) -> None:
    counted = answer("/v1/segments")[1] | {"value_unit": "customers"}
    page = window(instead(segments=(200, counted))).open("#/segments/diet%3Dvegan")
    expect(
        page.get_by_text("Each brings 98.22 more than the rest (95 % interval 80.50 to 116.00)")
    ).to_be_visible()


def test_nothing_is_out_of_sight_on_a_narrow_phone(window: Opened) -> None:
    opened = window(answer, viewport={"width": 360, "height": 740})
    for place, heading in VIEWS.values():
        page = opened.open(place)
        expect(page.get_by_role("heading", level=1, name=heading)).to_be_visible()
        expect(page.get_by_text(re.compile("(Loading|Counting|Testing|Looking for) ?.*…"))).to_have_count(0)
        opened.fits()
        for table in page.locator(".wide-table:visible").all():
            assert table.evaluate("one => one.scrollWidth - one.clientWidth") <= 0, place
        for label in page.locator(".scatter .named").all():
            frame, words = page.locator(".scatter .field").bounding_box(), label.bounding_box()
            assert frame
            assert words
            assert frame["x"] <= words["x"]
            assert words["x"] + words["width"] <= frame["x"] + frame["width"]
        one_line = page.get_by_role("navigation", name="Views").bounding_box()
        assert one_line
        assert one_line["height"] < 36


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_every_view_for_everybody(window: Opened, scheme: str, width: int) -> None:
    opened = window(answer, color_scheme=scheme, viewport={"width": width, "height": 844})
    for place, heading in VIEWS.values():
        page = opened.open(place)
        expect(page.get_by_role("heading", level=1, name=heading)).to_be_visible()
        expect(page.get_by_text(re.compile("(Loading|Counting|Testing|Looking for) ?.*…"))).to_have_count(0)
        opened.fits()
        opened.axe()


def test_with_a_finger_on_a_phone(window: Opened) -> None:
    page = window(answer, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True).open(
        CUSTOMER
    )
    item(page, "Friend 9").tap()
    expect(page.locator(".selected")).to_contain_text("Friend 9")
    expect(page.get_by_role("link", name="Open Friend 9")).to_be_visible()


def test_nothing_loaded(window: Opened) -> None:
    empty = answer("/v1/programme")[1] | {
        "referral_rate": {"value": None, "interval": None, "count": 0, "of": 0}
    }
    opened = window(instead(programme=(200, empty)))
    page = opened.open()
    expect(page.get_by_text("refnet load DIR")).to_be_visible()
    opened.axe()


def test_loaded_not_analyzed(window: Opened) -> None:
    none = (200, {"currency": "EUR", "items": [], "scored_at": None, "relation": None})
    opened = window(instead(hidden=none, segments=none))
    for place in ("", "#/advocates", "#/segments"):
        page = opened.open(place)
        expect(page.locator("pre", has_text="refnet analyze")).to_be_visible()
        opened.axe()


def test_scores_that_are_behind(window: Opened) -> None:
    behind = {"changes_since": 2}
    said = "2 loads or decisions have come since. refnet analyze brings them up to date."
    opened = window(
        instead(
            hidden=(200, answer("/v1/hidden-advocates")[1] | behind),
            segments=(200, answer("/v1/segments")[1] | behind),
            _influence=(200, answer(f"/v1/customers/{CATE}/influence")[1] | behind),
        )
    )
    for place in ("", "#/advocates", "#/segments", CUSTOMER):
        page = opened.open(place)
        expect(page.get_by_text(said)).to_be_visible()
        opened.axe()


def test_nothing_loaded_is_said_everywhere(window: Opened) -> None:
    none = (200, {"currency": "EUR", "items": [], "scored_at": None, "relation": None})
    opened = window(instead(hidden=none, segments=none, loads=(200, {"items": [], "truncated": False})))
    for place in ("#/advocates", "#/segments"):
        page = opened.open(place)
        expect(page.get_by_role("heading", name="No customers yet")).to_be_visible()
        expect(page.get_by_text("Loaded, not analyzed yet")).to_have_count(0)


def test_a_customer_not_analyzed(window: Opened) -> None:
    scores = answer(f"/v1/customers/{CATE}/influence")[1]
    unknown = (
        "ecr_direct",
        "ecr_network",
        "influence",
        "downline",
        "longest_chain",
        "percentile",
        "band",
        "scored_at",
    )
    opened = window(instead(_influence=(200, scores | dict.fromkeys(unknown))))
    beside = opened.open(CUSTOMER).get_by_label("Scores")
    expect(beside).to_contain_text("refnet analyze")
    expect(beside).to_contain_text("€200.00")
    expect(beside.locator("dl")).to_contain_text("People brought directly10")
    assert "–" not in beside.inner_text()
    opened.axe()


def test_too_little_data_is_said(window: Opened) -> None:
    found = answer("/v1/segments")[1]
    untested = [one | {"reported": False, "interval": None, "q_value": None} for one in found["items"]]
    opened = window(instead(segments=(200, found | {"items": untested})))
    for place in ("#/", "#/segments"):
        page = opened.open(place)
        expect(page.get_by_text("Too little data to compare any of the 3 segments")).to_be_visible()


def test_nothing_found_is_said(window: Opened) -> None:
    rest = [one | {"reported": False} for one in answer("/v1/segments")[1]["items"]]
    opened = window(
        instead(
            hidden=(200, answer("/v1/hidden-advocates")[1] | {"items": []}),
            segments=(200, answer("/v1/segments")[1] | {"items": rest}),
        )
    )
    page = opened.open("#/advocates")
    expect(page.get_by_text("No hidden advocates")).to_be_visible()
    opened.open("#/segments")
    expect(page.get_by_text("that is an answer, too")).to_be_visible()
    opened.open("#/")
    expect(page.get_by_text("None of the 3 segments")).to_contain_text(
        "For 1 of them there is too little data"
    )


def test_the_api_away_and_back(window: Opened) -> None:
    away = True
    opened = window(lambda url: None if away else answer(url))
    opened.excused.append("ERR_FAILED")
    page = opened.open(CUSTOMER)
    expect(page.get_by_role("alert")).to_contain_text("refnet does not answer")
    expect(page.get_by_text("refnet serve")).to_be_visible()
    opened.axe()
    away = False
    expect(page.get_by_role("tree")).to_be_visible()


def test_a_key_is_asked_for(window: Opened) -> None:
    opened = window()
    opened.excused.append("401")
    page = opened.page

    def keyed(route: Any) -> None:
        right = route.request.headers.get("x-api-key") == "right"
        status, body = (
            answer(route.request.url) if right else problem(401, "key-needed", "A key is needed", "")
        )
        route.fulfill(status=status, json=body)

    page.route("**/v1/**", keyed)
    opened.open(CUSTOMER)
    page.get_by_label("API key").fill("wrong")
    page.get_by_role("button", name="Use it").click()
    expect(page.get_by_text("This key is not taken")).to_be_visible()
    opened.axe()
    page.get_by_label("API key").fill("right")
    page.keyboard.press("Enter")
    expect(page.get_by_role("tree")).to_be_visible()
    page.reload()
    expect(page.get_by_role("tree")).to_be_visible()
    assert "right" not in page.url


def test_unknown_customer_and_segment(window: Opened) -> None:
    opened = window(answer)
    opened.excused.append("404")
    page = opened.open("#/customer/c-9999999")
    expect(page.get_by_text("There is no customer c-9999999.")).to_be_visible()
    opened.axe()
    opened.open("#/segments/no:such")
    expect(page.get_by_text("No segment no:such")).to_be_visible()


def test_the_api_fails(window: Opened) -> None:
    opened = window(instead(hidden=problem(500, "failed", "The API failed", "The API or the graph failed.")))
    opened.excused.append("500")
    page = opened.open("#/advocates")
    expect(page.get_by_role("alert")).to_contain_text("The API or the graph failed.")
    expect(page.get_by_role("button", name="Try again")).to_be_visible()


def test_being_worked_out(window: Opened) -> None:
    opened = window(
        instead(
            segments=problem(
                503, "being-computed", "Being worked out", "The segments are still being worked out."
            )
        )
    )
    opened.excused.append("503")
    page = opened.open("#/segments")
    expect(page.get_by_role("status").filter(has_text="still being worked out")).to_be_visible()


def test_an_answer_of_another_shape(window: Opened) -> None:
    opened = window(instead(hidden=(200, {"rows": 1})))
    opened.excused.append("TypeError|undefined")
    page = opened.open("#/advocates")
    expect(page.get_by_role("alert")).to_contain_text("This view cannot be shown")


def test_the_family_is_what_it_says() -> None:
    """The made-up answers agree with each other, or the tests above would prove little."""
    nodes = answer(f"/v1/customers/{CATE}/tree?depth=3")[1]["nodes"]
    assert len(nodes) == len({one["customer_id"] for one in nodes})
    assert len(FAMILY.generations(CATE)) == 6
