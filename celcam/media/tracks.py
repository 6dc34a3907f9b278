"""Open a clip with PyAV (FFmpeg), choose its tracks, and read packets on one continuous clock.

The readers of pictures and of sound both use `read_packets` with both tracks, so their clocks agree.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

import av
from av.stream import Disposition

from celcam.errors import MediaError, NoPicturesError

# A clock that goes back by more than this begins another recording.
BACK_S = Fraction(1, 10)
# So does one that jumps ahead by more, in the formats whose recordings can be joined.
AHEAD_S = 10
TS_DISCONT = 0x200  # FFmpeg's flag of these formats
COVERS = Disposition.attached_pic | Disposition.timed_thumbnails


class Tracks(NamedTuple):
    """The tracks of a clip that players use; PyAV's streams."""

    pictures: Any
    sound: Any  # None without a sound that can be decoded
    sound_fault: str  # says why there is no sound although the clip has some; otherwise empty


def open_clip(path: Path) -> Any:
    """Open a clip as PyAV's container; the caller closes it.

    Raises:
        MediaError: the file is missing, or not a clip.
    """
    try:
        # The prefix keeps FFmpeg from reading a name such as "12:30.mp4" as an address. Titles need not be UTF-8.
        return av.open(f"file:{path}", metadata_errors="replace")
    except (av.FFmpegError, OSError, ValueError) as error:
        raise MediaError(
            f"{path}: not a readable video ({getattr(error, 'strerror', None) or error}); "
            "expected a whole clip such as an MP4, or an image"
        ) from error


def choose_tracks(container: Any, path: Path) -> Tracks:
    """The default track of each kind, else the first one; covers and tracks without a decoder do not count.

    Raises:
        NoPicturesError: there is no track of pictures.
    """
    pictures = [stream for stream in container.streams.video if not stream.disposition & COVERS]
    if not pictures:
        only = ", only a cover" if container.streams.video else ""
        raise NoPicturesError(f"{path}: has no picture track{only}; expected a video")
    decodable = _by_rank(pictures)
    if not decodable:
        raise NoPicturesError(f"{path}: FFmpeg has no decoder for its picture track; convert the clip")
    sounds = _by_rank(container.streams.audio)
    fault = "FFmpeg has no decoder for it" if container.streams.audio and not sounds else ""
    return Tracks(decodable[0], sounds[0] if sounds else None, fault)


def read_packets(container: Any, tracks: Tracks) -> Iterator[Any]:
    """The packets of both tracks in the order of the file, and at the end an empty one for each track.

    Where two recordings are joined, the clock of the second continues that of the first, for both tracks alike.

    Raises:
        av.FFmpegError: the file breaks off.
    """
    joinable = bool(container.format.flags & TS_DISCONT)
    offset_s = Fraction(0)
    last: dict[int, tuple[Fraction, Fraction]] = {}  # by track: start and end of its last packet
    for packet in container.demux([stream for stream in (tracks.pictures, tracks.sound) if stream is not None]):
        if packet.dts is not None:
            time_s = packet.dts * packet.time_base + offset_s
            start_s, end_s = last.get(packet.stream_index, (time_s, time_s))
            if time_s < start_s - BACK_S or (joinable and time_s > end_s + AHEAD_S):
                offset_s += end_s - time_s
                time_s = end_s
            last[packet.stream_index] = time_s, time_s + (packet.duration or 0) * packet.time_base
        if offset_s and packet.time_base:
            _shift(packet, round(offset_s / packet.time_base))
        yield packet


def _by_rank(streams: Any) -> list[Any]:
    """The tracks that can be decoded, default ones first."""
    decodable = [stream for stream in streams if stream.codec_context is not None]
    return sorted(decodable, key=lambda stream: not stream.disposition & Disposition.default)


def _shift(packet: Any, ticks: int) -> None:
    packet.dts = None if packet.dts is None else packet.dts + ticks
    packet.pts = None if packet.pts is None else packet.pts + ticks
