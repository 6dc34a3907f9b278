"""Draws a frame as the controls say, in two steps that may run on two threads.

1. `Painter.draw`, at the network's size: auto-levels, network, temporal filter, and what the finish does on the small
   picture.
2. `Painter.finish`, at the output size: enlarging, the finish, strength and wipe.
"""

from __future__ import annotations

import dataclasses
import threading

import cv2
import numpy as np

from celcam.arrays import Uint8Array
from celcam.errors import CelcamError, MediaError
from celcam.finishes.finish import enlarge
from celcam.pixels import resize
from edge_app.control.controls import Controls, View
from edge_app.drawing.auto_levels import AutoLevels, lift_table
from edge_app.drawing.joint_upsampling import joint_upsample
from edge_app.drawing.looks import Looks, Sizes
from edge_app.drawing.sizing import choose_sizes, crop_to
from edge_app.drawing.temporal_filter import TemporalFilter
from edge_app.flow.notices import Notices
from edge_app.frames import Frame, SourceInfo


class Painter:
    """``painter(frame)`` is the frame to show. Any thread may call it; each step serves one frame at a time."""

    def __init__(
        self,
        looks: Looks,
        controls: Controls,
        notices: Notices,
        source: SourceInfo,
        output_wh: tuple[int, int] | None = None,
    ) -> None:
        """Draw with ``looks`` as ``controls`` say.

        Args:
            looks: the view's look is loaded.
            controls: read again for each frame; get the previous look back if a chosen one can't be loaded.
            notices: receive a line about frames of a live source that can't be drawn.
            source: the frames' source.
            output_wh: the size that the user asked for; None is the one that suits each frame, as in `output_size`.

        Raises:
            CelcamError: the view's look is not loaded.
        """
        self._looks, self._controls, self._notices, self._source = looks, controls, notices, source
        self._output_wh = output_wh
        self._look = controls.view.look  # draws until another look is ready
        if looks.state(self._look) != "ready":
            raise CelcamError(f"look {self._look} is not loaded; load it before the first frame")
        self._requested = ""  # the chosen look that is loading
        self._requested_for: Sizes | None = None
        self._levels = AutoLevels()
        self._temporal_filter = TemporalFilter()
        self._calmed_look = ""  # the look whose frames the temporal filter has seen
        self._drawing, self._finishing = threading.Lock(), threading.Lock()

    def __call__(self, frame: Frame) -> Frame | None:
        """Draw and finish ``frame``; None as in `draw`."""
        drawn = self.draw(frame)
        return None if drawn is None else self.finish(drawn)

    def draw(self, frame: Frame) -> Frame | None:
        """The network's part: resize, network, temporal filter, and what the finish changes on the small picture.

        Returns:
            A frame for `finish`, or None to drop it, if a live source gave something that is not a picture.

        Raises:
            MediaError: a file gave something that is not a picture.
        """
        fault = _fault(frame.rgb_u8)
        if fault:
            if not self._source.is_live:
                raise MediaError(fault)
            self._notices.add(f"{fault}; such frames are dropped")
            return None
        with self._drawing:
            return self._draw(frame)

    def finish(self, frame: Frame) -> Frame:
        """Enlarge a frame of `draw`, and draw finish, strength and wipe at the size that is shown."""
        with self._finishing:
            return self._finish(frame)

    def _draw(self, frame: Frame) -> Frame:
        view = self._controls.view
        sizes = self._sizes(frame.rgb_u8, view)
        size_wh = sizes.network_wh
        look = self._ready_look(view, sizes)
        draw = self._looks.drawer(look)
        calm = view.calm and not self._source.is_still  # still images have nothing in common
        if not calm:
            self._calmed_look = ""
        full = crop_to(frame.rgb_u8, sizes.output_wh)
        if not view.auto_levels or self._source.is_still:
            self._levels = AutoLevels()
        small = lifted = None
        if frame.small_u8 is not None or view.sharp or calm or view.auto_levels:
            small = _small(frame, full, size_wh)
            lifted = self._levels(small, frame.media_s) if view.auto_levels else small
            drawn = draw(lifted, size_wh)
        else:
            drawn = draw(full, size_wh)  # the drawer resizes straight into the network's input
        if calm and small is not None:
            drawn = self._calmed(look, small, drawn)  # compares the camera's own pictures: a lift magnifies noise
        return dataclasses.replace(
            frame,
            rgb_u8=self._looks.small_finish(look, size_wh)(drawn),
            small_u8=lifted,
            lift=self._levels.lift,
            photo_u8=frame.rgb_u8,
            drawn_as=(look, size_wh),
            drawn_for=view,
        )

    def _finish(self, frame: Frame) -> Frame:
        if frame.photo_u8 is None or frame.drawn_as is None or frame.drawn_for is None:
            raise CelcamError("only a frame that Painter.draw has returned can be finished")
        view, (look, _) = frame.drawn_for, frame.drawn_as
        output_wh = self._sizes(frame.photo_u8, view).output_wh
        full = crop_to(frame.photo_u8, output_wh)
        drawn = frame.rgb_u8
        if view.sharp and frame.small_u8 is not None and output_wh[1] > drawn.shape[0]:
            photo = resize(full, output_wh)
            if frame.lift:
                photo = np.asarray(cv2.LUT(photo, lift_table(frame.lift)), np.uint8)
            drawn = joint_upsample(photo, frame.small_u8, drawn)
        drawn = self._looks.full_finish(look, output_wh)(resize_smoothly(drawn, output_wh))
        if view.strength < 1.0 or view.wipe > 0.0:
            photo = resize(full, output_wh)
            if view.strength < 1.0:
                drawn = np.asarray(cv2.addWeighted(drawn, view.strength, photo, 1.0 - view.strength, 0.0), np.uint8)
            if view.wipe > 0.0:
                drawn = wiped(photo, drawn, view.wipe)
        return dataclasses.replace(frame, rgb_u8=drawn, small_u8=None)

    def _sizes(self, photo_u8: Uint8Array, view: View) -> Sizes:
        photo_wh = (photo_u8.shape[1], photo_u8.shape[0])
        return choose_sizes(photo_wh, view.size_wh, self._output_wh, is_still=self._source.is_still)

    def _ready_look(self, view: View, sizes: Sizes) -> str:
        """The view's look, or the look before it until that is ready; a look that fails is no longer chosen."""
        if view.look == self._look:
            self._requested = ""
            return self._look
        state = self._looks.state(view.look, sizes)
        if state == "ready":
            self._look, self._requested = view.look, ""
        elif view.look != self._requested:  # newly chosen, even if it has failed before
            self._requested = view.look
            self._looks.request(view.look, sizes)
        elif state == "failed":
            self._requested = ""
            self._controls.change_from(view, look=self._look)
        elif sizes != self._requested_for:
            self._looks.request(view.look, sizes)
        self._requested_for = sizes
        return self._look

    def _calmed(self, look: str, small: Uint8Array, drawn: Uint8Array) -> Uint8Array:
        if self._calmed_look != look:
            self._temporal_filter.reset()
            self._calmed_look = look
        return self._temporal_filter(small, drawn)


