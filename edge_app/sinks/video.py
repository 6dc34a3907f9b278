"""Video files that browsers play: H.264 with the source's sound, written by PyAV (FFmpeg)."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any, Self

import av

from celcam.errors import MediaError
from edge_app.frames import Frame, SourceInfo

TIME_BASE = Fraction(1, 90_000)  # MPEG's clock: every usual frame rate is a whole number of ticks
# Visually lossless for flat colour at a speed that a Pi can pay.
ENCODER_OPTIONS = {"preset": "veryfast", "crf": "18"}
# A file cut short at any moment plays up to its last fragment; finished, it is an ordinary MP4.
MUXER_OPTIONS = {"movflags": "+hybrid_fragmented"}
SOUND_CODECS_COPIED = frozenset({"aac", "mp3"})


class VideoSink:
    """Encodes frames at their own times; the file is opened with the first frame."""

    def __init__(self, path: Path, source: SourceInfo) -> None:
        """Claim ``path``; raises MediaError where it can't be written."""
        self._path, self._rate = path, Fraction(source.fps or 30.0).limit_denominator(1001)
        self._sound_path = source.sound
        self._stream: Any = None
        self._sound: _Sound | None = None
        self._first_s = 0.0
        self._last_pts = -1
        try:
            options = MUXER_OPTIONS if path.suffix.lower() != ".mkv" else {}
            self._container: Any = av.open(str(path), "w", options=options)
        except (av.FFmpegError, OSError) as error:
            raise MediaError(f"{path}: can't be written: {error.strerror}; choose another place") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        """Finish the file, so that what was written plays."""
        with self._telling():
            if self._stream is not None:
                self._mux(self._stream.encode())
                if self._sound is not None:
                    self._sound.write_until(self._last_pts * TIME_BASE + 1 / self._rate)
            self._container.close()
        if self._sound is not None:
            self._sound.close()
        if self._stream is None:
            self._path.unlink(missing_ok=True)  # not one frame came: leave no empty file behind

    def show(self, frame: Frame) -> bool:
        """Encode the frame; raises MediaError where the disk is full or gone."""
        with self._telling():
            if self._stream is None:
                self._start(frame)
            picture = av.VideoFrame.from_ndarray(frame.rgb_u8, format="rgb24")
            # Two pictures never share a moment, or the muxer refuses the second.
            self._last_pts = max(self._last_pts + 1, round((frame.media_s - self._first_s) / TIME_BASE))
            picture.pts, picture.time_base = self._last_pts, TIME_BASE
            self._mux(self._stream.encode(picture))
            if self._sound is not None:
                self._sound.write_until(self._last_pts * TIME_BASE)
        return True

    def _start(self, frame: Frame) -> None:
        height, width = frame.rgb_u8.shape[:2]
        self._stream = self._container.add_stream("libx264", rate=self._rate, options=ENCODER_OPTIONS)
        self._stream.width, self._stream.height, self._stream.pix_fmt = width, height, "yuv420p"
        self._stream.codec_context.time_base = TIME_BASE
        self._stream.codec_context.gop_size = max(1, round(2 * self._rate))  # a key frame each two seconds
        self._first_s = frame.media_s
        if self._sound_path is not None:
            self._sound = _Sound(self._sound_path, self._container, starts_s=frame.media_s)

    def _mux(self, packets: Any) -> None:
        for packet in packets:
            self._container.mux(packet)

    def _telling(self) -> _TellWriteErrors:
        return _TellWriteErrors(self._path)


class _Sound:
    """The sound of a clip on its way into another: copied where MP4 takes it, else encoded as AAC."""

    def __init__(self, source: Path, target: Any, *, starts_s: float) -> None:
        self._source: Any = av.open(str(source))
        self._track = self._source.streams.audio[0]
        self._target = target
        self._copies = self._track.codec_context.name in SOUND_CODECS_COPIED
        if self._copies:
            self._stream = target.add_stream_from_template(self._track)
        else:
            self._stream = target.add_stream("aac", rate=self._track.codec_context.sample_rate)
        self._starts_s = starts_s
        self._packets = self._copied() if self._copies else self._encoded()
        self._next: Any = next(self._packets, None)

    def write_until(self, time_s: Fraction | float) -> None:
        """Pass on all sound before ``time_s`` of the target."""
        while self._next is not None and float((self._next.pts or 0) * self._next.time_base) < time_s:
            self._target.mux(self._next)
            self._next = next(self._packets, None)

    def close(self) -> None:
        """Let go of the source."""
        self._source.close()

    def _copied(self) -> Iterator[Any]:
        for packet in self._decodable():
            shift = round(self._starts_s / packet.time_base)
            if packet.pts is None or packet.pts < shift:
                continue
            packet.pts -= shift
            packet.dts = packet.pts
            packet.stream = self._stream
            yield packet

    def _encoded(self) -> Iterator[Any]:
        resampler = av.AudioResampler(format="fltp", rate=self._stream.codec_context.sample_rate)
        for packet in self._decodable():
            for sound in packet.decode():
                for piece in resampler.resample(sound):
                    yield from self._stream.encode(piece)
        yield from self._stream.encode()

    def _decodable(self) -> Iterator[Any]:
        """Packets until the end, or until the source breaks off."""
        try:
            yield from self._source.demux(self._track)
        except av.FFmpegError:
            return  # the pictures tell that the clip is broken


class _TellWriteErrors:
    """Turns an error of the muxer into one line that names the file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, (av.FFmpegError, OSError)):
            raise MediaError(
                f"{self._path}: can't be written: {error.strerror}; what came before is kept; free some space"
            ) from error
