"""Faces: found by landmarks when an optional package is there, and drawn on purpose."""
