"""Sizes, colours and formats, as libcamera's Python bindings name them."""

from __future__ import annotations

from enum import Enum
from typing import Any


class Size:
    def __init__(self, width: int = 0, height: int = 0) -> None:
        self.width, self.height = int(width), int(height)

    def __repr__(self) -> str:
        return f"{self.width}x{self.height}"


class Rectangle:
    def __init__(self, x: int = 0, y: int = 0, width: int = 0, height: int = 0) -> None:
        self.x, self.y, self.width, self.height = x, y, width, height

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Rectangle) and vars(self) == vars(other)

    def __hash__(self) -> int:
        return hash((self.x, self.y, self.width, self.height))


class Transform:
    def __init__(self, other: Any = None, hflip: int = 0, vflip: int = 0, transpose: int = 0) -> None:
        if other is not None:
            hflip, vflip, transpose = other.hflip, other.vflip, other.transpose
        self.hflip, self.vflip, self.transpose = bool(hflip), bool(vflip), bool(transpose)

    def __str__(self) -> str:  # picamera2 makes it `__repr__` too
        return f"<Transform {self.hflip:d}{self.vflip:d}{self.transpose:d}>"

    def __hash__(self) -> int:
        return hash((self.hflip, self.vflip, self.transpose))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Transform) and hash(self) == hash(other)


class Primaries(Enum):
    Raw, Smpte170m, Rec709 = range(3)


class TransferFunction(Enum):
    Linear, Srgb, Rec709 = range(3)


class YcbcrEncoding(Enum):
    Null, Rec601, Rec709 = range(3)


class Range(Enum):
    Full, Limited = range(2)


class ColorSpace:
    Primaries, TransferFunction, YcbcrEncoding, Range = Primaries, TransferFunction, YcbcrEncoding, Range

    primaries: Any
    transferFunction: Any  # noqa: N815
    ycbcrEncoding: Any  # noqa: N815
    range: Any

    def __init__(self, primaries: Any, transfer: Any = None, encoding: Any = None, span: Any = None) -> None:
        if isinstance(primaries, ColorSpace):
            transfer, encoding, span = primaries.transferFunction, primaries.ycbcrEncoding, primaries.range
            primaries = primaries.primaries
        self.primaries, self.range = primaries, span
        self.transferFunction, self.ycbcrEncoding = transfer, encoding

    def __str__(self) -> str:  # picamera2 makes it `__repr__` too
        return f"<ColorSpace {self.primaries}>"

    def __hash__(self) -> int:
        return hash((self.primaries, self.transferFunction))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ColorSpace) and vars(self) == vars(other)

    @staticmethod
    def Raw() -> ColorSpace:  # noqa: N802
        return ColorSpace(Primaries.Raw, TransferFunction.Linear, YcbcrEncoding.Null, Range.Full)

    @staticmethod
    def Sycc() -> ColorSpace:  # noqa: N802
        return ColorSpace(Primaries.Rec709, TransferFunction.Srgb, YcbcrEncoding.Rec601, Range.Full)

    @staticmethod
    def Smpte170m() -> ColorSpace:  # noqa: N802
        return ColorSpace(Primaries.Smpte170m, TransferFunction.Rec709, YcbcrEncoding.Rec601, Range.Limited)

    @staticmethod
    def Rec709() -> ColorSpace:  # noqa: N802
        return ColorSpace(Primaries.Rec709, TransferFunction.Rec709, YcbcrEncoding.Rec709, Range.Limited)


class Orientation(Enum):
    (
        Rotate0, Rotate0Mirror, Rotate180, Rotate180Mirror, Rotate90Mirror, Rotate270, Rotate270Mirror, Rotate90,
    ) = range(8)  # fmt: skip


class StreamRole(Enum):
    Raw, StillCapture, VideoRecording, Viewfinder = range(4)


class PixelFormat:
    def __init__(self, name: object) -> None:
        self.name = str(name)

    def __repr__(self) -> str:
        return self.name

    def __eq__(self, other: object) -> bool:
        return str(other) == self.name

    def __hash__(self) -> int:
        return hash(self.name)
