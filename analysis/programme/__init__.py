"""The programme's figures: rates, shares, K-factor and cycle time, what they cost and what they are worth."""

from refnet.analysis.programme.figures import Declared, programme
from refnet.analysis.programme.groups import By

__all__ = ["By", "Declared", "programme"]
