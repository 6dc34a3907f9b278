from __future__ import annotations

import math
from dataclasses import astuple

import cv2
import numpy as np
import pytest

from celcam.arrays import Uint8Array
from celcam.comparison import METRICS, Likeness, View, compare, mean_likeness
from celcam.metrics import edge_f1, psnr, ssim
from celcam.perceptual import flip_map, perceive


def test_a_picture_is_like_itself(photo: Uint8Array) -> None:
    view = View(photo)
    likeness = compare(view, view)
    assert astuple(likeness) == pytest.approx((100.0, 1.0, 1.0, 0.0, 1.0, 1.0, 0.0, 0.0, 0.0))


def test_each_metric_is_the_one_of_its_name(photo: Uint8Array) -> None:
    blurred = np.asarray(cv2.GaussianBlur(photo, (0, 0), 2), np.uint8)
    likeness = compare(View(photo), View(blurred))
    assert likeness.psnr_db == pytest.approx(psnr(photo, blurred))
    assert likeness.ssim == pytest.approx(ssim(photo, blurred), abs=1e-5)
    assert likeness.ssim < likeness.ms_ssim < 1
    assert likeness.flip == pytest.approx(flip_map(perceive(photo), perceive(blurred)).mean())
    assert likeness.edge_f1 == pytest.approx(edge_f1(photo, blurred))


def test_the_mean_stays_finite_where_a_picture_is_hit_exactly(photo: Uint8Array) -> None:
    exact = compare(View(photo), View(photo))
    mean = mean_likeness([exact, Likeness(20.0, 0.5, 0.5, 0.5, 0.0)])
    assert (mean.psnr_db, mean.ssim, mean.edge_f1) == pytest.approx((60.0, 0.75, 0.5))


def test_a_mean_drops_what_is_unknown() -> None:
    mean = mean_likeness([Likeness(40, 0.9, math.nan, 0.1, 1), Likeness(50, 0.7, 0.8, 0.3, 0)])
    assert astuple(mean)[:5] == pytest.approx((45, 0.8, 0.8, 0.2, 0.5))
    assert math.isnan(mean_likeness([Likeness(40, 0.9, math.nan, 0.1, 1)]).ms_ssim)


def test_a_json_file_holds_null_for_what_is_unknown() -> None:
    likeness = Likeness(40, 0.9, math.nan, 0.1, 1, steepness=0.9, swd_coarse=3.0)
    values = likeness.as_json()
    unknown = {"ms_ssim": None, "swd_fine": None, "swd_middle": None}
    assert values == unknown | {
        "psnr_db": 40,
        "ssim": 0.9,
        "flip": 0.1,
        "edge_f1": 1,
        "steepness": 0.9,
        "swd_coarse": 3,
    }
    assert list(values) == list(METRICS)
    assert Likeness.from_json(values).as_json() == values
    assert math.isnan(Likeness.from_json({"ssim": 0.9}).steepness)


def test_a_picture_keeps_its_features(photo: Uint8Array) -> None:
    view = View(photo)
    compare(view, View(255 - photo))
    structure, percept = view.structure, view.percept
    compare(View(photo), view)
    assert view.structure is structure
    assert view.percept is percept
