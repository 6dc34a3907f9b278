"""Pairs to a Keras generator: ``python -m train``."""
