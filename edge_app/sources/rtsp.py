"""IP cameras, through PyAV (FFmpeg): RTSP, and MJPEG, HLS or MPEG-TS over HTTP.

No name and no message here has more of an address than `shown_address` lets through.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import av
import numpy as np
from av.codec.context import Flags

from celcam.errors import CameraError
from edge_app.frames import Frame, FrameSource, SourceInfo
from edge_app.sources.addresses import shown_address

OPEN_S = 10.0
READ_S = 4.0  # less than a reader is waited for
# Of H.264 two slices at a time; a thread for each frame would show each some frames later.
DECODER_THREADS = 2
# So many broken packets in a row, and the stream is given up.
BROKEN_IN_A_ROW = 300
# A picture that is due later or was due earlier than this is of another count: a camera that began anew.
EARLIEST_S, LATEST_S = 2.0, 3.0


class RtspSource(FrameSource):
    """Frames of a stream, as they arrive."""

    def __init__(self, url: str, *, open_s: float = OPEN_S, read_s: float = READ_S) -> None:
        """Connect, and look at a first picture.

        Args:
            url: such as ``rtsp://user:password@host:554/stream``; a user name or password writes @ as %40, / as %2F.
            open_s: the camera's answer is waited for no longer, nor is a picture among what it sends.
            read_s: nor is its next packet.

        Raises:
            CameraError: no answer, refused, or no live pictures there.
        """
        self._name, self._open_s, self._read_s = shown_address(url), open_s, read_s
        asked_s = time.monotonic()
        try:
            self._container: Any = av.open(url, timeout=(open_s, read_s), options=_options(url, read_s))
        except (av.FFmpegError, OSError, ValueError) as error:
            # The error's own text has the whole address.
            raise CameraError(f"{self._name}: {_reason(error, time.monotonic() - asked_s, open_s)}") from None
        try:
            if not self._container.streams.video:
                raise CameraError(f"{self._name}: has no pictures; expected a camera's live stream")
            if self._container.duration and not url.lower().startswith("rtsp"):
                raise CameraError(f"{self._name}: is a clip, not a live stream; download it and give the file")
            self._stream = self._container.streams.video[0]
            decoder = self._stream.codec_context
            decoder.thread_type, decoder.thread_count = "SLICE", DECODER_THREADS
            decoder.flags |= Flags.low_delay
            # HLS comes in pieces of some seconds, all of a piece at once: shown at its own pace, it lags by that.
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
        """Frames until the camera ends; raises CameraError where it breaks off or gives nothing more."""
        started_s = time.monotonic()
        base_s: float | None = None
        for number, picture in enumerate(self._pictures, 1):
            if self._in_pieces and picture.time is not None:
                early_s = 0.0 if base_s is None else base_s + picture.time - time.monotonic()
                if base_s is None or not -LATEST_S <= early_s <= EARLIEST_S:
                    base_s = time.monotonic() - picture.time
                elif early_s > 0:
                    time.sleep(early_s)
            # How long the camera and the network took is not known; this is when the picture reached us.
            now_s = time.monotonic()
            rgb_u8 = np.asarray(picture.to_ndarray(format="rgb24"), np.uint8)
            yield Frame(rgb_u8, f"frame-{number:06d}", now_s - started_s, now_s)

    def _decoded(self) -> Iterator[Any]:
        backlog, broken, asked_s = Backlog(), 0, 0.0
        packets = self._container.demux(self._stream)
        seen_s = time.monotonic()
        try:
            while True:
                asked_s = time.monotonic()
                packet = next(packets, None)
                if packet is None:
                    return
                now_s = time.monotonic()
                if now_s - seen_s > self._open_s:
                    raise CameraError(f"{self._name}: sends no picture that can be shown; choose H.264 in its settings")
                if not self._in_pieces and backlog.leaves_out(now_s - asked_s, now_s, is_key=packet.is_keyframe):
                    continue
                try:
                    pictures = packet.decode()
                except av.InvalidDataError:  # a packet was lost on the way; the next key frame mends that
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


class Backlog:
    """Says which packets to leave out where they come faster than they can be decoded.

    Otherwise the picture would lag behind the scene more and more. Whoever is at the newest packet waits for the next
    one; where nothing was waited for through ``behind_s``, there is a backlog. It is left out, but for a key frame now
    and then as a sign of life, until something must be waited for again; then it goes on from the next key frame.
    """

    def __init__(self, *, behind_s: float = 1.0, sign_of_life_s: float = 0.25, longest_s: float = 5.0) -> None:
        """Begin at the newest packet.

        Args:
            behind_s: without a wait before the backlog is left out.
            sign_of_life_s: from one key frame that is shown meanwhile to the next.
            longest_s: that a key frame is waited for; some streams mark none.
        """
        self._behind_s, self._sign_of_life_s, self._longest_s = behind_s, sign_of_life_s, longest_s
        self._waited_at_s: float | None = None
        self._shown_s = 0.0
        self._behind = False
        self._key_wanted_s: float | None = None

    def leaves_out(self, waited_s: float, now_s: float, *, is_key: bool) -> bool:
        """Whether the packet that came now, after such a wait, is not to be decoded."""
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
    """What went wrong, without the address that the error's own text has."""
    if isinstance(error, av.error.ExitError) or waited_s >= limit_s:  # some protocols call it by other names
        return f"gives nothing for {limit_s:g} s; is it switched on, and in this network?"
    if isinstance(error, (av.error.HTTPUnauthorizedError, av.error.HTTPForbiddenError)):
        return "refuses the user name and password; check them"
    return f"can't be read ({getattr(error, 'strerror', None) or type(error).__name__}); check the address"


def _options(url: str, read_s: float) -> dict[str, str]:
    """FFmpeg's options: no buffer in front of the newest picture, and sockets that give up."""
    read_us = str(int(read_s * 1e6))
    if url.lower().startswith("rtsp"):
        # Over UDP pictures come broken through most home networks.
        return {"fflags": "nobuffer", "rtsp_transport": "tcp", "timeout": read_us}
    return {"fflags": "nobuffer", "rw_timeout": read_us}
