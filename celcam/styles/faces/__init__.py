"""Faces: found by landmarks when an optional package is there, and drawn on purpose."""

from celcam.styles.faces.landmarks import Face, find_faces

__all__ = ["Face", "find_faces"]
