"""Network cameras on this machine: real streams through real sockets."""

from __future__ import annotations

import base64
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from fractions import Fraction
from pathlib import Path
from typing import Any, Self

import av
import cv2
import numpy as np

from celcam.arrays import Uint8Array

SIZE_WH = (64, 48)
FPS = 30
KEY_EVERY = 10


class LocalServer:
    """Calls ``serve`` with each connection, on a thread of its own; closes all of them at its exit."""

    def __init__(self, serve: Callable[[socket.socket], object]) -> None:
        self._serve = serve
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._connections: list[socket.socket] = []
        self._threads: list[threading.Thread] = []

    @property
    def connections(self) -> int:
        return len(self._connections)

    def __enter__(self) -> Self:
        self._threads.append(threading.Thread(target=self._accept, daemon=True))
        self._threads[0].start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.drop()
        for thread in self._threads:
            thread.join(5)

    def drop(self) -> None:
        """Cut all connections."""
        for connection in self._connections:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self._connections.append(connection)
            thread = threading.Thread(target=self._answer, args=(connection,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _answer(self, connection: socket.socket) -> None:
        with connection, suppress(OSError, av.FFmpegError):
            self._serve(connection)


def red(number: int) -> Uint8Array:
    """A red picture that is brighter by its number: ``(48, 64, 3) uint8 RGB``."""
    picture = np.zeros((SIZE_WH[1], SIZE_WH[0], 3), np.uint8)
    picture[..., 0] = 60 + number % 150
    return picture


def number_of(rgb_u8: Uint8Array) -> float:
    """The approximate number of a red picture, up to 150."""
    return float(rgb_u8[..., 0].mean()) - 60


def h264(container: Any, key_every: int = KEY_EVERY) -> Any:
    """A stream as IP cameras send it: a key frame now and then, no frame depends on a later one."""
    options = {"tune": "zerolatency", "preset": "ultrafast", "g": str(key_every), "qp": "10"}
    stream = container.add_stream("libx264", rate=FPS, options=options)
    stream.width, stream.height, stream.pix_fmt = *SIZE_WH, "yuv420p"
    return stream


def video_frames(fps: float = FPS, limit: int = 10**9) -> Iterator[Any]:
    """Red frames at their own times."""
    started_s = time.monotonic()
    for number in range(limit):
        time.sleep(max(0.0, started_s + number / fps - time.monotonic()))
        frame = av.VideoFrame.from_ndarray(red(number), format="rgb24")
        frame.pts, frame.time_base = number, Fraction(1, FPS)
        yield frame


def request_of(connection: socket.socket) -> str:
    """The head of the next request; ConnectionError at the end."""
    text = b""
    while not text.endswith(b"\r\n\r\n"):
        more = connection.recv(1)
        if not more:
            raise ConnectionError
        text += more
    return text.decode()


def mpegts(
    connection: socket.socket, *, fps: float = FPS, frames: int = 10**9, key_every: int = KEY_EVERY, joined_at: int = 0
) -> None:
    """H.264 over HTTP, as fast as ``fps``; the viewer misses the frames before ``joined_at``."""
    request_of(connection)
    connection.sendall(b"HTTP/1.0 200 OK\r\nContent-Type: video/mp2t\r\n\r\n")
    with av.open(connection.makefile("wb", buffering=0), "w", format="mpegts") as container:
        stream = h264(container, key_every)
        for number, frame in enumerate(video_frames(fps, frames)):
            packets = stream.encode(frame)
            if number >= joined_at:
                container.mux(packets)


def mjpeg(connection: socket.socket, *, frames: int = 10**9) -> None:
    """JPEGs over HTTP, as most cheap cameras and all ESP32 cameras send them."""
    request_of(connection)
    connection.sendall(b"HTTP/1.0 200 OK\r\nContent-Type: multipart/x-mixed-replace; boundary=picture\r\n\r\n")
    for number in range(frames):
        done, jpeg = cv2.imencode(".jpg", red(number)[..., ::-1])
        assert done
        head = f"--picture\r\nContent-Type: image/jpeg\r\nContent-Length: {jpeg.size}\r\n\r\n"
        connection.sendall(head.encode() + jpeg.tobytes() + b"\r\n")
        time.sleep(1 / FPS)


def rtsp(
    connection: socket.socket,
    *,
    login: str = "",
    fps: float = FPS,
    hang_after: int = 10**9,
    spoil_every: int = 10**9,
) -> None:
    """An RTSP camera: describes, sets up and plays H.264 over TCP.

    Args:
        connection: to the one who watches.
        login: "user:password"; who does not know it is refused.
        fps: how fast it sends.
        hang_after: so many frames it says nothing.
        spoil_every: so many frames one comes broken.
    """
    expected = "Authorization: Basic " + base64.b64encode(login.encode()).decode()
    sdp = "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=camera\r\nt=0 0\r\nm=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\n"
    sdp += "a=fmtp:96 packetization-mode=1\r\na=control:track1\r\n"
    answers = {
        "OPTIONS": "Public: OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN\r\n\r\n",
        "DESCRIBE": f"Content-Type: application/sdp\r\nContent-Length: {len(sdp)}\r\n\r\n{sdp}",
        "SETUP": "Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\nSession: 1\r\n\r\n",
        "PLAY": "Session: 1\r\n\r\n",
    }
    method = ""
    while method != "PLAY":
        request = request_of(connection)
        method = request.split()[0]
        count = next(line for line in request.splitlines() if line.startswith("CSeq"))
        if login and method != "OPTIONS" and expected not in request:
            connection.sendall(f'RTSP/1.0 401 No\r\n{count}\r\nWWW-Authenticate: Basic realm="cam"\r\n\r\n'.encode())
            continue
        connection.sendall(f"RTSP/1.0 200 OK\r\n{count}\r\n{answers[method]}".encode())
    sequence = 0
    for number, (stamp, units) in enumerate(_access_units(fps)):
        if number >= hang_after:
            silent(connection)
            return
        if number % spoil_every == spoil_every - 1:
            units = [unit[:2] + b"\xff" * (len(unit) // 2) for unit in units]
        for unit in units:
            marker = 0x80 if unit is units[-1] else 0
            rtp = struct.pack(">BBHII", 0x80, 96 | marker, sequence & 0xFFFF, stamp, 1) + unit
            connection.sendall(struct.pack(">cBH", b"$", 0, len(rtp)) + rtp)
            sequence += 1


def _access_units(fps: float) -> Iterator[tuple[int, list[bytes]]]:
    encoder: Any = av.CodecContext.create("libx264", "w")
    encoder.width, encoder.height, encoder.pix_fmt, encoder.time_base = *SIZE_WH, "yuv420p", Fraction(1, FPS)
    encoder.options = {"tune": "zerolatency", "preset": "ultrafast", "g": str(KEY_EVERY), "qp": "10"}
    for number, frame in enumerate(video_frames(fps)):
        for packet in encoder.encode(frame):
            data = bytes(packet).replace(b"\0\0\0\1", b"\0\0\1")
            yield number * 90_000 // FPS, [unit for unit in data.split(b"\0\0\1") if unit]


def silent(connection: socket.socket) -> None:
    """Accepts the connection and sends nothing."""
    while connection.recv(4096):
        pass


def refusing(connection: socket.socket, status: str = "401 Unauthorized") -> None:
    """An HTTP server that refuses every request."""
    request_of(connection)
    connection.sendall(f"HTTP/1.0 {status}\r\nContent-Length: 0\r\n\r\n".encode())


class HlsCamera:
    """Writes live pieces of half a second into a folder and serves them."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._over = folder, threading.Event()
        self.server = LocalServer(self._serve)
        self._writer = threading.Thread(target=self._write, daemon=True)

    def __enter__(self) -> Self:
        self._writer.start()
        self.server.__enter__()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._over.set()
        self._writer.join(5)
        self.server.__exit__(*exc_info)

    @property
    def ready(self) -> bool:
        """Whether there are some pieces."""
        return len(list(self._folder.glob("*.ts"))) > 3

    def _write(self) -> None:
        options = {"hls_time": "0.5", "hls_list_size": "6", "hls_flags": "delete_segments+temp_file"}
        with av.open(str(self._folder / "live.m3u8"), "w", format="hls", options=options) as container:
            stream = h264(container)
            stream.codec_context.gop_size = FPS // 2
            ready = 3 * FPS
            for frame in video_frames(10 * FPS, ready):
                container.mux(stream.encode(frame))
            number, started_s = ready, time.monotonic()
            while not self._over.wait(max(0.0, started_s + (number - ready) / FPS - time.monotonic())):
                number += 1
                frame = av.VideoFrame.from_ndarray(red(number), format="rgb24")
                frame.pts, frame.time_base = number, Fraction(1, FPS)
                container.mux(stream.encode(frame))

    def _serve(self, connection: socket.socket) -> None:
        name = request_of(connection).split()[1].rpartition("/")[2]
        path = self._folder / name
        if not path.is_file():
            connection.sendall(b"HTTP/1.0 404 Not Found\r\nContent-Length: 0\r\n\r\n")
            return
        data = path.read_bytes()
        kind = "application/vnd.apple.mpegurl" if name.endswith("m3u8") else "video/mp2t"
        connection.sendall(f"HTTP/1.0 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {len(data)}\r\n\r\n".encode())
        connection.sendall(data)
