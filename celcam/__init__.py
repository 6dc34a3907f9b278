"""The core: NumPy and OpenCV; never TensorFlow, never a camera."""
