"""Predicted CLTV: what customers are expected to buy, from when and how much they have bought."""

from refnet.analysis.cltv.graph import Held, Prediction, forget, held, predict

__all__ = ["Held", "Prediction", "forget", "held", "predict"]
