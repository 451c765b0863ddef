"""Multi-hop referral influence: the kernels, the analysis of everyone, and the profile of one.

Imported by module, so that a profile of one customer need not wait for what the analysis of everyone needs.
"""
