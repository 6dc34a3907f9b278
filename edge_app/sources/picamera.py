"""The Raspberry Pi's camera, through picamera2 (from the system's packages).

The camera's own processor makes two pictures of each frame: the main one, and a small one at the network's size, which
costs no CPU time.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Iterator
from contextlib import suppress
from importlib import import_module
from typing import Any

import cv2
import numpy as np

from celcam.arrays import Uint8Array
from celcam.errors import CameraError
from celcam.pixels import size_for_short_side
from edge_app.drawing.sizing import LIVE_SHORT_SIDE, crop_to
from edge_app.frames import Frame, FrameSource, SourceInfo
from edge_app.sources.stamps import captured_at

CAPTURE_SIZE_WH = (640, 480)  # a multiple of 64 wide: rows without padding
# picamera2 names formats from the last byte in memory: its BGR888 is R, G, B in NumPy.
RGB = "BGR888"
PLANES = "YUV420"
# The formats of the small picture, in turn, until one is granted: a Pi 5 makes RGB; a Pi 4 and older make planes of Y,
# U and V only. Without picamera2's `preserve_ar`, both pictures show the same part of the sensor; with it, the small
# picture would have a crop of its own.
SMALL_FORMATS = (RGB, PLANES)
# The longest wait for a picture; picamera2 before 2024 ignores it.
READ_S = 3.0


class PicameraSource(FrameSource):
    """Frames of the Pi's camera, always the newest, each with a small copy made by the camera."""

    def __init__(
        self,
        number: int,
        size_wh: tuple[int, int] = CAPTURE_SIZE_WH,
        small_wh: tuple[int, int] | None = None,
        fps: float | None = None,
    ) -> None:
        """Open and start the camera.

        Args:
            number: the camera's number in ``rpicam-hello --list-cameras``.
            size_wh: the requested size of the main picture; ``info`` holds the size that the camera chose.
            small_wh: the size of the small copy; None is the default size for a camera. There is no small copy if its
                aspect ratio differs from the main picture's, or if it is larger.
            fps: frames a second; None is the camera's own rate.

        Raises:
            CameraError: there is no camera, or it can't be started.
        """
        self._name = f"picamera:{number}"
        picamera2_class = _load(self._name)
        try:
            cameras = len(picamera2_class.global_camera_info())
            if number >= cameras:
                raise CameraError(f"{self._name}: no camera there ({cameras} found); check the ribbon cable")
            self._camera: Any = _open(picamera2_class, number)
        except CameraError:
            raise
        except Exception as error:  # picamera2 and libcamera raise RuntimeError, IndexError and others
            raise self._not_started(error) from error
        try:
            self._configure(size_wh, small_wh or size_for_short_side(size_wh, LIVE_SHORT_SIDE), fps)
            self._camera.start()
        except CameraError:
            self._close()
            raise
        except Exception as error:
            self._close()
            raise self._not_started(error) from error
        self.info = SourceInfo(self._name, self._size_wh, is_live=True, frames=None, fps=None)

    def __exit__(self, *exc_info: object) -> None:
        self._close()

    def frames(self) -> Iterator[Frame]:
        """Frames without end.

        Raises:
            CameraError: the camera gives no more pictures.
        """
        started_s = time.monotonic()
        number = 0
        width, height = self._size_wh
        while True:
            try:
                request = self._camera.capture_request(wait=READ_S)
                try:  # the arrays are copies, so the camera gets its buffer back at once
                    rgb_u8 = request.make_array("main")[:height, :width, :3]
                    small_u8 = self._small(request.make_array("lores")) if self._small_format else None
                    stamp_s = request.get_metadata().get("SensorTimestamp", 0) / 1e9
                finally:
                    request.release()
            except Exception as error:  # TimeoutError, or libcamera's error for a lost camera
                raise CameraError(f"{self._name}: gives no more pictures ({_told(error)}); check the cable") from error
            now_s = time.monotonic()
            # libcamera stamps with the clock that goes on while the device sleeps; some drivers use the other clock.
            slept_s = time.clock_gettime(time.CLOCK_BOOTTIME) - time.monotonic()
            captured_s = captured_at([stamp_s - slept_s, stamp_s], now_s)
            number += 1
            yield Frame(rgb_u8, f"frame-{number:06d}", max(0.0, captured_s - started_s), captured_s, small_u8)

    def _configure(self, size_wh: tuple[int, int], small_wh: tuple[int, int], fps: float | None) -> None:
        settings = _colours() | ({"controls": {"FrameRate": fps}} if fps else {})
        main = {"format": RGB, "size": size_wh}
        formats = SMALL_FORMATS if _fits(small_wh, size_wh) else ()
        asked = [{"format": small_format, "size": small_wh} for small_format in formats]
        for lores in [*asked, None]:
            try:
                self._camera.configure(
                    self._camera.create_video_configuration(main, lores=lores, queue=False, **settings)
                )
                break
            except (RuntimeError, ValueError):
                if lores is None:
                    raise
        granted = self._camera.camera_configuration()
        if granted["main"]["format"] != RGB:
            raise CameraError(
                f"{self._name}: expected {RGB}, the camera granted {granted['main']['format']}; "
                "if it is a USB camera, open it as usb:0"
            )
        self._size_wh = (int(granted["main"]["size"][0]), int(granted["main"]["size"][1]))
        small = granted.get("lores")
        self._small_format = small["format"] if small and small["format"] in (RGB, PLANES) else ""
        self._small_wh = (int(small["size"][0]), int(small["size"][1])) if self._small_format else small_wh

    def _small(self, array_u8: Uint8Array) -> Uint8Array:
        """The small picture, ``(H, W, 3) uint8 RGB``, from picamera2's array.

        RGB comes without padding. Planes come as one array of ``(1.5 H, stride)``. Its padding must stay until the
        conversion, because each row of U and V has padding too.
        """
        width, height = self._small_wh
        if self._small_format == PLANES:
            array_u8 = np.asarray(cv2.cvtColor(array_u8, cv2.COLOR_YUV2RGB_I420), np.uint8)
        return np.ascontiguousarray(array_u8[:height, :width, :3])

    def _close(self) -> None:
        # Requests that hang are removed from picamera2's queue first, because `close` would wait for them. No `stop`:
        # it waits behind that queue. A camera that can't be closed is lost anyway.
        with suppress(Exception):
            self._camera.cancel_all_and_flush()
        with suppress(Exception):
            self._camera.close()

    def _not_started(self, error: Exception) -> CameraError:
        return CameraError(f"{self._name}: can't be started ({_told(error)}); is another program using it?")


