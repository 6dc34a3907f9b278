"""The filters that the networks in ``models/`` learned. They go when networks of the redrawn filters ship."""

from celcam.styles.v1 import anime, comic, sketch, watercolor

__all__ = ["anime", "comic", "sketch", "watercolor"]
