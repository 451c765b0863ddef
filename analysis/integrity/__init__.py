"""Whether the claims can be believed: cycles, self-referrals, shared devices and accounts."""

from refnet.analysis.integrity.summary import integrity

__all__ = ["integrity"]
