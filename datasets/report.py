"""A self-contained page about the pairs of a folder: counts, sizes, spread, what was rejected, a grid of pairs."""

from __future__ import annotations

import base64
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import cv2
import jinja2
import numpy as np

from celcam.arrays import FloatArray, Uint8Array
from celcam.errors import DataError
from celcam.image_io import encode_image, read_bytes, read_image, write_whole
from celcam.manifest import SPLITS, Pair, read_manifest
from celcam.pixels import resize, size_for_short_side
from datasets.build import RECIPE_NAME
from datasets.journal import REJECTED_NAME

TEMPLATE = Path(__file__).with_name("report.html")
# Photos whose pixels are looked at, spread evenly: enough for a histogram, few enough for a million pairs.
MOST_MEASURED = 1000
BINS = 32
MOST_REJECTED_SHOWN = 200
MOST_SIZES_SHOWN = 6
THUMBNAIL_SHORT_SIDE, THUMBNAIL_QUALITY = 180, 85


@dataclass(frozen=True)
class Histogram:
    """How often a value lies in each of some equal steps."""

    title: str
    about: str
    low: float
    high: float
    counts: list[int]
    median: float

    @property
    def bars(self) -> list[float]:
        """Heights from 0 to 1."""
        most = max(self.counts) or 1
        return [count / most for count in self.counts]


def write_report(folder: Path, path: Path, *, rows: int) -> Path:
    """Write the page about the pairs in ``folder`` to ``path``; ``rows`` photos stand in its grid.

    Raises:
        DataError: there is no manifest, or no pair in it.
        MediaError: a picture can't be read.
    """
    pairs = read_manifest(folder)
    if not pairs:
        raise DataError(f"{folder}: its manifest is empty; build pairs first")
    photos = [list(same) for _, same in groupby(pairs, key=lambda pair: pair.digest)]
    measured = [_measure(read_image(folder / same[0].photo)) for same in _spread(photos, MOST_MEASURED)]
    styles = sorted({pair.style for pair in pairs})
    template = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True)
    page = template.from_string(TEMPLATE.read_text(encoding="utf-8")).render(
        name=folder.resolve().name,
        pairs=len(pairs),
        photos=len(photos),
        megabytes=_megabytes(folder, pairs),
        splits=SPLITS,
        styles=styles,
        by_split=Counter(pair.split for pair in pairs),
        counts=Counter((pair.style, pair.split) for pair in pairs),
        alike=sum(bool(same[0].group) and same[0].group != same[0].digest for same in photos),
        measured=len(measured),
        histograms=_histograms(np.array(measured)),
        shapes=Counter(_shape(width, height) for width, height, *_ in measured).most_common(),
        sizes=Counter(f"{width:.0f}x{height:.0f}" for width, height, *_ in measured).most_common(MOST_SIZES_SHOWN),
        rejected=_read_rejected(folder),
        most_rejected=MOST_REJECTED_SHOWN,
        recipe=_read_recipe(folder),
        grid=list(_grid(folder, _spread(photos, rows), styles)),
    )
    write_whole(path, page.encode())
    return path


def _spread(items: Sequence[list[Pair]], most: int) -> Iterator[list[Pair]]:
    """At most ``most`` of ``items``, evenly; they are sorted by digest, which is as good as shuffled."""
    count = min(most, len(items))
    return (items[number * len(items) // count] for number in range(count))


def _measure(rgb_u8: Uint8Array) -> tuple[float, ...]:
    """Width, height, brightness (mean Lab lightness), contrast (its deviation), colourfulness, each 0..100 or so.

    Colourfulness after Hasler and Süsstrunk (2003): 0 is grey, 15 slight, 45 average, 80 high.
    """
    height, width = rgb_u8.shape[:2]
    lightness = cv2.cvtColor(rgb_u8, cv2.COLOR_RGB2LAB)[..., 0] / 2.55
    red, green, blue = np.moveaxis(rgb_u8.astype(np.float32), -1, 0)
    red_green, yellow_blue = red - green, (red + green) / 2 - blue
    spread = np.hypot(red_green.std(), yellow_blue.std())
    mean = np.hypot(red_green.mean(), yellow_blue.mean())
    return (
        float(width),
        float(height),
        float(lightness.mean()),
        float(lightness.std()),
        float(spread + 0.3 * mean),
    )


def _histograms(measured: FloatArray) -> list[Histogram]:
    """``(N, 5)`` of `_measure` as what the page shows."""
    columns = (
        ("Brightness", "mean lightness of a photo, 0 black to 100 white", 0.0, 100.0, 2),
        ("Contrast", "deviation of the lightness within a photo", 0.0, 50.0, 3),
        ("Colour", "colourfulness: 0 grey, 45 average, 80 high", 0.0, 120.0, 4),
    )
    histograms = []
    for title, about, low, high, column in columns:
        values = measured[:, column]
        counts, _ = np.histogram(np.clip(values, low, high), bins=BINS, range=(low, high))
        histograms.append(Histogram(title, about, low, high, counts.tolist(), float(np.median(values))))
    return histograms


def _shape(width: float, height: float) -> str:
    if max(width, height) <= 1.05 * min(width, height):
        return "square"
    return "wide" if width > height else "tall"


def _megabytes(folder: Path, pairs: Iterable[Pair]) -> float:
    """The room that the pictures take; each photo once, though it may serve several styles."""
    paths = {path for pair in pairs for path in (pair.photo, pair.cartoon)}
    return sum((folder / path).stat().st_size for path in paths if (folder / path).exists()) / 1e6


def _read_rejected(folder: Path) -> dict[str, list[dict[str, str]]]:
    """The rejected photos by kind, the most frequent kind first."""
    path = folder / REJECTED_NAME
    by_kind: dict[str, list[dict[str, str]]] = {}
    try:
        for line in read_bytes(path).decode().splitlines() if path.exists() else ():
            rejected = json.loads(line)
            by_kind.setdefault(rejected["kind"], []).append(rejected)
    except (ValueError, KeyError) as error:
        raise DataError(f"{path}: not a list of rejected photos ({error}); build the pairs again") from error
    return dict(sorted(by_kind.items(), key=lambda item: -len(item[1])))


def _read_recipe(folder: Path) -> dict[str, Any]:
    path = folder / RECIPE_NAME
    try:
        return dict(json.loads(read_bytes(path))) if path.exists() else {}
    except ValueError as error:
        raise DataError(f"{path}: not JSON ({error}); build the pairs again") from error


def _grid(folder: Path, photos: Iterable[list[Pair]], styles: Sequence[str]) -> Iterator[dict[str, Any]]:
    """Each photo with its cartoon in every style, as pictures that stand in the page itself."""
    for same in photos:
        cartoons = {pair.style: pair.cartoon for pair in reversed(same)}  # of several sizes the first
        pictures = [("photo", same[0].photo), *((style, cartoons[style]) for style in styles if style in cartoons)]
        yield {
            "source": same[0].source,
            "split": same[0].split,
            "pictures": [(kind, _as_link(read_image(folder / path))) for kind, path in pictures],
        }


def _as_link(rgb_u8: Uint8Array) -> str:
    size_wh = size_for_short_side((rgb_u8.shape[1], rgb_u8.shape[0]), THUMBNAIL_SHORT_SIDE)
    data = encode_image(resize(rgb_u8, size_wh), ".jpg", quality=THUMBNAIL_QUALITY)
    return f"data:image/jpeg;base64,{base64.b64encode(data).decode()}"
