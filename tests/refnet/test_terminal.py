"""What is printed for a person."""

from __future__ import annotations

import pytest

from refnet.terminal.shown import print_rows


def test_rows_too_wide_for_the_window_are_lists(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    columns = ["customerId", *(f"figure{n}" for n in range(9))]
    rows = [["c-0000001", *range(9)], ["c-0000002", *[None] * 9]]
    monkeypatch.setenv("COLUMNS", "80")
    print_rows(columns, rows)
    narrow = capsys.readouterr().out.splitlines()
    assert narrow[:3] == ["row 1", "  customerId  c-0000001", "  figure0     0"]
    assert narrow[11:13] == ["row 2", "  customerId  c-0000002"]
    monkeypatch.setenv("COLUMNS", "120")
    print_rows(columns, rows)
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == [
        "customerId",
        "c-0000001",
        "c-0000002",
        "2",
    ]
