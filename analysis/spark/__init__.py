"""Influence of everyone beyond one machine: the measures of refnet.analysis.influence on Apache Spark, by parquet.

Everything runs as DataFrame plans inside the JVM: executors need no Python of ours. The driver collects only what
has a bound that does not grow with the number of customers. Imported by module; needs the extra `spark`.
"""
