"""Who succeeds and who brings them: for now, the affiliates."""

from refnet.analysis.success.affiliates import affiliates

__all__ = ["affiliates"]
