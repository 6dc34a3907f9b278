"""Small pictures of saved files for the gallery."""

from __future__ import annotations

from pathlib import Path

from celcam.errors import MediaError
from celcam.media.clips import ClipReader
from celcam.media.photos import read_image
from edge_app.drawing.sizing import fit
from edge_app.web.jpeg import encode_jpeg

SIZE_WH = (240, 180)
PICTURES = frozenset({".png", ".jpg"})
# No file of the app's own is larger.
MAX_MEGAPIXELS = 50.0


def make_preview(path: Path) -> bytes:
    """The picture, or the first one of the clip, as JPEG of `SIZE_WH`, cropped around its centre.

    Raises:
        CelcamError: the file can't be read, or has no picture yet.
    """
    if path.suffix in PICTURES:
        return encode_jpeg(fit(read_image(path, max_megapixels=MAX_MEGAPIXELS), SIZE_WH))
    with ClipReader(path, max_megapixels=MAX_MEGAPIXELS) as clip:
        first = next(iter(clip), None)
    if first is None:
        raise MediaError(f"{path}: has no picture yet")
    return encode_jpeg(fit(first.rgb_u8, SIZE_WH))
