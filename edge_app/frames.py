"""What passes through the app: a frame, and the three parts that make, change and show it.

A frame's picture is ``(H, W, 3) uint8 RGB``. Times are seconds: ``captured_s`` on the monotonic clock, ``media_s``
since the start of the source.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, Self

from celcam.arrays import Uint8Array


@dataclass(frozen=True)
class Frame:
    """One picture on its way."""

    rgb_u8: Uint8Array
    name: str  # the picture's own name, such as a file's stem
    media_s: float
    captured_s: float


@dataclass(frozen=True)
class SourceInfo:
    """What is known of a source before its first frame."""

    name: str
    size_wh: tuple[int, int]
    is_live: bool  # pictures that are not taken are gone; a file waits
    frames: int | None  # how many there will be, where that is known
    fps: float | None
    is_still: bool = False  # pictures without a clock: one image, or a folder of them
    sound: Path | None = None  # the file that the sound is in


class FrameSource(Protocol):
    """Where frames come from; a context manager that lets go of the camera or file."""

    info: SourceInfo

    def __enter__(self) -> Self: ...
    def __exit__(self, *exc_info: object) -> None: ...

    def frames(self) -> Iterator[Frame]:
        """Frames until the source ends; raises MediaError or CameraError where it breaks off."""
        ...


# Any function from picture to picture of the same size; `celcam.tflite_model.TFLiteModel` is one.
Stylizer = Callable[[Uint8Array], Uint8Array]


class FrameSink(Protocol):
    """Where frames go; a context manager that finishes the file or closes the window."""

    def __enter__(self) -> Self: ...
    def __exit__(self, *exc_info: object) -> None: ...

    def show(self, frame: Frame) -> bool:
        """Take a frame; False where the viewer has had enough."""
        ...
