"""What is printed of who might leave."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.text import Text

from refnet.terminal.forms import amount, between, console_of, heading, percent, table_of

_NAMES = {"model": "model", "recency_rule": "recency rule", "everyone_alike": "everyone alike"}


def print_model(model: Mapping[str, Any], kept_at: str) -> None:
    """A model: what it was made from, and what it was worth."""
    out, data, scores = console_of(), model["data"], model["scores"]
    heading(out, "The churn model", f"{model['version']}, kept at {kept_at}")
    out.print(model["leaving"]["reading"])
    for name in ("training", "validation", "calibration", "test"):
        rows, (begin, end) = data["rows"][name], data["window"][name]
        out.print(
            f"{name:<11}  {begin} to {end}  {rows['months']:>9,} customer-months  {rows['left']:>6,} left"
        )
    shown = table_of(
        "on the test months", "AUC", "", "Brier", "log loss", "observed : expected", "", right=(1, 3, 4, 5)
    )
    for name, words in _NAMES.items():
        one = scores["scores"][name]
        shown.add_row(
            words, _plain(one["auc"]), _range(one["auc"]), _plain(one["brier"], 4), _plain(one["log_loss"], 4),
            _plain(one["observed_over_expected"], 2), _range(one["observed_over_expected"], 2),
        )  # fmt: skip
    out.print(shown)
    out.print(reading(scores))
    shown = table_of("likeliest to leave", "expected", "observed", "", right=(1, 2))
    parts = model["calibration"]
    for number, part in enumerate(parts, start=1):
        shown.add_row(
            f"{number} of {len(parts)}, {part['left']:,} of {part['months']:,}",
            percent(part["expected"]),
            percent(part["observed"]),
            between(part["interval"]),
        )
    out.print(shown)


def reading(scores: Mapping[str, Any]) -> str:
    """Whether the model is better than the recency rule, in a sentence."""
    auc, loss = scores["better"]["auc"], scores["better"]["log_loss"]
    if auc["value"] is None:
        return "too little data to compare the model with the recency rule"
    words = {
        "better": "better than the recency rule",
        "no better": "no better than the recency rule by the margin: the rule does as well",
    }[scores["verdict"]]
    return (
        f"{words}: AUC {auc['value']:+.3f} {_range(auc)}, margin {scores['margin']:.2f}; "
        f"log loss {-loss['value']:+.4f} ({-loss['interval'][1]:+.4f} to {-loss['interval'][0]:+.4f})"
    )


def print_leaving(out: Console, found: Mapping[str, Any], currency: str, most: int = 5) -> None:
    """What the findings have of it: the first few, and the sentences."""
    if found["why"] is not None:
        heading(out, "Who might leave", found["why"])
        return
    print_churn(found, found["likeliest"][:most], every=True, out=out)
    out.print(Text(reading(found["model"]["scores"]), style="dim"))
    exposed = found["exposure"]
    print_exposure({**exposed, "currency": currency}, exposed["items"][:most], out=out)


def print_churn(
    told: Mapping[str, Any], rows: Sequence[Mapping[str, Any]], *, every: bool, out: Console | None = None
) -> None:
    """Customers with their probability and their reasons."""
    out = out or console_of()
    heading(
        out,
        "Who might leave",
        f"within a month from {told['as_of']}; of {told['customers']:,} who are there {told['expected_to_leave']:,.0f} "
        f"are expected to; {told['model']['leaving']['reading']}",
    )
    shown = table_of("customer", "probability", "percentile", "because", right=(1, 2))
    for row in rows:
        if not row["there"]:
            gone = (
                f"left on {row['left_at']}"
                if row["left_at"]
                else "was never there, or joined when is not known"
            )
            shown.add_row(row["customer_id"], "–", "–", gone)
            continue
        why = row["reasons"][:3] if every else row["reasons"]
        shown.add_row(
            row["customer_id"],
            percent(row["probability"]),
            f"{row['percentile']:.1f}",
            "\n".join(f"{one['odds']:.2f} × {one['reason']}: {one['because']}" for one in why),
        )
    out.print(shown)
    out.print(
        Text(
            "n ×: the odds of leaving beside the mean customer's; what the model goes by, no cause",
            style="dim",
        )
    )
    if "written" in told:
        out.print(f"written: {told['written']:,} customers (churnProbability, churnVersion, churnAt)")


def print_exposure(
    told: Mapping[str, Any], rows: Sequence[Mapping[str, Any]], *, out: Console | None = None
) -> None:
    """Referrers with what hangs below them."""
    out, currency = out or console_of(), told["currency"]
    heading(
        out,
        "What it would cost to lose a referrer",
        f"{told['referrers']:,} have somebody below who is still there; amounts of twelve months, in {currency}",
    )
    out.print(told["association"]["reading"])
    if not rows:
        out.print("nobody who is there has anybody below who is")
        return
    shown = table_of(
        "customer", "probability", "people", "hangs below", "exposure, all of it", "the likely part", "",
        right=(1, 2, 3, 4, 5),
    )  # fmt: skip
    for row in rows:
        span = row["likely_interval"]
        shown.add_row(
            row["customer_id"],
            percent(row["probability"]),
            f"{row['people']:,}",
            amount(row["hangs"], currency),
            amount(row["exposure"], currency),
            amount(row["likely"], currency) if row["likely"] is not None else "too little data",
            f"({amount(span[0], currency)} to {amount(span[1], currency)})" if span else "",
        )
    out.print(shown)
    if any(row["probability"] is None for row in rows):
        out.print(Text("–: has left, so that nothing is exposed: `refnet churn ID` says when", style="dim"))
    out.print(
        Text(
            "exposure: probability of leaving within a month × what hangs below; the likely part: what of it would go "
            "with them within a year by the association",
            style="dim",
        )
    )


def _plain(one: Mapping[str, Any], digits: int = 3) -> str:
    return "–" if one["value"] is None else f"{one['value']:.{digits}f}"


def _range(one: Mapping[str, Any], digits: int = 3) -> str:
    return (
        ""
        if one["interval"] is None
        else f"({one['interval'][0]:.{digits}f} to {one['interval'][1]:.{digits}f})"
    )
