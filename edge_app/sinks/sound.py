"""Take the sound of a clip into another clip: copied if the format can hold it, else encoded as AAC, else left out.

The sound moves with the picture: what comes before the first picture is cut, and a gap is silence.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import chain, islice
from pathlib import Path
from typing import Any

import av
from av.filter import Graph

from celcam.errors import MediaError
from celcam.media.tracks import choose_tracks, open_clip, read_packets

CODECS_COPIED = frozenset({"aac", "mp3", "mp3float"})
# Of AAC, in Hz; higher ones are inaudible.
ENCODER_RATES = (8000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000)
# Time stamps that differ from the number of samples by more mean a gap or an overlap.
TOLERATED_GAP_S = 0.02
TRIAL_PACKETS = 3
ENCODER_SAMPLES = 1024  # in a frame of AAC
Notify = Callable[[str], None]


def open_sound(source: Path, target: Any, *, starts_s: float, notify: Notify) -> Sound | None:
    """Add the sound of ``source`` to a clip that is written.

    Args:
        source: a clip.
        target: PyAV's container, to which nothing has been written yet.
        starts_s: time of the first picture on the clock of ``source``.
        notify: gets a line if the sound is left out, or ends early.

    Returns:
        The sound; None if it is left out.
    """
    sound = None
    try:
        sound = Sound(source, target, starts_s=starts_s, notify=notify)
        sound.begin()
    except (MediaError, av.FFmpegError, OSError, ValueError) as error:
        if sound is not None:
            sound.close()
        notify(left_out(source, error))
        return None
    return sound


def left_out(source: Path, error: Any) -> str:
    """The notice for a clip whose sound can't be used."""
    reason = " ".join(str(getattr(error, "strerror", None) or error).split())
    return f"{source}: its sound is left out: {reason}; the picture is complete"


class Sound:
    """The sound of one clip on its way into another."""

    def __init__(self, source: Path, target: Any, *, starts_s: float, notify: Notify) -> None:
        """Open the source; raises MediaError if it has no sound that can be decoded."""
        self._path, self._target, self._starts_s, self._notify = source, target, starts_s, notify
        self._source: Any = open_clip(source)
        self._tracks = choose_tracks(self._source, source)
        self._track = self._tracks.sound
        self._stream: Any = None
        self._packets: Iterator[Any] = iter(())
        self._next: Any = None
        if self._track is None:
            self._source.close()
            raise MediaError(self._tracks.sound_fault or "it has none")

    def begin(self) -> None:
        """Add the track to the target.

        Raises:
            MediaError: nothing of the sound can be decoded.
        """
        if self._can_be_copied():
            self._stream = self._target.add_stream_from_template(self._track)
            self._packets = self._copied()
        else:
            frames = self._decoded()
            first = next(frames, None)  # before the track exists, because a track can't be removed
            if first is None:
                raise MediaError("nothing of it can be decoded")
            rate = next((rate for rate in ENCODER_RATES if rate >= first.sample_rate), ENCODER_RATES[-1])
            layout = "mono" if first.layout.nb_channels == 1 else "stereo"
            filters = _Filters(first, rate, layout, 0)
            self._stream = self._target.add_stream("aac", rate=rate)
            self._stream.layout = layout
            self._packets = self._encoded(filters, chain([first], frames))
        self._next = next(self._packets, None)

    def write_until(self, time_s: Fraction | float | None) -> None:
        """Write all sound before ``time_s`` of the target; None writes it to its end.

        Raises:
            av.FFmpegError: the target does not take it.
            OSError: the target's disk is full or gone.
        """
        while self._next is not None and (time_s is None or self._next.pts * self._next.time_base < time_s):
            self._target.mux(self._next)
            self._next = next(self._packets, None)

    def close(self) -> None:
        """Close the source."""
        self._source.close()

    def _can_be_copied(self) -> bool:
        """Whether the target's format takes the sound as it is: a trial in memory."""
        if self._track.codec_context.name not in CODECS_COPIED:
            return False
        try:
            with open_clip(self._path) as source:
                track = source.streams[self._track.index]
                options = dict(self._target.options)
                trial: Any = av.open(io.BytesIO(), "w", format=self._target.format.name, options=options)
                with trial:
                    stream = trial.add_stream_from_template(track)
                    for packet in islice(source.demux(track), TRIAL_PACKETS):
                        if packet.dts is not None:
                            packet.stream = stream
                            trial.mux(packet)
        except (av.FFmpegError, OSError, ValueError):
            return False
        return True

    def _copied(self) -> Iterator[Any]:
        end = 0
        for packet in self._demuxed():
            if packet.pts is None:
                continue
            pts = packet.pts - round(self._starts_s / packet.time_base)
            if pts < 0:
                continue
            packet.pts = packet.dts = max(pts, end)  # a format refuses two packets of one time
            end = packet.pts + max(packet.duration or 1, 1)
            if packet.pts == pts:
                end = pts + 1
            packet.stream = self._stream
            yield packet

    def _encoded(self, filters: _Filters, frames: Iterator[Any]) -> Iterator[Any]:
        """Encode decoded frames; those of another kind in the middle of a clip are no problem."""
        for frame in frames:
            if _kind_of(frame) != filters.kind:
                for piece in filters.push(None):
                    yield from self._stream.encode(piece)
                filters = _Filters(frame, filters.rate, filters.layout, filters.end)
            for piece in filters.push(frame):
                yield from self._stream.encode(piece)
        for piece in filters.push(None):
            yield from self._stream.encode(piece)
        yield from self._stream.encode()

    def _decoded(self) -> Iterator[Any]:
        """The frames on the target's clock; packets that can't be decoded are passed over, as players do."""
        next_s = 0.0
        for packet in self._demuxed(with_end=True):
            try:
                frames = packet.decode()
            except av.error.InvalidDataError:
                continue
            for frame in frames:
                time_s = next_s if frame.pts is None else float(frame.pts * frame.time_base) - self._starts_s
                next_s = time_s + frame.samples / frame.sample_rate
                frame.pts, frame.time_base = round(time_s * frame.sample_rate), Fraction(1, frame.sample_rate)
                yield frame

    def _demuxed(self, *, with_end: bool = False) -> Iterator[Any]:
        """The packets of the track until the end, or until the clip breaks off; at the end an empty one."""
        try:
            for packet in read_packets(self._source, self._tracks):
                if packet.stream.index == self._track.index and (with_end or packet.dts is not None):
                    yield packet
        except (av.FFmpegError, OSError):
            return  # `ClipReader` reports the broken clip


