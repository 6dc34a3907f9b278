"""The core: NumPy and OpenCV; never TensorFlow, never a camera."""

__version__ = "0.2.0"  # the only place: the wheel, --version, the page and the cards read it
