"""Credit: which claim is credited, and why the others are not."""

from refnet.analysis.credit.derive import CreditSummary, derive
from refnet.analysis.credit.policy import Reason

__all__ = ["CreditSummary", "Reason", "derive"]
