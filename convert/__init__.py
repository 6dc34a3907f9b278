"""Converts a trained generator to TFLite files and measures them: ``python -m convert``."""
