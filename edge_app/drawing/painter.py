"""Draws a frame as the controls say: look, size, strength, wipe, full-size edges, calm."""

from __future__ import annotations

import dataclasses
import threading

import cv2
import numpy as np

from celcam.arrays import Uint8Array
from celcam.errors import CelcamError, MediaError
from celcam.pixels import resize
from edge_app.control.controls import Controls, View
from edge_app.drawing.joint_upsampling import joint_upsample
from edge_app.drawing.looks import Looks
from edge_app.drawing.sizing import crop_to, file_size
from edge_app.drawing.temporal_filter import TemporalFilter
from edge_app.flow.notices import Notices
from edge_app.frames import Frame, SourceInfo


class Painter:
    """``painter(frame)`` is the frame to show. Any thread may call it; one frame is drawn at a time."""

    def __init__(self, looks: Looks, controls: Controls, notices: Notices, source: SourceInfo) -> None:
        """Draw with ``looks`` as ``controls`` say.

        Args:
            looks: the view's look is loaded.
            controls: read again for each frame; get the previous look back if a chosen one can't be loaded.
            notices: receive a line about frames of a live source that can't be drawn.
            source: the frames' source.

        Raises:
            CelcamError: the view's look is not loaded.
        """
        self._looks, self._controls, self._notices, self._source = looks, controls, notices, source
        self._look = controls.view.look  # draws until another look is ready
        if looks.state(self._look) != "ready":
            raise CelcamError(f"look {self._look} is not loaded; load it before the first frame")
        self._requested = ""  # the chosen look that is loading
        self._temporal_filter = TemporalFilter()
        self._calmed_look = ""  # the look whose frames the temporal filter has seen
        self._lock = threading.Lock()

    def __call__(self, frame: Frame) -> Frame | None:
        """Draw ``frame``; None to drop it, if a live source gave something that is no picture.

        Raises:
            MediaError: a file gave something that is no picture.
        """
        fault = _fault(frame.rgb_u8)
        if fault:
            if not self._source.is_live:
                raise MediaError(fault)
            self._notices.add(f"{fault}; such frames are dropped")
            return None
        with self._lock:
            return self._draw(frame)

    def _draw(self, frame: Frame) -> Frame:
        view = self._controls.view
        look = self._ready_look(view)
        draw = self._looks.drawer(look)
        calm = view.calm and not self._source.is_still  # still images have nothing in common
        size_wh = view.size_wh or file_size((frame.rgb_u8.shape[1], frame.rgb_u8.shape[0]))
        full = crop_to(frame.rgb_u8, size_wh)
        small = None
        if frame.small_u8 is not None or view.strength < 1.0 or view.wipe > 0.0 or view.sharp or calm:
            small = _small(frame, full, size_wh)
        if small is None:
            drawn = photo = draw(full, size_wh)  # the drawer resizes straight into the network's input
        else:
            drawn, photo = draw(small, size_wh), small
            if calm:
                drawn = self._calmed(look, small, drawn)
            if view.strength < 1.0:
                drawn = np.asarray(cv2.addWeighted(drawn, view.strength, small, 1.0 - view.strength, 0.0), np.uint8)
            if view.sharp and full.shape[0] > size_wh[1]:
                drawn, photo = joint_upsample(full, small, drawn), full
            if view.wipe > 0.0:
                drawn = wiped(photo, drawn, view.wipe)
        if not calm:
            self._calmed_look = ""
        return dataclasses.replace(
            frame, rgb_u8=drawn, small_u8=None, photo_u8=frame.rgb_u8, drawn_as=(look, size_wh), drawn_for=view
        )

    def _ready_look(self, view: View) -> str:
        """The view's look, or the look before it until that is loaded; a look that fails is no longer chosen."""
        state = self._looks.state(view.look)
        if state == "ready":
            self._look, self._requested = view.look, ""
        elif view.look != self._requested:  # newly chosen, even if it has failed before
            self._requested = view.look
            self._looks.request(view.look)
        elif state == "failed":
            self._requested = ""
            self._controls.change_from(view, look=self._look)
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