def ribbon_cameras() -> list[int]:
    """The numbers of the cameras on a ribbon cable; libcamera lists USB cameras too. Empty without picamera2."""
    try:
        found = _load("picamera").global_camera_info()
        return [number for number, camera in enumerate(found) if "usb" not in str(camera.get("Id", "")).lower()]
    except Exception:  # not installed, or without its camera software
        return []


def _load(name: str) -> Any:
    """The class ``Picamera2``. Its messages and libcamera's are off: the app reports each fault once."""
    # libcamera reads the variable when it is loaded. A user who sets it sees the messages.
    os.environ.setdefault("LIBCAMERA_LOG_LEVELS", "*:FATAL")
    logging.getLogger("picamera2").setLevel(logging.CRITICAL)
    try:
        from picamera2 import Picamera2
    except ImportError as error:
        raise CameraError(
            f"{name}: picamera2 is not installed; on a Pi run 'sudo apt install python3-picamera2' and make "
            "the venv with --system-site-packages"
        ) from error
    except Exception as error:  # built against another NumPy: ValueError or AttributeError
        raise CameraError(f"{name}: picamera2 can't be loaded ({_told(error)}); NumPy must be the system's") from error
    return Picamera2


def _open(picamera2_class: Any, number: int) -> Any:
    """The opened camera. If the constructor of picamera2 fails, its pipe is closed here: it would stay open."""
    camera = picamera2_class.__new__(picamera2_class)
    try:
        camera.__init__(number)
    except Exception:
        with suppress(AttributeError, OSError):
            os.close(camera.notifyme_w)
            camera.notifymeread.close()
        raise
    return camera


def _colours() -> dict[str, Any]:
    """The setting for the Y, U and V that OpenCV expects, BT.601 from 16 to 235, at any size of the main picture."""
    try:
        return {"colour_space": import_module("libcamera").ColorSpace.Smpte170m()}
    except (ImportError, AttributeError):
        return {}


def _fits(small_wh: tuple[int, int], size_wh: tuple[int, int]) -> bool:
    """Whether the camera can make the small picture, and it shows the whole main picture."""
    whole = np.broadcast_to(np.uint8(0), (size_wh[1], size_wh[0], 3))
    same_aspect = crop_to(whole, small_wh).shape == whole.shape
    return same_aspect and small_wh[0] <= size_wh[0] and small_wh[1] <= size_wh[1]


def _told(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__
