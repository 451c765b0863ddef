"""The forecast's part of the report."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from refnet.reporting.document import Cell, Column, Estimate, Figure, Plot, Section, Table, estimated

_COLUMNS = (
    Column("generation"),
    Column("customers to come", "count", estimates=True),
    Column("foreseen a year before", "count", estimates=True),
    Column("that came", "count"),
)
_NOTE = (
    "Whom the customers of today bring, and these in turn; who comes by themselves later, and whom those bring, is not "
    "in it."
)


def forecast_section(found: Mapping[str, Any]) -> Section:
    """The generations to come, and how such a forecast did on what was held out."""
    held, total = found["backtest"], found["total"]
    little = total["value"] is None
    figures = [
        Figure(
            f"Customers to come until {found['to']}",
            estimated(total["value"], total["interval"], little=little),
            "count",
            found["reading"],
        )
    ]
    if held is not None:
        figures.append(
            Figure(
                f"Foreseen for {held['from']} to {held['to']}",
                estimated(held["total"]["value"], held["total"]["interval"]),
                "count",
                held["reading"],
            )
        )
    if little:
        return Section("forecast", "Forecast", "", figures)
    points = [
        ("0", Estimate(0.0, 0.0, 0.0)),
        *((str(one["day"]), estimated(one["customers"], one["interval"])) for one in found["curve"]),
    ]
    plots = [Plot("line", "Customers to come, by days from now", "count", points)]
    came = {one["generation"]: one for one in held["generations"]} if held else {}
    to_come = {one["generation"]: one for one in found["generations"]}
    rows: list[list[Cell]] = [
        [
            str(number),
            _told(to_come.get(number)),
            _told(came.get(number)),
            came[number]["actual"] if number in came else None,
        ]
        for number in sorted(to_come.keys() | came.keys())
    ]
    table = Table("forecast", "By generation", _COLUMNS, rows, _NOTE)
    return Section("forecast", "Forecast", "", figures, plots, [table])


def _told(one: Mapping[str, Any] | None) -> Estimate:
    return Estimate(None) if one is None else estimated(one["customers"], one["interval"])
