"""Array types that signatures share."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Uint8Array = NDArray[np.uint8]
BoolArray = NDArray[np.bool_]
# OpenCV's stubs return arrays of unnamed type; the docstring of each function states its dtype.
FloatArray = NDArray[Any]
