"""Array types for signatures."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Uint8Array = NDArray[np.uint8]
BoolArray = NDArray[np.bool_]
# OpenCV's stubs return arrays without a dtype; the docstring of each function states it.
FloatArray = NDArray[Any]
