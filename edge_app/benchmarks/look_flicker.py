"""How much each look flickers on clips, beside the camera itself: network, calm and finish as the app draws them."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from celcam.arrays import Uint8Array
from celcam.errors import MediaError
from celcam.finishes.finish import enlarge
from celcam.flicker import Flicker, Motion, estimate_motion, flicker, mean_flicker
from celcam.looks import LOOKS, Look
from celcam.model_card import find_model
from celcam.pixels import resize, size_for_short_side
from celcam.tflite_model import TFLiteModel
from edge_app.drawing.sizing import LIVE_SHORT_SIDE
from edge_app.drawing.temporal_filter import TemporalFilter
from edge_app.sources import open_source

# The finished picture is so many times larger than the network's.
ENLARGED = 2
CAMERA = "camera"


@dataclass(frozen=True)
class LookFlicker:
    """Flicker by look, the camera first: one figure for each clip."""

    clips: list[str]
    by_look: dict[str, list[Flicker]]

    def table(self) -> str:
        """The figures for people; a star marks a look that is more restless than the camera where nothing moves."""
        width = max(len(name) for name in self.by_look)
        lines = [
            "mean change from frame to frame, levels: where nothing moves, mean of the clips; motion compensated",
            " " * width + "".join(f"{clip[:14]:>15}" for clip in self.clips) + f"{'still':>9}{'moving':>9}",
        ]
        camera = mean_flicker(self.by_look[CAMERA])
        for name, values in self.by_look.items():
            mean = mean_flicker(values)
            star = "*" if round(mean.still, 2) > round(camera.still, 2) else " "
            cells = "".join(f"{value.still:15.2f}" for value in values)
            lines.append(f"{name:{width}}{cells}{mean.still:8.2f}{star}{mean.motion_compensated:9.2f}")
        return "\n".join(lines)


def measure_look_flicker(clips: Sequence[Path], *, frames: int) -> LookFlicker:
    """Draw clips in every look.

    Args:
        clips: videos.
        frames: of each clip, from its start.

    Raises:
        MediaError: a clip can't be read, or has fewer than two frames.
    """
    networks = {look.style: TFLiteModel(find_model(look.style)) for look in LOOKS.values()}
    by_look: dict[str, list[Flicker]] = {name: [] for name in (CAMERA, *LOOKS)}
    for clip in clips:
        full = list(_frames(clip, frames))
        if len(full) < 2:
            raise MediaError(f"{clip}: has fewer than two frames; give a longer clip")
        small_wh = size_for_short_side((full[0].shape[1], full[0].shape[0]), LIVE_SHORT_SIDE)
        large_wh = (ENLARGED * small_wh[0], ENLARGED * small_wh[1])
        small = [resize(frame, small_wh) for frame in full]
        camera = [resize(frame, large_wh) for frame in full]
        motions = [estimate_motion(before, now) for before, now in itertools.pairwise(camera)]
        by_look[CAMERA].append(_mean_of_clip(camera, motions))
        calm = {style: _calmed(network, small) for style, network in networks.items()}
        for name, look in LOOKS.items():
            shown = map(_finisher(look, small_wh, large_wh), calm[look.style])
            by_look[name].append(_mean_of_clip(shown, motions))
    return LookFlicker([clip.stem for clip in clips], by_look)


def _frames(clip: Path, count: int) -> Iterator[Uint8Array]:
    with open_source(str(clip)) as source:
        if source.info.is_live or source.info.is_still:
            raise MediaError(f"{clip}: expected a video")
        for frame in itertools.islice(source.frames(), count):
            yield frame.rgb_u8.copy()


def _calmed(network: TFLiteModel, pictures: Sequence[Uint8Array]) -> list[Uint8Array]:
    """What the network draws of a clip, stabilised."""
    calm = TemporalFilter()
    return [calm(picture, network(picture)).copy() for picture in pictures]


def _finisher(look: Look, small_wh: tuple[int, int], large_wh: tuple[int, int]) -> Callable[[Uint8Array], Uint8Array]:
    on_small, on_full = look.finish.prepare_small(small_wh), look.finish.prepare(large_wh)
    return lambda drawn: on_full(enlarge(on_small(drawn), large_wh))


def _mean_of_clip(pictures: Iterable[Uint8Array], motions: Sequence[Motion]) -> Flicker:
    pairs = zip(itertools.pairwise(pictures), motions, strict=True)
    return mean_flicker(flicker(before, now, motion) for (before, now), motion in pairs)
