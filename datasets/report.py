"""Self-contained HTML report on a folder of pairs: counts, statistics, rejected photos, a grid of pairs."""

from __future__ import annotations

import base64
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
from celcam.image_io import encode_image, read_bytes, write_whole
from celcam.manifest import SPLITS, Pair, read_manifest
from celcam.media.photos import read_image
from celcam.pixels import to_short_side
from celcam.text_files import parse_json, read_json
from datasets.build import RECIPE_NAME
from datasets.rejected import REJECTED_NAME

TEMPLATE = Path(__file__).with_name("report.html")
# The histograms use this many photos at most, sampled evenly, also in a folder of a million pairs.
MAX_MEASURED = 1000
BINS = 32
MAX_REJECTED_SHOWN = 200
MAX_SIZES_SHOWN = 6
THUMBNAIL_SHORT_SIDE, THUMBNAIL_QUALITY = 180, 85


@dataclass(frozen=True)
class Histogram:
    """The number of photos in each of `BINS` equal intervals of a value."""

    title: str
    about: str
    low: float
    high: float
    counts: list[int]
    median: float

    @property
    def bars(self) -> list[float]:
        """The heights of the bars, 0..1."""
        most = max(self.counts) or 1
        return [count / most for count in self.counts]


def write_report(folder: Path, path: Path, *, rows: int) -> Path:
    """Write the HTML report on the pairs in ``folder`` to ``path``.

    Args:
        folder: a folder made by ``build``.
        path: the HTML file to write.
        rows: number of photos in the grid of pairs.

    Returns:
        ``path``.

    Raises:
        DataError: the manifest is missing or empty.
        MediaError: a picture can't be read.
    """
    pairs = read_manifest(folder)
    if not pairs:
        raise DataError(f"{folder}: its manifest is empty; build pairs first")
    photos = [list(same) for _, same in groupby(pairs, key=lambda pair: pair.digest)]
    measured = [_measure(read_image(folder / same[0].photo)) for same in _sample(photos, MAX_MEASURED)]
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
        near_duplicates=sum(bool(same[0].group) and same[0].group != same[0].digest for same in photos),
        measured=len(measured),
        histograms=_histograms(np.array(measured)),
        shapes=Counter(_shape(width, height) for width, height, *_ in measured).most_common(),
        sizes=Counter(f"{width:.0f}x{height:.0f}" for width, height, *_ in measured).most_common(MAX_SIZES_SHOWN),
        rejected=_read_rejected(folder),
        max_rejected=MAX_REJECTED_SHOWN,
        recipe=_read_recipe(folder),
        grid=list(_grid(folder, _sample(photos, rows), styles)),
    )
    write_whole(path, page.encode())
    return path


def _sample(items: Sequence[list[Pair]], limit: int) -> Iterator[list[Pair]]:
    """Yield at most ``limit`` of ``items``, evenly spaced; sorted by digest, they are in random order."""
    count = min(limit, len(items))
    return (items[number * len(items) // count] for number in range(count))


def _measure(rgb_u8: Uint8Array) -> tuple[float, ...]:
    """Measure one photo.

    Args:
        rgb_u8: ``(H, W, 3) uint8 RGB``.

    Returns:
        Width and height in pixels, brightness (mean of the Lab lightness, 0..100), contrast (its standard deviation),
        colourfulness (Hasler and Süsstrunk, 2003: 0 grey, 15 slight, 45 average, 80 high).
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
    """The histograms of ``(N, 5)`` results of `_measure`."""
    columns = (
        ("Brightness", "mean lightness: 0 black, 100 white", 0.0, 100.0, 2),
        ("Contrast", "standard deviation of the lightness", 0.0, 50.0, 3),
        ("Colourfulness", "0 grey, 45 average, 80 high", 0.0, 120.0, 4),
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
    """The size of the pictures on disk; a photo shared by several styles counts once."""
    paths = {path for pair in pairs for path in (pair.photo, pair.cartoon)}
    return sum((folder / path).stat().st_size for path in paths if (folder / path).exists()) / 1e6


def _read_rejected(folder: Path) -> dict[str, list[dict[str, str]]]:
    """The rejected photos by kind of fault, the most frequent kind first."""
    path = folder / REJECTED_NAME
    by_kind: dict[str, list[dict[str, str]]] = {}
    try:
        lines = read_bytes(path).split(b"\n") if path.exists() else []  # a name may contain another line separator
        for rejected in map(parse_json, filter(None, lines)):
            by_kind.setdefault(rejected["kind"], []).append(rejected)
    except (ValueError, KeyError, TypeError) as error:
        raise DataError(f"{path}: not a list of rejected photos ({error}); build the pairs again") from error
    return dict(sorted(by_kind.items(), key=lambda item: -len(item[1])))


def _read_recipe(folder: Path) -> dict[str, Any]:
    path = folder / RECIPE_NAME
    try:
        return dict(read_json(path)) if path.exists() else {}
    except (ValueError, TypeError) as error:
        raise DataError(f"{path}: not JSON ({error}); build the pairs again") from error


def _grid(folder: Path, photos: Iterable[list[Pair]], styles: Sequence[str]) -> Iterator[dict[str, Any]]:
    """Yield each photo with its cartoons in every style, as data URLs."""
    for same in photos:
        cartoons = {pair.style: pair.cartoon for pair in reversed(same)}  # the first size wins
        pictures = [("photo", same[0].photo), *((style, cartoons[style]) for style in styles if style in cartoons)]
        yield {
            "source": same[0].source,
            "split": same[0].split,
            "pictures": [(kind, _data_url(read_image(folder / path))) for kind, path in pictures],
        }


def _data_url(rgb_u8: Uint8Array) -> str:
    data = encode_image(to_short_side(rgb_u8, THUMBNAIL_SHORT_SIDE), ".jpg", quality=THUMBNAIL_QUALITY)
    return f"data:image/jpeg;base64,{base64.b64encode(data).decode()}"
