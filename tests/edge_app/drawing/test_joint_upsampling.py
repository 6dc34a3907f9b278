from __future__ import annotations

import cv2
import numpy as np
import pytest

from celcam.arrays import Uint8Array
from celcam.errors import CelcamError
from celcam.metrics import psnr, ssim
from celcam.pixels import resize
from edge_app.drawing.joint_upsampling import joint_upsample

FULL_WH, SMALL_WH = (480, 360), (160, 120)


def gray(plane: np.ndarray) -> Uint8Array:
    return np.repeat(np.rint(plane).astype(np.uint8)[..., np.newaxis], 3, axis=2)


def slanted_edge(dark: int = 60, light: int = 200) -> Uint8Array:
    """A step of brightness that lies between two pixels."""
    columns, rows = np.meshgrid(np.arange(FULL_WH[0]), np.arange(FULL_WH[1]))
    return gray(np.clip(columns - 200.3 - 0.2 * rows + 0.5, 0, 1) * (light - dark) + dark)


def noise(seed: int, amplitude: int) -> Uint8Array:
    return gray(128 + np.random.default_rng(seed).integers(-amplitude, amplitude + 1, FULL_WH[::-1]))


def edge_width(picture: Uint8Array) -> float:
    """The width of a step from 10 to 90 % in pixels, averaged over the rows."""
    row = picture[..., 1].astype(float)
    low, high = row.min(), row.max()
    return float(np.mean(((row > low + 0.1 * (high - low)) & (row < low + 0.9 * (high - low))).sum(axis=1)))


def test_the_result_is_as_large_as_the_photo_despite_cropping_and_rounding(photo: Uint8Array) -> None:
    view = photo[7:390, 5:582]  # odd, and not contiguous
    small = resize(view, (192, 128))
    rebuilt = joint_upsample(view, small, small)
    assert rebuilt.shape == view.shape
    assert rebuilt.dtype == np.uint8
    assert rebuilt.flags.c_contiguous
    assert rebuilt.flags.owndata
    assert ssim(rebuilt, np.ascontiguousarray(view)) > ssim(resize(small, (577, 383)), np.ascontiguousarray(view))


def test_inputs_are_left_alone(photo: Uint8Array) -> None:
    full, small = photo.copy(), resize(photo, (200, 132))
    kept = small.copy()
    joint_upsample(full, small, small)
    assert np.array_equal(full, photo)
    assert np.array_equal(small, kept)


def test_if_the_network_changes_nothing_the_result_is_the_photo(photo: Uint8Array) -> None:
    small = resize(photo, (200, 132))
    bilinear = resize(small, (600, 400))
    assert psnr(joint_upsample(photo, small, small), photo) > psnr(bilinear, photo) + 0.5


@pytest.mark.parametrize("colour", [(0, 0, 0), (255, 255, 255), (200, 40, 90)])
def test_a_uniform_colour_stays_unchanged(colour: tuple[int, int, int]) -> None:
    full = np.full((360, 480, 3), colour, np.uint8)
    small = resize(full, SMALL_WH)
    assert np.array_equal(joint_upsample(full, small, small), full)


def test_an_edge_of_the_photo_is_sharper_than_bilinear() -> None:
    full = slanted_edge()
    small = resize(full, SMALL_WH)
    cartoon = cv2.convertScaleAbs(small, alpha=1.2, beta=-30)  # the look has more contrast
    assert edge_width(joint_upsample(full, small, np.asarray(cartoon))) < 0.5 * edge_width(
        resize(np.asarray(cartoon), FULL_WH)
    )


def test_an_edge_that_only_the_network_drew_is_sharper_too() -> None:
    full = noise(1, 3)
    cartoon = resize(slanted_edge(), SMALL_WH)
    assert edge_width(joint_upsample(full, resize(full, SMALL_WH), cartoon)) < 0.7 * edge_width(
        resize(cartoon, FULL_WH)
    )


@pytest.mark.parametrize("inverted", [False, True])
def test_edges_have_no_halo(inverted: bool) -> None:
    full = slanted_edge(20, 235)
    small = resize(full, SMALL_WH)
    cartoon = resize(slanted_edge(*((200, 60) if inverted else (60, 200))), SMALL_WH)
    rebuilt = joint_upsample(full, small, cartoon).astype(int)
    assert rebuilt.min() >= 60 - 2
    assert rebuilt.max() <= 200 + 2


def test_edges_have_no_colour_halo() -> None:
    full = slanted_edge(0, 255)
    full[..., 0] = 255 - full[..., 0]  # green and blue rise where red falls
    small = resize(full, SMALL_WH)
    cartoon = cv2.convertScaleAbs(small, alpha=0.5, beta=60)  # 60 to 188
    rebuilt = joint_upsample(full, small, np.asarray(cartoon)).astype(int)
    assert rebuilt.min() >= 60 - 2
    assert rebuilt.max() <= 188 + 2


def test_texture_that_the_network_removed_stays_removed() -> None:
    full = noise(2, 60)
    small = resize(full, SMALL_WH)
    flat = np.full_like(small, 128)
    assert np.array_equal(joint_upsample(full, small, flat), np.full_like(full, 128))
    faint = gray(128 + (small[..., 0].astype(float) - 128) / 8)  # an eighth of it is left
    extra = joint_upsample(full, small, faint).astype(int) - resize(faint, FULL_WH)
    assert np.abs(extra).mean() < 0.02 * np.abs(full.astype(int) - resize(small, FULL_WH)).mean()


def test_the_same_picture_and_another_size_do_not_disturb_each_other(photo: Uint8Array) -> None:
    small = resize(photo, (200, 132))
    first = joint_upsample(photo, small, small)
    kept = first.copy()
    joint_upsample(photo[:300], resize(photo[:300], (160, 80)), resize(photo[:300], (160, 80)))
    assert np.array_equal(first, kept)
    assert np.array_equal(joint_upsample(photo, small, small), kept)


def test_a_cartoon_of_another_size_than_its_photo_is_refused(photo: Uint8Array) -> None:
    with pytest.raises(CelcamError, match=r"\(132, 200, 3\), its cartoon \(128, 200, 3\)"):
        joint_upsample(photo, resize(photo, (200, 132)), resize(photo, (200, 128)))
