"""Plots as SVG, drawn small: a line over time with its band, dots with their intervals. Colours are the page's."""

from __future__ import annotations

import math
from html import escape

from refnet.reporting.document import Estimate, Plot, Unit, shown, told

_WIDTH = 720
_LEFT, _RIGHT, _TOP, _BOTTOM = 56, 16, 14, 34
_HEIGHT = 260
_ROW = 26
_LABELS = 150


def drawn(plot: Plot, currency: str) -> str:
    """The plot as an <svg> with a name and a description for those who do not see it; '' if there is nothing to
    draw.
    """
    known = [(label, one) for label, one in plot.points if one.value is not None and not one.little]
    if len(known) < 2:
        return ""
    body, height = (_line if plot.kind == "line" else _dots)(plot, known)
    said = "; ".join(f"{label}: {told(one, plot.unit, currency)}" for label, one in plot.points[:60])
    return (
        f'<svg viewBox="0 0 {_WIDTH} {height}" role="img" preserveAspectRatio="xMinYMin meet">'
        f"<title>{escape(plot.title)}</title><desc>{escape(said)}</desc>{body}</svg>"
    )


def ticks(low: float, high: float, most: int = 5) -> list[float]:
    """Round numbers that span low to high: steps of 1, 2 or 5 times a power of ten."""
    span = high - low or abs(high) or 1.0
    power = 10 ** math.floor(math.log10(span / most))
    step = next(power * times for times in (1, 2, 5, 10) if span / (power * times) <= most)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [number * step for number in range(first, max(last, first + 1) + 1)]


def _span(known: list[tuple[str, Estimate]]) -> list[float]:
    ends = [end for _, one in known for end in (one.low, one.value, one.high) if end is not None]
    return ticks(min(0.0, *ends), max(ends))


def _line(plot: Plot, known: list[tuple[str, Estimate]]) -> tuple[str, int]:
    scale = _span(known)
    labels = [label for label, _ in plot.points]
    wide, tall = _WIDTH - _LEFT - _RIGHT, _HEIGHT - _TOP - _BOTTOM

    def x(place: float) -> float:
        return _LEFT + wide * (place + 0.5) / len(labels)

    def y(value: float) -> float:
        return _TOP + tall * (1 - (value - scale[0]) / (scale[-1] - scale[0]))

    parts = [
        f'<line class="grid" x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y(t):.1f}" y2="{y(t):.1f}"/>'
        f'<text class="tick" x="{_LEFT - 8}" y="{y(t) + 4:.1f}" text-anchor="end">{_tick(t, plot.unit)}</text>'
        for t in scale
    ]
    every = math.ceil(len(labels) / 9)
    parts += [
        f'<text class="tick" x="{x(n):.1f}" y="{_HEIGHT - 12}" text-anchor="middle">{escape(label)}</text>'
        for n, label in enumerate(labels)
        if n % every == 0
    ]
    if plot.mark in labels:
        at = x(labels.index(plot.mark) - 0.5)
        parts.append(
            f'<line class="launch" x1="{at:.1f}" x2="{at:.1f}" y1="{_TOP}" y2="{_HEIGHT - _BOTTOM}"/>'
        )
    # What is not known, or rests on too little, breaks the line.
    for run in _runs(plot):
        if all(one.low is not None and one.high is not None for _, one in run):
            upper = [f"{x(n):.1f},{y(one.high or 0.0):.1f}" for n, one in run]
            lower = [f"{x(n):.1f},{y(one.low or 0.0):.1f}" for n, one in reversed(run)]
            parts.append(f'<polygon class="band" points="{" ".join(upper + lower)}"/>')
        points = " ".join(f"{x(n):.1f},{y(one.value or 0.0):.1f}" for n, one in run)
        parts.append(f'<polyline class="line" points="{points}"/>')
        if len(labels) <= 40:
            parts += [
                f'<circle class="dot" cx="{x(n):.1f}" cy="{y(one.value or 0.0):.1f}" r="3"/>'
                for n, one in run
            ]
    return "".join(parts), _HEIGHT


def _runs(plot: Plot) -> list[list[tuple[int, Estimate]]]:
    runs: list[list[tuple[int, Estimate]]] = [[]]
    for number, (_, one) in enumerate(plot.points):
        if one.value is None or one.little:
            runs.append([])
        else:
            runs[-1].append((number, one))
    return [run for run in runs if run]


def _dots(plot: Plot, known: list[tuple[str, Estimate]]) -> tuple[str, int]:
    scale = _span(known)
    wide = _WIDTH - _LABELS - _RIGHT
    height = _TOP + _ROW * len(known) + _BOTTOM

    def x(value: float) -> float:
        return _LABELS + wide * (value - scale[0]) / (scale[-1] - scale[0])

    parts = [
        f'<line class="grid" x1="{x(t):.1f}" x2="{x(t):.1f}" y1="{_TOP}" y2="{height - _BOTTOM}"/>'
        f'<text class="tick" x="{x(t):.1f}" y="{height - 12}" text-anchor="middle">{_tick(t, plot.unit)}</text>'
        for t in scale
    ]
    for number, (label, one) in enumerate(known):
        at = _TOP + _ROW * (number + 0.5)
        short = label if len(label) <= 22 else f"{label[:21]}…"
        parts.append(
            f'<text class="label" x="{_LABELS - 10}" y="{at + 4:.1f}" text-anchor="end">{escape(short)}</text>'
        )
        if one.low is not None and one.high is not None:
            parts.append(
                f'<line class="whisker" x1="{x(one.low):.1f}" x2="{x(one.high):.1f}" y1="{at:.1f}" y2="{at:.1f}"/>'
            )
        parts.append(f'<circle class="dot" cx="{x(one.value or 0.0):.1f}" cy="{at:.1f}" r="4"/>')
    return "".join(parts), height


def _tick(value: float, unit: Unit) -> str:
    return f"{100 * value:g} %" if unit == "share" and abs(value) < 1e6 else shown(round(value, 9), unit)
