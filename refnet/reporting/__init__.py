"""The report that a growth team sends round: all findings as one page of HTML, Markdown, CSV or a workbook.

findings → document (figures, tables, plots, each with its uncertainty in a sentence) → a form.
"""

from refnet.reporting.document import Report
from refnet.reporting.findings import report_of
from refnet.reporting.forms import FORMS, written

__all__ = ["FORMS", "Report", "report_of", "written"]
