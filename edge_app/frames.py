"""What passes through the app: a frame, and the two ends between which it travels.

A frame's picture is ``(H, W, 3) uint8 RGB``. Times are seconds: ``captured_s`` on the monotonic clock, ``media_s``
since the start of the source.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from celcam.arrays import Uint8Array


@dataclass(frozen=True)
class Frame:
    """One picture on its way."""

    rgb_u8: Uint8Array
    name: str  # the picture's own name, such as a file's stem
    media_s: float
    captured_s: float
    small_u8: Uint8Array | None = None  # the same picture, made smaller by the camera itself
    photo_u8: Uint8Array | None = None  # of a drawn picture: the source's picture, at the source's size


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
    keeps_time: bool = True  # frames that are watched are to be shown at their own times, not as fast as they come


class FrameSource(ABC):
    """Where frames come from; a context manager that lets go of the camera or file."""

    info: SourceInfo

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:  # noqa: B027 - a source of files holds nothing open
        """Let go of the camera or file."""

    @abstractmethod
    def frames(self) -> Iterator[Frame]:
        """Frames until the source ends; raises MediaError or CameraError if it fails."""


# Any function from picture to picture of the same size; `celcam.tflite_model.TFLiteModel` is one.
Stylizer = Callable[[Uint8Array], Uint8Array]


class FrameSink(ABC):
    """Where frames go; a context manager that finishes the file or closes the window.

    Each sink is shown its frames on a thread of its own, or on the main one where windows insist on that.
    """

    name: str = "sink"  # for people: in figures and messages
    on_main_thread: bool = False
    live_queue: int = 1  # of a live source's frames, how many may wait here before the oldest is dropped

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:  # noqa: B027 - most sinks hold nothing open
        """Finish."""

    @abstractmethod
    def show(self, frame: Frame) -> bool:
        """Take a frame; False where the viewer has had enough, which ends the run."""

    def idle(self) -> bool:
        """Called several times a second while no frame comes, as from a camera that is gone; False as in `show`."""
        return True
