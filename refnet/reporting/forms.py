"""The forms that a report can have."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from refnet.reporting.document import Report
from refnet.reporting.html import page
from refnet.reporting.markdown import markdown
from refnet.reporting.sheets import comma_separated, workbook

FORMS: Mapping[str, Callable[[Report], str | bytes]] = {
    "html": page,
    "md": markdown,
    "csv": comma_separated,
    "xlsx": workbook,
}
"""By the ending of their files."""


def written(report: Report, form: str) -> bytes:
    """The report in a form, as the bytes of its file.

    Raises:
        KeyError: there is no such form.
    """
    made = FORMS[form](report)
    return made if isinstance(made, bytes) else made.encode("utf-8")
