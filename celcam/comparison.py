"""Comparison of two pictures by every metric of the project. Needs NumPy and OpenCV only.

To add a metric, add a field to `Likeness`. Cards, JSON files, tables and pages then hold it.
Pictures are ``(H, W, 3) uint8 RGB``.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import astuple, dataclass, field, fields
from typing import Any

import numpy as np

from celcam.arrays import Uint8Array
from celcam.metrics import edge_f1, psnr
from celcam.perceptual import MS_SSIM_SHORTEST_SIDE, Percept, Structure, flip_map, perceive, ssims, structure
from celcam.sharpness import LEVELS, Texture, steepness, swd, texture

# PSNR of two equal pictures, so that a mean over pictures stays finite.
HIGHEST_PSNR_DB = 100.0


class View:
    """A picture and the features that metrics compute from it alone; each feature is computed once.

    Keep a view if its picture is compared with several others.
    """

    def __init__(self, rgb_u8: Uint8Array) -> None:
        self.rgb_u8 = rgb_u8

    @functools.cached_property
    def structure(self) -> Structure:
        """Input of SSIM and MS-SSIM."""
        return structure(self.rgb_u8)

    @functools.cached_property
    def percept(self) -> Percept:
        """Input of FLIP."""
        return perceive(self.rgb_u8)

    @functools.cached_property
    def texture(self) -> Texture:
        """Input of steepness and SWD."""
        return texture(self.rgb_u8)


class ComparedViews:
    """Two views of the same size, and what several metrics share."""

    def __init__(self, reference: View, test: View) -> None:
        self.reference, self.test = reference, test

    @functools.cached_property
    def ssims(self) -> tuple[float, float]:
        """SSIM and MS-SSIM."""
        return ssims(self.reference.structure, self.test.structure)


@dataclass(frozen=True)
class Metric:
    """How one metric is computed and printed."""

    title: str
    about: str  # what it measures, for people
    measure: Callable[[ComparedViews], float]
    digits: int
    higher_is_better: bool

    @property
    def heading(self) -> str:
        """The title of a column, with an arrow that points to better values."""
        return f"{self.title} {'↑' if self.higher_is_better else '↓'}"


def _metric(
    title: str, about: str, measure: Callable[[ComparedViews], float], *, digits: int = 4, higher_is_better: bool = True
) -> Any:
    return field(default=math.nan, metadata={"metric": Metric(title, about, measure, digits, higher_is_better)})


def _swd(level: int) -> Any:
    return _metric(
        f"SWD {LEVELS[level]}",
        f"the distance between the patches of both pictures, {LEVELS[level]} level (sliced Wasserstein distance times "
        "1000, Karras et al., 2018); 0 for equal pictures",
        lambda views: swd(views.reference.texture, views.test.texture, level),
        digits=0,
        higher_is_better=False,
    )


@dataclass(frozen=True)
class Likeness:
    """How similar two pictures are, or the mean of that over pictures. NaN if a metric can't be computed."""

    psnr_db: float = _metric(
        "PSNR dB",
        f"the mean squared error in decibels; {HIGHEST_PSNR_DB:.0f} for equal pictures",
        lambda views: min(psnr(views.test.rgb_u8, views.reference.rgb_u8), HIGHEST_PSNR_DB),
        digits=2,
    )
    ssim: float = _metric(
        "SSIM",
        "similarity of local structure (Wang et al., 2004); 1 for equal pictures",
        lambda views: views.ssims[0],
    )
    ms_ssim: float = _metric(
        "MS-SSIM",
        f"SSIM at five scales (Wang et al., 2003); only for sides of {MS_SSIM_SHORTEST_SIDE} pixels or more",
        lambda views: views.ssims[1],
    )
    flip: float = _metric(
        "FLIP",
        "the difference that a person sees when two pictures alternate (Andersson et al., 2020), from 0 to 1",
        lambda views: float(flip_map(views.reference.percept, views.test.percept).mean()),
        higher_is_better=False,
    )
    edge_f1: float = _metric(
        "edge-F1",
        "the share of lines that lie in the same place, within a pixel; 1 for all",
        lambda views: edge_f1(views.test.rgb_u8, views.reference.rgb_u8),
    )

    steepness: float = _metric(
        "steepness",
        "how steep the edges are, as a share of those of the reference; 1 for equal pictures, less for softer lines",
        lambda views: steepness(views.reference.texture, views.test.texture),
        digits=3,
    )
    swd_fine: float = _swd(0)
    swd_middle: float = _swd(1)
    swd_coarse: float = _swd(2)

    def as_json(self) -> dict[str, float | None]:
        """The values by name, with None instead of NaN."""
        return {
            name: value if math.isfinite(value) else None for name, value in zip(METRICS, astuple(self), strict=True)
        }

    @classmethod
    def from_json(cls, values: Mapping[str, float | None]) -> Likeness:
        """What `as_json` gave; a metric that is missing, as in files of an older version, is NaN."""
        return cls(**{name: value for name in METRICS if (value := values.get(name)) is not None})


METRICS: dict[str, Metric] = {each.name: each.metadata["metric"] for each in fields(Likeness)}


def compare(reference: View, test: View) -> Likeness:
    """All metrics of two pictures of the same size."""
    views = ComparedViews(reference, test)
    return Likeness(*(metric.measure(views) for metric in METRICS.values()))


def mean_likeness(likenesses: Iterable[Likeness]) -> Likeness:
    """The mean over pictures. NaN does not count; a metric that is always NaN stays NaN."""
    rows = np.array([astuple(likeness) for likeness in likenesses])
    known = ~np.isnan(rows)
    means = np.where(known, rows, 0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    return Likeness(*(float(mean) if some else math.nan for mean, some in zip(means, known.any(axis=0), strict=True)))
