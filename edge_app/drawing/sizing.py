"""The sizes of a frame: the network draws at one, and the frame is finished and shown at the other."""

from __future__ import annotations

import numpy as np

from celcam.arrays import Uint8Array
from celcam.pixels import SIZE_MULTIPLE, resize, round_size, size_for_short_side
from edge_app.drawing.looks import Sizes
from edge_app.frames import SourceInfo

# Speed comes first for a camera: 320x240 for most. The network draws lines about 2 pixels wide at any size, so a file
# is drawn no larger than the size at which such lines still look like ink.
LIVE_SHORT_SIDE = 240
LARGEST_SHORT_SIDE = 512
# Frames are shown at the source's size, up to this short side.
LARGEST_OUTPUT = 1080
# If rounding would crop off more than a hundredth, the long side follows the short one; not for tiny pictures.
LEAST_KEPT, LEAST_SHORT_SIDE = 0.99, 16
# The sizes that a viewer may choose for the network, by their short sides.
SHORT_SIDES = (120, 160, 192, 240, 320, 400, 480)


def choose_size(source: SourceInfo, output_wh: tuple[int, int] | None = None) -> tuple[int, int] | None:
    """The size for the network that suits the source; None if each picture has a size of its own.

    Args:
        source: of the frames.
        output_wh: the size that the user asked for; None is the source's.
    """
    if source.is_live:
        short_side = LIVE_SHORT_SIDE if output_wh is None else min(LIVE_SHORT_SIDE, *output_wh)
        return size_for_short_side(output_wh or source.size_wh, short_side)
    return None if source.is_still else file_size(output_wh or source.size_wh)


def size_choices(shown_wh: tuple[int, int]) -> list[tuple[int, int]]:
    """The sizes for the network that may be chosen, smallest first; none is larger than the picture shown."""
    sides = [side for side in SHORT_SIDES if side <= min(shown_wh)] or [min(shown_wh)]
    return [size_for_short_side(shown_wh, side) for side in sides]


def file_size(size_wh: tuple[int, int]) -> tuple[int, int]:
    """The size at which the network draws a picture or clip of ``size_wh``.

    Rounding both sides to what the network accepts changes the shape, and the picture is cropped to it. If that would
    cut off much of a long narrow picture, its long side follows the rounded short side.
    """
    drawn_wh = size_for_short_side(size_wh, min(LARGEST_SHORT_SIDE, *size_wh))
    if _kept_share(size_wh, drawn_wh) >= LEAST_KEPT or min(size_wh) < LEAST_SHORT_SIDE:
        return drawn_wh
    long_side = round_size((min(drawn_wh) * max(size_wh) / min(size_wh),) * 2)[0]
    followed_wh = (min(drawn_wh), long_side) if size_wh[0] < size_wh[1] else (long_side, min(drawn_wh))
    return max(drawn_wh, followed_wh, key=lambda wh: _kept_share(size_wh, wh))


def _kept_share(size_wh: tuple[int, int], drawn_wh: tuple[int, int]) -> float:
    """The share of a picture that is left after the crop to the shape of ``drawn_wh``."""
    width, height = _crop_wh(size_wh, drawn_wh)
    return width * height / (size_wh[0] * size_wh[1])


def output_size(photo_wh: tuple[int, int], network_wh: tuple[int, int], *, is_still: bool) -> tuple[int, int]:
    """The size at which a picture is shown, if the user asks for none.

    It is the photo's, cropped to the network's aspect ratio, with a short side of at most `LARGEST_OUTPUT`; it is not
    smaller than the network's but for rounding.

    Args:
        photo_wh: size of the photo.
        network_wh: size that the network draws at.
        is_still: a frame of a video has even sides, as video encoders require.
    """
    width, height = _crop_wh(photo_wh, network_wh)
    factor = min(1.0, LARGEST_OUTPUT / min(width, height))
    output_wh = (round(width * factor), round(height * factor))
    if not is_still:
        output_wh = (output_wh[0] - output_wh[0] % 2, output_wh[1] - output_wh[1] % 2)
    return output_wh if min(network_wh) - min(output_wh) < SIZE_MULTIPLE else network_wh