class _Filters:
    """FFmpeg's filters that resample, fill gaps with silence and trim overlaps."""

    def __init__(self, frame: Any, rate: int, layout: str, first_pts: int) -> None:
        """Connect the filters.

        Args:
            frame: of the kind that `push` gets.
            rate: of the result, in Hz.
            layout: of the result, mono or stereo.
            first_pts: where the result begins, in samples.
        """
        self.kind, self.rate, self.layout, self.end = _kind_of(frame), rate, layout, first_pts
        sample_format, channels, sample_rate = self.kind
        self._graph = Graph()  # its filters do not keep it alive
        self._source = last = self._graph.add(
            "abuffer",
            f"time_base=1/{sample_rate}:sample_rate={sample_rate}:sample_fmt={sample_format}:channel_layout={channels}",
        )
        for name, options in (
            ("aresample", f"{rate}:async=1:min_hard_comp={TOLERATED_GAP_S}:first_pts={first_pts}"),
            ("aformat", f"sample_fmts=fltp:sample_rates={rate}:channel_layouts={layout}"),
            ("asetnsamples", f"n={ENCODER_SAMPLES}:p=0"),
            ("abuffersink", None),
        ):
            added: Any = self._graph.add(name, options)
            last.link_to(added)
            last = added
        self._sink = last
        self._graph.configure()

    def push(self, frame: Any) -> Iterator[Any]:
        """Take a frame, or None at the end; yield the pieces that are ready."""
        self._source.push(frame)
        while True:
            try:
                piece: Any = self._sink.pull()
            except (av.BlockingIOError, av.EOFError):
                return
            self.end = piece.pts + piece.samples
            yield piece


def _kind_of(frame: Any) -> tuple[str, str, int]:
    """Sample format, channels and rate."""
    name = frame.layout.name
    # A layout that only counts its channels has a name such as "2 channels".
    return frame.format.name, f"{frame.layout.nb_channels}c" if " " in name else name, frame.sample_rate
