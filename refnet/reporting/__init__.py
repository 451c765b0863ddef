"""The report that a growth team sends round: all findings as one page of HTML, Markdown, CSV or a workbook.

findings → document (figures, tables, plots, each with its uncertainty in a sentence) → a form. What needs statistics is
in modules that are imported when a report is made, not with the command line.
"""
