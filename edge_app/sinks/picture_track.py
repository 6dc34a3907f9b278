"""The pictures of a clip or a stream as H.264: one size, times that only rise, and key frames at a fixed interval."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from av.video.frame import PictureType

from celcam.arrays import Uint8Array
from edge_app.drawing.sizing import even_size, fit_even
from edge_app.flow.notices import Notices
from edge_app.sinks.encoders import TIME_BASE, choose_encoder, set_encoder, to_video_frame

# A player can jump to key frames. One per second would take 10 to 25 % more space.
KEY_FRAME_S = 2.0
# Of the encoder's rate control; the frames keep their own times.
LEAST_RATE, MOST_RATE = 1, 240


class PictureTrack:
    """One H.264 track of a PyAV container."""

    def __init__(
        self,
        container: Any,
        size_wh: tuple[int, int],
        fps: float | None,
        *,
        encoder: str,
        live: bool,
        notices: Notices | None,
    ) -> None:
        """Add the track to ``container``.

        Args:
            container: open for writing, without a header yet.
            size_wh: of the first picture; later pictures of another size are fitted into it.
            fps: approximate rate of the pictures; None if it is unknown.
            encoder: its name in FFmpeg, or ``auto``.
            live: encode at once, without a look ahead.
            notices: get a line if that encoder can't be used.
        """
        rate = min(max(fps or 30.0, LEAST_RATE), MOST_RATE)
        self.rate = Fraction(rate).limit_denominator(1001)
        self._size_wh = even_size(size_wh)
        name = choose_encoder(encoder, self._size_wh, self.rate, live=live, notices=notices)
        self._stream: Any = container.add_stream(name, rate=self.rate)
        set_encoder(self._stream.codec_context, self._size_wh, self.rate, live=live)
        self._first_s = self._newest_s = 0.0
        self._last_pts = -1
        self._key_pts = 0

    @property
    def last_s(self) -> Fraction:
        """The time of the last picture, in seconds since the first."""
        return max(0, self._last_pts) * TIME_BASE

    def encode(self, rgb_u8: Uint8Array, time_s: float) -> Any:
        """Encode the picture of ``time_s`` and return the packets that are ready."""
        pts = self._pts_of(time_s)
        picture = to_video_frame(fit_even(rgb_u8, self._size_wh), pts)
        if pts == 0 or pts - self._key_pts >= KEY_FRAME_S / TIME_BASE:
            picture.pict_type, self._key_pts = PictureType.I, pts
        return self._stream.encode(picture)

    def flush(self) -> Any:
        """The packets that the encoder has held back."""
        return self._stream.encode()

    def _pts_of(self, time_s: float) -> int:
        if self._last_pts < 0:
            self._first_s = self._newest_s = time_s
        if time_s < self._newest_s:  # the source has started again: this picture follows the last
            self._first_s = time_s - float(self._last_pts * TIME_BASE + 1 / self.rate)
        self._newest_s = time_s
        # The muxer refuses two pictures of the same time.
        self._last_pts = max(self._last_pts + 1, round((time_s - self._first_s) / TIME_BASE))
        return self._last_pts
