"""Which of ``/dev/video*`` are cameras. The kernel is asked, so no camera is started or kept busy."""

from __future__ import annotations

import os
import struct
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

# From linux/videodev2.h: driver, card, bus, version, capabilities of the whole device and of this node, reserved.
CAPABILITY = struct.Struct("=16s32s32sIII12x")
QUERY_CAPABILITY = 0x80685600  # VIDIOC_QUERYCAP
CAPTURES = 0x00000001 | 0x00001000  # V4L2_CAP_VIDEO_CAPTURE, in one plane or several
HAS_NODE_CAPABILITIES = 0x80000000
# Drivers of the Pi's own camera and codecs, which also look like cameras; picamera2 uses them.
PI_DRIVERS = frozenset({"unicam", "rp1-cfe", "bcm2835-isp", "bcm2835-codec", "pispbe", "rpivid", "rpi-hevc-dec"})

# The kernel's answer about a device, as bytes of CAPABILITY; raises OSError.
Query = Callable[[Path], bytes]


@dataclass(frozen=True)
class VideoDevice:
    """What the kernel knows about one node."""

    path: Path
    name: str
    is_camera: bool  # `usb:N` can open it
    fault: str = ""  # the error, if the kernel gave no answer

    @property
    def number(self) -> int:
        """The N of ``/dev/videoN``."""
        return int(self.path.name.removeprefix("video"))


def video_devices(dev: Path = Path("/dev"), query: Query | None = None) -> list[VideoDevice]:
    """All nodes, ordered by number."""
    paths = [path for path in dev.glob("video*") if path.name[5:].isdigit()]
    ask = query or query_capability
    return [_device(path, ask) for path in sorted(paths, key=lambda path: int(path.name[5:]))]


def query_capability(path: Path) -> bytes:
    """Ask the kernel about a node, which is open only for the call."""
    import fcntl  # not on every system

    number = os.open(path, os.O_RDWR | os.O_NONBLOCK)
    try:
        answer = bytearray(CAPABILITY.size)
        fcntl.ioctl(number, QUERY_CAPABILITY, answer)
        return bytes(answer)
    finally:
        os.close(number)


def _device(path: Path, query: Query) -> VideoDevice:
    try:
        driver, card, _, _, of_device, of_node = CAPABILITY.unpack(query(path))
    except OSError as error:
        return VideoDevice(path, path.name, is_camera=False, fault=error.strerror or str(error))
    captures = (of_node if of_device & HAS_NODE_CAPABILITIES else of_device) & CAPTURES
    return VideoDevice(path, _text(card), is_camera=bool(captures) and _text(driver) not in PI_DRIVERS)


def _text(padded: bytes) -> str:
    return padded.partition(b"\0")[0].decode("utf-8", "replace")
