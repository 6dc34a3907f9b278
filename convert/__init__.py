"""Keras generator to TFLite, and what that cost: ``python -m convert``."""
