"""Multi-hop referral influence: the kernels, the analysis of everyone, and the profile of one."""

from refnet.analysis.influence.analyze import AnalysisSummary, analyze
from refnet.analysis.influence.network import Network
from refnet.analysis.influence.profile import profile
from refnet.analysis.influence.scores import influence

__all__ = ["AnalysisSummary", "Network", "analyze", "influence", "profile"]
