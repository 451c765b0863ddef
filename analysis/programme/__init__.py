"""The programme's figures: referral rate, conversion, propensity, referral share, K-factor, acquisition cost."""

from refnet.analysis.programme.figures import programme

__all__ = ["programme"]
