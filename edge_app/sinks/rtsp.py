"""Publishes the pictures to an RTSP server, such as MediaMTX or the go2rtc of Frigate, through PyAV (FFmpeg).

The server passes them on to its own viewers. If it is restarted, the stream is published again.

Names and messages hold no more of the address than `shown_address` returns.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Self
from urllib.parse import urlsplit

import av

from celcam.errors import MediaError, UsageError
from edge_app.addresses import shown_address
from edge_app.frames import Frame
from edge_app.session import Session
from edge_app.sinks.encoders import AUTO
from edge_app.sinks.kept_alive import KeptAliveSink
from edge_app.sinks.picture_track import PictureTrack

PORTS = {"rtsp": 554, "rtsps": 322}
# The longest wait for the server's answer, and for a packet to be taken.
ANSWER_S = 3.0
# After a lost connection, the server is asked again at this interval, which doubles with each failure up to a limit.
RETRY_S = 5.0
LONGEST_RETRY_S = 60.0
REFUSED = (av.error.HTTPUnauthorizedError, av.error.HTTPForbiddenError)


class RtspSink(KeptAliveSink):
    """Publishes frames; servers and viewers keep a connection on which pictures come."""

    name = "rtsp"

    def __init__(
        self,
        url: str,
        session: Session,
        *,
        stop: threading.Event | None = None,
        clock: Callable[[], float] = time.monotonic,
        retry_s: float = RETRY_S,
    ) -> None:
        """Describe the stream; nothing is sent yet.

        Args:
            url: such as ``rtsp://user:password@host:8554/celcam``; in a user name or password, @ is %40 and / is %2F.
            session: of the run; its notices report a connection that is lost and made again.
            stop: as in `Showing`.
            clock: seconds; pictures are stamped with it.
            retry_s: the interval of the attempts after a lost connection.

        Raises:
            CameraError: the address has another form.
        """
        super().__init__(session, stop=stop, clock=clock)
        self._url, self._name = url, shown_address(url)
        self._retry_s, self._failures = retry_s, 0
        self._stream: _Stream | None = None
        self._was_published = False
        self._next_try_s = float("-inf")

    def __enter__(self) -> Self:
        """Check that the server answers.

        Raises:
            MediaError: it does not.
        """
        try:
            _check_server(self._url)
        except OSError as error:
            raise MediaError(f"--to {self._name}: {_reason(error)}") from None
        return self

    def __exit__(self, *exc_info: object) -> None:
        with self._lock:
            self._over = True
            self._close()

    def _put(self, frame: Frame) -> None:
        """Publish the frame.

        Raises:
            MediaError: the server refuses the first picture. Later on, the connection is tried again.
        """
        if self._stream is None and self._clock() < self._next_try_s:
            return
        try:
            if self._stream is None:
                self._publish(frame)
            if self._stream is not None:
                self._stream.send(frame, self._clock())
        except (av.FFmpegError, OSError) as error:
            self._lose(error)

    def _publish(self, frame: Frame) -> None:
        if self._was_published:
            _check_server(self._url)
        height, width = frame.rgb_u8.shape[:2]
        self._stream = _Stream(self._url, (width, height), self._session)
        self._was_published, self._failures = True, 0
        self._session.notices.add(f"publishing to {self._name}")

    def _lose(self, error: Exception) -> None:
        # The error's own text holds the whole address.
        reason = _reason(error)
        self._close()
        if not self._was_published:
            raise MediaError(f"--to {self._name}: {reason}") from None
        self._next_try_s = self._clock() + min(LONGEST_RETRY_S, self._retry_s * 2**self._failures)
        self._failures += 1
        self._session.notices.add(f"{self._name}: {reason}; trying again")

    def _close(self) -> None:
        stream, self._stream = self._stream, None
        if stream is not None:
            stream.close()


class _Stream:
    """One connection to the server."""

    def __init__(self, url: str, size_wh: tuple[int, int], session: Session) -> None:
        """Announce the stream; raises the errors of PyAV."""
        # Over UDP, pictures arrive damaged in most home networks.
        options = {"rtsp_transport": "tcp", "timeout": str(round(1e6 * ANSWER_S))}
        self._container: Any = av.open(url, "w", format="rtsp", options=options)
        try:
            self._track = PictureTrack(
                self._container, size_wh, session.source.fps, encoder=AUTO, live=True, notices=session.notices
            )
            # This holds the interpreter's lock until the server has answered, so the caller asks it for a sign of life.
            self._container.start_encoding()
        except BaseException:
            self.close()
            raise

    def send(self, frame: Frame, time_s: float) -> None:
        """Encode and send; raises the errors of PyAV."""
        for packet in self._track.encode(frame.rgb_u8, time_s):
            self._container.mux(packet)

    def close(self) -> None:
        """End the stream, whatever state it is in."""
        with suppress(av.FFmpegError, OSError, ValueError):
            self._container.close()


def _check_server(url: str) -> None:
    """Ask an RTSP server for the path; raises OSError if it gives no answer within `ANSWER_S`.

    Any answer will do, a refusal too. Servers that hang may still answer OPTIONS; FFmpeg would then stop all threads of
    the app while it waits.
    """
    parts = urlsplit(url)
    try:
        host, port = parts.hostname or "", parts.port or PORTS[parts.scheme]
    except ValueError as error:
        raise UsageError(f"--to {shown_address(url)}: expected a port from 1 to 65535") from error
    with socket.create_connection((host, port), timeout=ANSWER_S) as connection:
        if parts.scheme == "rtsps":
            return
        where = f"[{host}]" if ":" in host else host
        connection.sendall(f"DESCRIBE rtsp://{where}:{port}{parts.path or '/'} RTSP/1.0\r\nCSeq: 1\r\n\r\n".encode())
        if not connection.recv(64).startswith(b"RTSP/"):
            raise ConnectionError("no RTSP server")


def _reason(error: Exception) -> str:
    """What went wrong and what to do, without the address in the error's own text."""
    if isinstance(error, REFUSED):
        return "refuses the user name and password; check them"
    if isinstance(error, socket.gaierror):
        return "there is no such host; check the address"
    if isinstance(error, TimeoutError):
        return f"gives no answer for {ANSWER_S:g} s; is the server switched on, and in this network?"
    what = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return f"can't be published to ({what}); start an RTSP server there, such as MediaMTX, that accepts this path"
