"""The size that the network draws at, chosen from the source's size."""

from __future__ import annotations

from celcam.arrays import Uint8Array
from celcam.pixels import SIZE_MULTIPLE, resize, size_for_short_side
from edge_app.frames import SourceInfo

# Speed comes first for a camera: 320x240 for most. The network draws lines about 2 pixels wide at any size, so a file
# is drawn no larger than the size at which such lines still look like ink.
LIVE_SHORT_SIDE = 240
LARGEST_SHORT_SIDE = 512
# The sizes that a viewer may choose, by their short sides.
SHORT_SIDES = (120, 160, 192, 240, 320, 400, 480)


def choose_size(source: SourceInfo) -> tuple[int, int] | None:
    """The size that suits the source; None if each picture has a size of its own."""
    if source.is_live:
        return size_for_short_side(source.size_wh, LIVE_SHORT_SIDE)
    return None if source.is_still else file_size(source.size_wh)


def size_choices(source_wh: tuple[int, int]) -> list[tuple[int, int]]:
    """The sizes that may be chosen, smallest first; none is larger than the source."""
    sides = [side for side in SHORT_SIDES if side <= min(source_wh)] or [min(source_wh)]
    return [size_for_short_side(source_wh, side) for side in sides]


def file_size(size_wh: tuple[int, int]) -> tuple[int, int]:
    """The size at which a picture or clip of ``size_wh`` is drawn."""
    return size_for_short_side(size_wh, min(LARGEST_SHORT_SIDE, *size_wh))


def describe_size(drawn_wh: tuple[int, int] | None, source_wh: tuple[int, int] | None, *, sharp: bool) -> str:
    """Say on a few words at which size pictures come out.

    Args:
        drawn_wh: the size that the network draws at; None is each picture's own, up to `LARGEST_SHORT_SIDE`.
        source_wh: the source's size; None if there are several.
        sharp: whether pictures are enlarged to the source's size.
    """
    if drawn_wh is None and source_wh is not None:
        drawn_wh = file_size(source_wh)
    if drawn_wh is None:
        text = f"at up to {LARGEST_SHORT_SIDE} pixels on the short side"
        return f"{text}, enlarged to full size" if sharp else text
    text = "at {}x{}".format(*drawn_wh)
    if not sharp or (source_wh is not None and source_wh[1] <= drawn_wh[1]):
        return text
    return f"{text}, enlarged to " + ("full size" if source_wh is None else "{}x{}".format(*source_wh))


def crop_to(rgb_u8: Uint8Array, size_wh: tuple[int, int]) -> Uint8Array:
    """A view of the middle of ``(H, W, 3) uint8`` with the aspect ratio of ``size_wh``."""
    height, width = rgb_u8.shape[:2]
    # A difference within one multiple comes from rounding; nothing is cropped for it.
    crop_w = min(width, round(height * size_wh[0] / size_wh[1]))
    crop_h = min(height, round(width * size_wh[1] / size_wh[0]))
    if width - crop_w > SIZE_MULTIPLE or height - crop_h > SIZE_MULTIPLE:
        left, top = (width - crop_w) // 2, (height - crop_h) // 2
        return rgb_u8[top : top + crop_h, left : left + crop_w]
    return rgb_u8


def fit(rgb_u8: Uint8Array, size_wh: tuple[int, int]) -> Uint8Array:
    """``(H, W, 3) uint8`` cropped around its centre to the aspect ratio of ``size_wh``, then resized to it."""
    return resize(crop_to(rgb_u8, size_wh), size_wh)