def choose_sizes(
    photo_wh: tuple[int, int],
    network_wh: tuple[int, int] | None,
    output_wh: tuple[int, int] | None,
    *,
    is_still: bool,
) -> Sizes:
    """Both sizes of a frame.

    Args:
        photo_wh: size of the photo.
        network_wh: the chosen size for the network; None is the one that suits a file.
        output_wh: the size that the user asked for; None is the one that suits the photo.
        is_still: whether the frame belongs to no video.
    """
    network_wh = network_wh or file_size(output_wh or photo_wh)
    return Sizes(network_wh, output_wh or output_size(photo_wh, network_wh, is_still=is_still))


def describe_sizes(
    network_wh: tuple[int, int] | None, output_wh: tuple[int, int] | None, written: str = "written"
) -> str:
    """Say in a few words at which sizes pictures are drawn and come out.

    Args:
        network_wh: the network draws at this size; None if each picture has a size of its own.
        output_wh: likewise for the finished pictures.
        written: what becomes of them.
    """
    drawn, shown = (None if size_wh is None else "{}x{}".format(*size_wh) for size_wh in (network_wh, output_wh))
    if drawn is None and shown is None:
        return f"drawn at up to {LARGEST_SHORT_SIDE} and {written} at up to {LARGEST_OUTPUT} pixels on the short side"
    if drawn == shown:
        return f"drawn and {written} at {drawn}"
    up_to = "up to {} pixels on the short side"
    return f"drawn at {drawn or up_to.format(LARGEST_SHORT_SIDE)}, {written} at {shown or up_to.format(LARGEST_OUTPUT)}"


def have_one_shape(size_wh: tuple[int, int], other_wh: tuple[int, int]) -> bool:
    """Whether a picture of one size needs no crop to be drawn at the other."""
    return _crop_wh(size_wh, other_wh) == size_wh


def crop_to(rgb_u8: Uint8Array, size_wh: tuple[int, int]) -> Uint8Array:
    """A view of the middle of ``(H, W, 3) uint8`` with the aspect ratio of ``size_wh``."""
    height, width = rgb_u8.shape[:2]
    crop_w, crop_h = _crop_wh((width, height), size_wh)
    if (crop_w, crop_h) == (width, height):
        return rgb_u8
    left, top = (width - crop_w) // 2, (height - crop_h) // 2
    return rgb_u8[top : top + crop_h, left : left + crop_w]


def _crop_wh(photo_wh: tuple[int, int], size_wh: tuple[int, int]) -> tuple[int, int]:
    """The largest part of a photo that has the aspect ratio of ``size_wh``."""
    width, height = photo_wh
    crop_w = min(width, round(height * size_wh[0] / size_wh[1]))
    crop_h = min(height, round(width * size_wh[1] / size_wh[0]))
    # A side is rounded to a multiple of 4; nothing is cropped for a difference that comes from that.
    rounding = SIZE_MULTIPLE * max(1.0, 0.5 * width / size_wh[0], 0.5 * height / size_wh[1])
    if width - crop_w > rounding or height - crop_h > rounding:
        return crop_w, crop_h
    return photo_wh


def fit(rgb_u8: Uint8Array, size_wh: tuple[int, int]) -> Uint8Array:
    """``(H, W, 3) uint8`` cropped around its centre to the aspect ratio of ``size_wh``, then resized to it."""
    return resize(crop_to(rgb_u8, size_wh), size_wh)


def even_size(size_wh: tuple[int, int]) -> tuple[int, int]:
    """The largest size within ``size_wh`` with even sides.

    The colour planes of H.264 and of webcams have half the size.
    """
    width, height = size_wh
    return max(2, width - width % 2), max(2, height - height % 2)


def fit_even(rgb_u8: Uint8Array, size_wh: tuple[int, int]) -> Uint8Array:
    """``(H, W, 3) uint8`` at ``size_wh``, contiguous; one surplus row or column is cropped, without a resize."""
    height, width = rgb_u8.shape[:2]
    if 0 <= width - size_wh[0] <= 1 and 0 <= height - size_wh[1] <= 1:
        return np.ascontiguousarray(rgb_u8[: size_wh[1], : size_wh[0]])
    return np.ascontiguousarray(fit(rgb_u8, size_wh))
