"""Read the pictures of a clip as players show them; the only reader of video files."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from fractions import Fraction
from itertools import chain
from pathlib import Path
from typing import Any, Self

import av

from celcam.errors import ClipBrokenOffError, MediaError
from celcam.media.clock import PictureClock
from celcam.media.decoders import bound_decoder
from celcam.media.display import Display, Picture
from celcam.media.limits import MAX_MEGAPIXELS
from celcam.media.tracks import TS_DISCONT, choose_tracks, open_clip, read_packets

# In an intact clip, the last frame may end this far before the end that the header states.
TOLERATED_LOSS_S = 0.5
# Streams without a container.
RAW = ("h264", "hevc")
# For a clip without a frame rate.
DEFAULT_FPS = Fraction(25)


class ClipReader:
    """The pictures of a clip, once, from the first to the last."""

    size_wh: tuple[int, int]  # of the first picture
    frame_rate: Fraction  # average, in frames per second
    frames: int | None  # the number of frames by the header, if it states it
    has_sound: bool
    sound_fault: str  # says why the sound can't be decoded; empty if it can, or if there is none

    def __init__(
        self, path: Path, *, max_megapixels: float = MAX_MEGAPIXELS, most_short_side: int | None = None
    ) -> None:
        """Open a clip and decode its first picture.

        Args:
            path: of the clip; its contents decide on the format.
            max_megapixels: the largest accepted photo; as in `bound_decoder`.
            most_short_side: pictures with a longer short side are reduced to this; None keeps their size.

        Raises:
            NoPicturesError: the clip has no picture track that can be decoded.
            MediaError: the file is not a clip, its pictures can't be decoded, or they are too large.
        """
        self._path, self._most_short_side = path, most_short_side
        self._container = open_clip(path)
        try:
            self._tracks = choose_tracks(self._container, path)
            self._stream = self._tracks.pictures
            fault = bound_decoder(self._stream.codec_context, max_megapixels)
            if fault:
                raise MediaError(f"{path}: {fault}; scale it down, or raise --max-megapixels")
            self.frame_rate = self._find_frame_rate()
            self.frames = self._stream.frames or None
            self.has_sound, self.sound_fault = self._tracks.sound is not None, self._tracks.sound_fault
            self._count, self._damaged, self._reason = 0, 0, ""
            self._end_s = self._longest_s = 0.0
            self._pictures = self._decode()
            self._first = next(self._pictures, None)
        except BaseException:
            self._container.close()
            raise
        if self._first is None and self._reason:
            self._container.close()
            raise MediaError(f"{path}: its pictures can't be decoded ({self._reason}); get an intact copy")
        codec = self._stream.codec_context
        shape = (codec.height, codec.width) if self._first is None else self._first.rgb_u8.shape[:2]
        self.size_wh = (shape[1], shape[0])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._container.close()

    def __iter__(self) -> Iterator[Picture]:
        """Yield every picture with its time.

        Raises:
            ClipBrokenOffError: after the last picture, if some can't be decoded or the header states a later end.
        """
        first, self._first = self._first, None
        last_s = 0.0
        for picture in chain([] if first is None else [first], self._pictures):
            self._count += 1
            if self._count > 1:
                self._longest_s = max(self._longest_s, picture.time_s - last_s)
            last_s = picture.time_s
            yield picture
            del picture  # a large one must not wait here for the next
        self._check_end(max(self._end_s, last_s))

    def _find_frame_rate(self) -> Fraction:
        stated = None
        if self._container.format.name in RAW:  # its average is FFmpeg's default; the stream itself may state a rate
            stated = self._stream.codec_context.framerate
        return Fraction(stated or self._stream.average_rate or DEFAULT_FPS)

    def _decode(self) -> Iterator[Picture]:
        """Decode and convert; a packet that can't be decoded is passed over, as players do."""
        display = Display(self._stream.sample_aspect_ratio or None, self._most_short_side)
        clock = PictureClock(self._container.format.name, self.frame_rate)
        begun = False
        try:
            for packet in read_packets(self._container, self._tracks):
                self._note_end(packet)
                if packet.stream.index != self._stream.index:  # the last, empty packets have no stream_index
                    continue
                clock.note_packet(packet)
                try:
                    frames = packet.decode()
                except av.error.InvalidDataError as error:
                    self._damaged += begun  # a recording of a broadcast begins in the middle of a picture
                    self._reason = str(error.strerror)
                    continue
                for frame in frames:
                    begun = True
                    yield from display.show(frame, clock.time_of(frame))
            self._reason = self._reason if self._damaged or not begun else ""
        except (av.FFmpegError, OSError) as error:
            self._reason = str(error.strerror)
            self._damaged += 1
        with suppress(av.FFmpegError):
            yield from display.finish()

    def _note_end(self, packet: Any) -> None:
        """Keep the latest end of a packet of the track, or of both tracks if `_promised_s` is for both."""
        if self._stream.duration and packet.stream.index != self._stream.index:
            return
        stamp = packet.dts if packet.pts is None else packet.pts
        if stamp is not None:
            self._end_s = max(self._end_s, float((stamp + (packet.duration or 0)) * packet.time_base))

    def _check_end(self, end_s: float) -> None:
        promised_s = self._promised_s()
        # The last frame of some clips is shown for as long as the longest before, and no header says so.
        lacks_end = end_s + max(TOLERATED_LOSS_S, 1.5 * self._longest_s) < promised_s
        if lacks_end or (self._damaged and end_s < promised_s - TOLERATED_LOSS_S):
            reason = f" ({self._reason})" if self._reason else ""
            raise ClipBrokenOffError(
                f"{self._path}: breaks off{reason} after {self._count} frames, {end_s:.1f} of {promised_s:.1f} s; "
                "the frames before are kept; get the whole file"
            )
        if self._damaged:
            raise ClipBrokenOffError(
                f"{self._path}: damaged ({self._reason}) at {self._damaged} places; the other {self._count} frames are "
                "kept; get an intact copy"
            )

    def _promised_s(self) -> float:
        """The end of the clip by its header; 0 if the header does not state it."""
        if self._container.format.flags & TS_DISCONT:  # FFmpeg takes it from the last packets
            return 0.0
        if self._stream.duration:
            return float(((self._stream.start_time or 0) + self._stream.duration) * self._stream.time_base)
        others = len(self._container.streams) - 1 - self.has_sound  # such as subtitles, which may end later
        return (self._container.duration or 0) / av.time_base if not others else 0.0
