"""From the source's size to the network's."""

from __future__ import annotations

from celcam.arrays import Uint8Array
from celcam.errors import UsageError
from celcam.pixels import SIZE_MULTIPLE, resize, round_size, size_for_short_side
from edge_app.frames import SourceInfo, Stylizer

# Live, speed comes first: 320x240 for most cameras. The network draws lines about 2 pixels wide at any size, so a file
# is drawn at up to the size where such lines still look like ink.
LIVE_SHORT_SIDE = 240
LARGEST_SHORT_SIDE = 512


def choose_size(source: SourceInfo, asked_wh: tuple[int, int] | None) -> tuple[int, int] | None:
    """The size to draw at: what was asked for, else what suits the source; None where each picture has its own.

    Raises:
        UsageError: the size asked for is none that the networks take.
    """
    if asked_wh is not None:
        if any(side % SIZE_MULTIPLE for side in asked_wh):
            width, height = round_size(asked_wh)
            raise UsageError(
                f"--size {asked_wh[0]}x{asked_wh[1]}: both sides must be multiples of {SIZE_MULTIPLE}; "
                f"try {width}x{height}"
            )
        return asked_wh
    if source.is_live:
        return size_for_short_side(source.size_wh, LIVE_SHORT_SIDE)
    return None if source.is_still else file_size(source.size_wh)


def file_size(size_wh: tuple[int, int]) -> tuple[int, int]:
    """The size that a picture or clip of ``size_wh`` is drawn at."""
    return size_for_short_side(size_wh, min(LARGEST_SHORT_SIDE, *size_wh))


def fit(rgb_u8: Uint8Array, size_wh: tuple[int, int]) -> Uint8Array:
    """``(H, W, 3) uint8`` cropped about its centre to the aspect of ``size_wh``, then resized to it."""
    height, width = rgb_u8.shape[:2]
    # Within one multiple the aspect is the same but for rounding; nothing is cropped for that.
    crop_w = min(width, round(height * size_wh[0] / size_wh[1]))
    crop_h = min(height, round(width * size_wh[1] / size_wh[0]))
    if width - crop_w > SIZE_MULTIPLE or height - crop_h > SIZE_MULTIPLE:
        left, top = (width - crop_w) // 2, (height - crop_h) // 2
        rgb_u8 = rgb_u8[top : top + crop_h, left : left + crop_w]
    return resize(rgb_u8, size_wh)


def fitted(model: Stylizer, size_wh: tuple[int, int] | None) -> Stylizer:
    """``model`` behind `fit`; without ``size_wh`` each picture is drawn at its own `file_size`."""
    return lambda rgb_u8: model(fit(rgb_u8, size_wh or file_size((rgb_u8.shape[1], rgb_u8.shape[0]))))