def wiped(photo_u8: Uint8Array, drawn_u8: Uint8Array, share: float) -> Uint8Array:
    """``drawn_u8`` with the photo in the left ``share`` of its width and a white line between; same shape, uint8."""
    edge = round(share * drawn_u8.shape[1])
    shown = drawn_u8.copy()
    shown[:, :edge] = photo_u8[:, :edge]
    shown[:, max(0, edge - 1) : edge + 1] = 255
    return shown


def resize_smoothly(drawn_u8: Uint8Array, size_wh: tuple[int, int]) -> Uint8Array:
    """``(h, w, 3) uint8 RGB`` at another size: enlarged by bicubic interpolation, shrunk by area averaging."""
    return enlarge(drawn_u8, size_wh) if size_wh[1] > drawn_u8.shape[0] else resize(drawn_u8, size_wh)


def _small(frame: Frame, full: Uint8Array, size_wh: tuple[int, int]) -> Uint8Array:
    """The frame at the network's size: the camera's own small copy if that has this size."""
    if frame.small_u8 is not None and frame.small_u8.shape[:2] == (size_wh[1], size_wh[0]):
        return frame.small_u8
    return resize(full, size_wh)


def _fault(rgb_u8: object) -> str:
    """What is wrong with a picture; empty if nothing is."""
    if not isinstance(rgb_u8, np.ndarray):
        return f"the source gave {type(rgb_u8).__name__}; expected a picture, (H, W, 3) uint8 RGB"
    if rgb_u8.ndim != 3 or rgb_u8.shape[2] != 3 or rgb_u8.dtype != np.uint8 or not rgb_u8.size:
        return f"the source gave a picture of {rgb_u8.shape} {rgb_u8.dtype}; expected (H, W, 3) uint8 RGB"
    return ""
