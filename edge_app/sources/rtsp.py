"""IP cameras, through PyAV (FFmpeg): RTSP, and MJPEG, HLS or MPEG-TS over HTTP.

Names and messages hold no more of an address than `shown_address` returns.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import av
import numpy as np
from av.codec.context import Flags

from celcam.errors import CameraError
from celcam.media.decoders import bound_decoder
from edge_app.addresses import shown_address
from edge_app.frames import Frame, FrameSource, SourceInfo

OPEN_S = 10.0
READ_S = 4.0  # less than `ReconnectingSource` waits
# Nothing can be decoded before the first key frame; some cameras send one each 16 seconds.
KEY_FRAME_S = 30.0
# H.264 decodes two slices at a time; with one thread for each frame, the picture would come some frames later.
DECODER_THREADS = 2
# After so many damaged packets in a row, the stream counts as lost.
BROKEN_IN_A_ROW = 300
# A picture that is due later or earlier than this has another time base: the camera was restarted.
EARLIEST_S, LATEST_S = 2.0, 3.0


class RtspSource(FrameSource):
    """Frames of a stream, as they arrive."""

    def __init__(
        self, url: str, *, open_s: float = OPEN_S, read_s: float = READ_S, key_frame_s: float = KEY_FRAME_S
    ) -> None:
        """Connect, and decode a first picture.

        Args:
            url: such as ``rtsp://user:password@host:554/stream``; in a user name or password, @ is %40 and / is %2F.
            open_s: the longest wait for the camera's answer, and for a first picture in its stream.
            read_s: the longest wait for the next packet.
            key_frame_s: the longest wait for a first key frame, if it is longer than ``open_s``.

        Raises:
            CameraError: the camera does not answer, refuses, or sends no live pictures.
        """
        self._name, self._open_s, self._read_s = shown_address(url), open_s, read_s
        self._key_frame_s = max(open_s, key_frame_s)
        asked_s = time.monotonic()
        try:
            self._container: Any = av.open(url, timeout=(open_s, read_s), options=_options(url, read_s))
        except (av.FFmpegError, OSError, ValueError) as error:
            # The error's own text holds the whole address.
            raise CameraError(f"{self._name}: {_reason(error, time.monotonic() - asked_s, open_s)}") from None
        try:
            if not self._container.streams.video:
                raise CameraError(f"{self._name}: has no pictures; expected a camera's live stream")
            if self._container.duration and not url.lower().startswith("rtsp"):
                raise CameraError(f"{self._name}: is a clip, not a live stream; download it and give the file")
            self._stream = self._container.streams.video[0]
            decoder = self._stream.codec_context
            fault = bound_decoder(decoder)
            if fault:
                raise CameraError(f"{self._name}: {fault}; choose a smaller size in its settings")
            decoder.thread_type, decoder.thread_count = "SLICE", DECODER_THREADS
            decoder.flags |= Flags.low_delay
            # HLS sends pieces of some seconds, each at once, so its pictures are shown at their own pace, with that
            # delay.
            self._in_pieces = "hls" in self._container.format.name
            self._pictures = self._decoded()
            first = next(self._pictures, None)
            if first is None:
                raise CameraError(f"{self._name}: ended before its first picture")
        except BaseException:
            self._container.close()
            raise
        rate = self._stream.average_rate
        fps = float(rate) if rate else None
        self.info = SourceInfo(self._name, (first.width, first.height), is_live=True, frames=None, fps=fps)

    def __exit__(self, *exc_info: object) -> None:
        self._container.close()

    def frames(self) -> Iterator[Frame]:
        """Frames until the stream ends.

        Raises:
            CameraError: the stream breaks off, or no more packets come.
        """
        started_s = time.monotonic()
        base_s: float | None = None
        for number, picture in enumerate(self._pictures, 1):
            if self._in_pieces and picture.time is not None:
                early_s = 0.0 if base_s is None else base_s + picture.time - time.monotonic()
                if base_s is None or not -LATEST_S <= early_s <= EARLIEST_S:
                    base_s = time.monotonic() - picture.time
                elif early_s > 0:
                    time.sleep(early_s)
            # The delay in camera and network is unknown; this is the time of arrival.
            now_s = time.monotonic()
            rgb_u8 = np.asarray(picture.to_ndarray(format="rgb24"), np.uint8)
            yield Frame(rgb_u8, f"frame-{number:06d}", now_s - started_s, now_s)

    def _decoded(self) -> Iterator[Any]:
        backlog, broken, asked_s, key_seen = Backlog(), 0, 0.0, False
        packets = self._container.demux(self._stream)
        seen_s = time.monotonic()
        try:
            while True:
                asked_s = time.monotonic()
                packet = next(packets, None)
                if packet is None:
                    return
                now_s = time.monotonic()
                if packet.is_keyframe and not key_seen:
                    key_seen, seen_s = True, now_s
                if now_s - seen_s > (self._open_s if key_seen else self._key_frame_s):
                    raise CameraError(f"{self._name}: {_NO_PICTURE if key_seen else _NO_KEY_FRAME}")
                if not self._in_pieces and backlog.drops(now_s - asked_s, now_s, is_key=packet.is_keyframe):
                    continue
                try:
                    pictures = packet.decode()
                except av.InvalidDataError:  # a packet was lost; the next key frame repairs the picture
                    broken += 1
                    if broken >= BROKEN_IN_A_ROW:
                        raise
                    continue
                if pictures:
                    broken = 0
                    yield from pictures
                    seen_s = time.monotonic()
        except (av.FFmpegError, OSError) as error:
            raise CameraError(f"{self._name}: {_reason(error, time.monotonic() - asked_s, self._read_s)}") from None


_NO_PICTURE = "sends no picture that can be decoded; choose H.264 in its settings"
_NO_KEY_FRAME = "sends no key frame; choose a key frame interval (GOP) of a few seconds in its settings"


class Backlog:
    """Decides which packets to drop if they come faster than they can be decoded.

    Otherwise the picture would lag behind the scene more and more. A reader that is up to date waits for each packet.
    If it has not waited for ``behind_s``, there is a backlog. Then all packets are dropped, except for a key frame now
    and then as a sign of life, until the reader waits again. From the next key frame on, it decodes all packets.
    """

    def __init__(self, *, behind_s: float = 1.0, sign_of_life_s: float = 0.25, longest_s: float = 5.0) -> None:
        """Start up to date.

        Args:
            behind_s: after so long without a wait, packets are dropped.
            sign_of_life_s: the time between two key frames that are decoded meanwhile.
            longest_s: the longest wait for a key frame; some streams mark none.
        """
        self._behind_s, self._sign_of_life_s, self._longest_s = behind_s, sign_of_life_s, longest_s
        self._waited_at_s: float | None = None
        self._shown_s = 0.0
        self._behind = False
        self._key_wanted_s: float | None = None

    def drops(self, waited_s: float, now_s: float, *, is_key: bool) -> bool:
        """Whether to drop the packet that has come now, after a wait of ``waited_s``."""
        if waited_s > 0.002 or self._waited_at_s is None:
            self._waited_at_s = now_s
            if self._behind:
                self._behind, self._key_wanted_s = False, now_s
        elif now_s - self._waited_at_s > self._behind_s:
            self._behind = True
        if self._behind:
            if not is_key or now_s - self._shown_s < self._sign_of_life_s:
                return True
        elif self._key_wanted_s is not None:
            if not is_key and now_s - self._key_wanted_s < self._longest_s:
                return True
            self._key_wanted_s = None
        self._shown_s = now_s
        return False


def _reason(error: Exception, waited_s: float, limit_s: float) -> str:
    """What went wrong, without the address in the error's own text."""
    if isinstance(error, av.error.ExitError) or waited_s >= limit_s:  # some protocols use other errors
        return f"gives nothing for {limit_s:g} s; is it switched on, and in this network?"
    if isinstance(error, (av.error.HTTPUnauthorizedError, av.error.HTTPForbiddenError)):
        return "refuses the user name and password; check them"
    return f"can't be read ({getattr(error, 'strerror', None) or type(error).__name__}); check the address"


def _options(url: str, read_s: float) -> dict[str, str]:
    """FFmpeg's options: a timeout for sockets, and TCP.

    The option ``nobuffer`` would throw away what FFmpeg reads to recognize the stream, and with it the first key frame.
    `Backlog` takes care of the delay.
    """
    read_us = str(int(read_s * 1e6))
    if url.lower().startswith("rtsp"):
        # Over UDP, pictures arrive damaged in most home networks.
        return {"rtsp_transport": "tcp", "timeout": read_us}
    return {"rw_timeout": read_us}
