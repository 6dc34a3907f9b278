"""Convert a clip's decoded frames to the pictures that a player shows, by FFmpeg's filters.

Deinterlaced, square pixels, ordinary RGB colours, turned and mirrored by the display matrix.
"""

from __future__ import annotations

import math
import struct
import tempfile
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

import av
from av.filter import Graph
from av.sidedata.sidedata import Type as SideData

from celcam.arrays import Uint8Array
from celcam.media.colour_tables import needs_table, write_table
from celcam.pixels import size_for_short_side

MICROSECOND = Fraction(1, 1_000_000)
UNSPECIFIED = 2  # of H.273
# Without colour tags, larger pictures are BT.709 and smaller ones BT.601, as players assume.
HD_WIDTH, HD_HEIGHT = 1280, 577
# Pixels of other shapes come from damaged headers.
WIDEST_PIXEL = 8
UPRIGHT = (1, 0, 0, 1)


class Picture(NamedTuple):
    """A picture of a clip."""

    rgb_u8: Uint8Array  # (H, W, 3) uint8 RGB, 0..255
    time_s: float  # on the clip's clock


class _Kind(NamedTuple):
    """What the filters depend on."""

    width: int
    height: int
    format: str
    matrix: int
    range: int
    transfer: int
    primaries: int
    pixel_shape: Fraction
    turn: tuple[int, int, int, int]
    interlaced: bool


class Display:
    """Takes frames and gives pictures; frames of another kind in the middle of a clip are no problem."""

    def __init__(self, pixel_shape: Fraction | None, most_short_side: int | None = None) -> None:
        """Start without filters.

        Args:
            pixel_shape: the width of a pixel over its height, None if unknown.
            most_short_side: pictures with a longer short side are reduced to this.
        """
        self._most_short_side = most_short_side
        usable = pixel_shape is not None and Fraction(1, WIDEST_PIXEL) <= pixel_shape <= WIDEST_PIXEL
        self._pixel_shape = pixel_shape if usable and pixel_shape is not None else Fraction(1)
        self._interlaced = False
        self._rotation: int | None = None
        self._turn = UPRIGHT
        self._kind: _Kind | None = None
        self._graph: Any = None  # its filters do not keep it alive
        self._source: Any = None
        self._sink: Any = None

    def show(self, frame: Any, time_s: float) -> Iterator[Picture]:
        """Take a decoded frame, which is shown at ``time_s``; yield the pictures that are ready.

        Raises:
            av.FFmpegError: the frame can't be converted.
        """
        kind = self._kind_of(frame)
        if kind != self._kind:
            yield from self.finish()
            self._graph, self._source, self._sink = _build(kind, self._most_short_side)
            self._kind = kind
        frame.pts, frame.time_base = round(time_s / MICROSECOND), MICROSECOND
        self._source.push(frame)
        yield from self._ready()

    def finish(self) -> Iterator[Picture]:
        """Yield the pictures that the filters still hold."""
        if self._kind is not None:
            self._kind = None
            self._source.push(None)
            yield from self._ready()

    def _ready(self) -> Iterator[Picture]:
        while True:
            try:
                shown = self._sink.pull()
            except (av.BlockingIOError, av.EOFError):
                return
            picture = Picture(shown.to_ndarray(), float(shown.time))
            del shown  # a large frame must not wait here for the next one
            yield picture
            del picture

    def _kind_of(self, frame: Any) -> _Kind:
        self._interlaced = self._interlaced or frame.interlaced_frame
        # Reading the side data makes a cycle: the frame then stays in memory until Python collects cycles.
        if frame.rotation != self._rotation:
            self._rotation, self._turn = frame.rotation, _turn_of(frame)
        return _Kind(
            frame.width,
            frame.height,
            frame.format.name,
            int(frame.colorspace),
            int(frame.color_range),
            int(frame.color_trc),
            int(frame.color_primaries),
            self._pixel_shape,
            self._turn,
            self._interlaced,
        )


