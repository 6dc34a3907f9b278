"""A frame, and the two ends of its way through the app: source and sink.

A frame's picture is ``(H, W, 3) uint8 RGB``. Times are in seconds: ``captured_s`` on the monotonic clock, ``media_s``
since the start of the source.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from celcam.arrays import Uint8Array
from edge_app.control.controls import View

# The look that drew a picture, and the size (width, height) that it was drawn at.
DrawnAs = tuple[str, tuple[int, int]]


@dataclass(frozen=True)
class Frame:
    """One picture of a source, captured or drawn."""

    rgb_u8: Uint8Array
    name: str  # the picture's own name, such as a file's stem
    media_s: float
    captured_s: float
    small_u8: Uint8Array | None = None  # the same picture, scaled down by the camera itself
    photo_u8: Uint8Array | None = None  # in a drawn frame: the source's picture, at the source's size
    drawn_as: DrawnAs | None = None  # in a drawn frame
    lift: float = 0.0  # in a drawn frame: how much `AutoLevels` has lifted the light
    drawn_for: View | None = None  # in a drawn frame: the view that was wanted; its look may still be loading


@dataclass(frozen=True)
class SourceInfo:
    """What is known about a source before its first frame."""

    name: str
    size_wh: tuple[int, int]
    is_live: bool  # a camera: frames that nobody reads are lost; a file waits
    frames: int | None  # the number of frames, if it is known
    fps: float | None
    is_still: bool = False  # pictures without a clock: one image, or a folder of images
    sound: Path | None = None  # the file that holds the sound
    keeps_time: bool = True  # a viewer sees the frames at their own times; False: as fast as they come


class FrameSource(ABC):
    """Where frames come from; a context manager that releases the camera or file."""

    info: SourceInfo

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:  # noqa: B027 - a source of files holds nothing open
        """Release the camera or file."""

    @abstractmethod
    def frames(self) -> Iterator[Frame]:
        """Frames until the source ends; raises MediaError or CameraError if it fails."""


# Any function from picture to picture of the same size; `celcam.tflite_model.TFLiteModel` is one.
Stylizer = Callable[[Uint8Array], Uint8Array]


class FrameSink(ABC):
    """Where frames go; a context manager that finishes the file or closes the window.

    Each sink shows its frames on a thread of its own; a window needs the main thread.
    """

    name: str = "sink"  # in figures and messages
    on_main_thread: bool = False
    live_queue: int = 1  # how many frames of a live source may wait before the oldest is dropped

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:  # noqa: B027 - most sinks hold nothing open
        """Finish."""

    @abstractmethod
    def show(self, frame: Frame) -> bool:
        """Take a frame; False ends the run, because the viewer has quit."""

    def idle(self) -> bool:
        """Called several times a second while no frame comes, as when a camera is unplugged; False as in `show`."""
        return True
