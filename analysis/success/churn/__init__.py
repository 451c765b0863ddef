"""Who might leave: when somebody has left, the model of it, its trial, its reasons, and where it is kept.

Imported by module: what only reads a kept model does not wait for scikit-learn.
"""