def _turn_of(frame: Any) -> tuple[int, int, int, int]:
    """The display matrix without its scale: signs of a, b, c and d of ``x' = a x + c y``, ``y' = b x + d y``."""
    side_data = frame.side_data.get(SideData.DISPLAYMATRIX)
    if side_data is None:
        return UPRIGHT
    a, b, _, c, d = struct.unpack_from("=5i", bytes(side_data))
    if abs(a) + abs(d) >= abs(b) + abs(c):
        b = c = 0
    else:
        a = d = 0
    signs = tuple((value > 0) - (value < 0) for value in (a, b, c, d))
    return signs if abs(signs[0] * signs[3] - signs[1] * signs[2]) == 1 else UPRIGHT


# FFmpeg's filter for each matrix.
TURNS: dict[tuple[int, ...], tuple[tuple[str, str], ...]] = {
    (1, 0, 0, 1): (),
    (-1, 0, 0, 1): (("hflip", ""),),
    (1, 0, 0, -1): (("vflip", ""),),
    (-1, 0, 0, -1): (("hflip", ""), ("vflip", "")),
    (0, 1, -1, 0): (("transpose", "clock"),),
    (0, -1, 1, 0): (("transpose", "cclock"),),
    (0, 1, 1, 0): (("transpose", "cclock_flip"),),
    (0, -1, -1, 0): (("transpose", "clock_flip"),),
}


def _build(kind: _Kind, most_short_side: int | None) -> tuple[Any, Any, Any]:
    """Connect the filters; return the graph, its first filter and its last."""
    graph = Graph()
    source = last = graph.add("buffer", _buffer_options(kind))
    with tempfile.TemporaryDirectory() as folder:
        for name, options in _filters(kind, Path(folder), most_short_side):
            added = graph.add(name, **options) if isinstance(options, dict) else graph.add(name, options)
            last.link_to(added)
            last = added
        sink = graph.add("buffersink")
        last.link_to(sink)
        graph.configure()
    return graph, source, sink


def _buffer_options(kind: _Kind) -> str:
    options = f"video_size={kind.width}x{kind.height}:pix_fmt={kind.format}:time_base={MICROSECOND}:pixel_aspect=1/1"
    return options if _is_rgb(kind.format) else f"{options}:colorspace={kind.matrix}:range={kind.range}"


def _filters(kind: _Kind, folder: Path, most_short_side: int | None) -> Iterator[tuple[str, str | dict[str, str]]]:
    """Name and options of each filter; ``folder`` keeps a table until the filters are configured."""
    if kind.interlaced:
        yield "bwdif", "mode=send_frame:deint=interlaced"
    yield "scale", _scale_options(kind, most_short_side)
    if needs_table(kind.transfer, kind.primaries):
        write_table(folder / "table.cube", kind.transfer, kind.primaries)
        yield "format", "gbrp16le"
        yield "lut3d", {"file": str(folder / "table.cube")}
    yield "format", "rgb24"
    yield from TURNS[kind.turn]


def _scale_options(kind: _Kind, most_short_side: int | None) -> str:
    shape = float(kind.pixel_shape)
    # Enlarge rather than lose detail; even sides suit encoders.
    width = kind.width if shape <= 1 else 2 * math.ceil(kind.width * shape / 2 - 0.5)
    height = kind.height if shape >= 1 else 2 * math.ceil(kind.height / shape / 2 - 0.5)
    flags = "bilinear" if (width, height) == (kind.width, kind.height) else "bicubic"
    if most_short_side is not None and min(width, height) > most_short_side:
        width, height = size_for_short_side((width, height), most_short_side)
        flags = "area"
    options = f"w={width}:h={height}:flags={flags}"
    is_hd = kind.width >= HD_WIDTH or kind.height >= HD_HEIGHT
    if kind.matrix == UNSPECIFIED and is_hd and not _is_rgb(kind.format):
        options += ":in_color_matrix=bt709"
    return options


def _is_rgb(pixel_format: str) -> bool:
    return pixel_format == "pal8" or any(name in pixel_format for name in ("rgb", "bgr", "gbr", "gray", "mono"))
