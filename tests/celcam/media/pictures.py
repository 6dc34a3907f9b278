"""Encode and decode photos for tests."""

from __future__ import annotations

import io
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image

from celcam.arrays import Uint8Array
from celcam.errors import BadPhotoError
from celcam.media.photos import decode_image


def decode(data: bytes, max_megapixels: float = 100.0) -> Uint8Array:
    """Decode the contents of a file."""
    return decode_image(data, "holiday.jpg", max_megapixels=max_megapixels)


def saved(picture: Image.Image, kind: str, **options: Any) -> bytes:
    """The contents of a file that Pillow writes."""
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def encoded(pixels: Any, suffix: str) -> bytes:
    """The contents of a file that OpenCV writes."""
    return cv2.imencode(suffix, pixels)[1].tobytes()


def difference(left: Uint8Array, right: Image.Image) -> float:
    """The mean difference in levels."""
    expected = np.asarray(right.convert("RGB"), np.int16)
    assert left.shape == expected.shape
    assert left.dtype == np.uint8
    return float(np.abs(left - expected).mean())


def fault_of(data: bytes) -> BadPhotoError:
    """The error for a file."""
    with pytest.raises(BadPhotoError) as caught:
        decode(data)
    assert "holiday.jpg" in str(caught.value)
    return caught.value
