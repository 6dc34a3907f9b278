"""The native module, which picamera2 imports by name."""

from libcamera import *  # noqa: F403
