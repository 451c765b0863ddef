"""Credit: which claim is credited, and why the others are not."""

from refnet.analysis.credit.derive import CreditSummary, derive

__all__ = ["CreditSummary", "derive"]
