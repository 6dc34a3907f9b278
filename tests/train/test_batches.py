from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from celcam.arrays import Uint8Array
from celcam.errors import DataError, UsageError
from celcam.image_io import write_image
from celcam.manifest import pairs_of, read_manifest

if TYPE_CHECKING:
    from train.batches import CropBatches


def batches(pairs: Path, **changes: Any) -> CropBatches:
    from train.batches import CropBatches

    options: dict[str, Any] = {"crop": 32, "batch_size": 4, "steps": 3, "seed": 1} | changes
    return CropBatches(pairs, pairs_of(pairs, "train"), **options)


def test_a_batch_holds_pictures_from_0_to_1(pairs: Path) -> None:
    photos, cartoons = batches(pairs)[0]
    assert photos.shape == cartoons.shape == (4, 32, 32, 3)
    assert photos.dtype == cartoons.dtype == np.float32
    assert 0 <= photos.min() < photos.max() <= 1
    assert 0 <= cartoons.min() < cartoons.max() <= 1


def test_photo_and_cartoon_are_cropped_at_the_same_place(pairs: Path) -> None:
    for index in range(3):
        photos, cartoons = batches(pairs, batch_size=8)[index]
        for photo, cartoon in zip(photos, cartoons, strict=True):
            likeness = np.corrcoef(photo.ravel(), cartoon.ravel())[0, 1]
            others = [np.corrcoef(photo[::-1].ravel(), cartoon.ravel())[0, 1]]
            assert likeness > 0.5
            assert likeness > max(others)


def test_the_same_seed_epoch_and_index_give_the_same_batch(pairs: Path) -> None:
    one, other = batches(pairs), batches(pairs, cache_bytes=10**8)
    for index in (2, 0, 2):
        assert all(np.array_equal(a, b) for a, b in zip(one[index], other[index], strict=True))


def test_each_epoch_has_different_crops_and_a_resumed_epoch_the_same(pairs: Path) -> None:
    whole = batches(pairs)
    first = whole[0][0]
    whole.on_epoch_end()
    assert not np.array_equal(whole[0][0], first)
    assert np.array_equal(whole[0][0], batches(pairs, first_epoch=1)[0][0])


def test_only_the_photo_is_degraded_never_the_target(pairs: Path) -> None:
    from train.batches import read_pair

    pool = [read_pair(pairs, pair) for pair in pairs_of(pairs, "train")]
    levels = {bytes(row) for _, cartoon in pool for row in cartoon.reshape(-1, 3)}
    photo_levels = {bytes(row) for photo, _ in pool for row in photo.reshape(-1, 3)}
    photos, cartoons = batches(pairs, batch_size=16)[0]
    drawn = {bytes(row) for row in np.rint(cartoons * 255).astype(np.uint8).reshape(-1, 3)}
    seen = {bytes(row) for row in np.rint(photos * 255).astype(np.uint8).reshape(-1, 3)}
    assert drawn <= levels
    assert not seen <= photo_levels


def test_a_picture_smaller_than_a_crop_is_named(pairs: Path) -> None:
    with pytest.raises(DataError, match="smaller than a crop of 96"):
        batches(pairs, crop=96)[0]


def test_a_pair_of_two_sizes_is_refused(pairs: Path, tmp_path: Path) -> None:
    from train.batches import read_pair

    pair = read_manifest(pairs)[0]
    photo, cartoon = read_pair(pairs, pair)
    write_image(tmp_path / pair.photo, photo)
    write_image(tmp_path / pair.cartoon, cartoon[:, :-4])
    with pytest.raises(DataError, match="build the pairs again"):
        read_pair(tmp_path, pair)


def test_two_views_show_the_same_place_slightly_shifted(pairs: Path) -> None:
    from train.losses import VIEW_SHIFTS

    _, cartoons = batches(pairs, batch_size=8, views=True)[1]
    for number, (down, right) in enumerate(VIEW_SHIFTS):
        one, other = cartoons[number], cartoons[4 + number]
        assert np.array_equal(one[down:, right:], other[: 32 - down, : 32 - right])
        assert not np.array_equal(one, other)


def test_the_two_views_of_a_place_are_degraded_independently(pairs: Path) -> None:
    from train.losses import VIEW_SHIFTS, temporal_consistency_loss

    photos, cartoons = batches(pairs, batch_size=8, views=True, degraded_share=1.0)[0]
    (down, right), one, other = VIEW_SHIFTS[0], photos[0], photos[4]
    assert not np.allclose(one[down:, right:], other[: 32 - down, : 32 - right], atol=1 / 255)
    assert float(temporal_consistency_loss(cartoons)) == 0
    assert 0 < float(temporal_consistency_loss(photos)) < 0.1


def test_an_odd_batch_can_not_hold_two_views(pairs: Path) -> None:
    with pytest.raises(UsageError, match="a batch of 3 can't hold two views"):
        batches(pairs, batch_size=3, views=True)


@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
def test_the_stated_share_of_the_places_is_degraded_in_all_their_views(
    share: float, pairs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import train.batches

    monkeypatch.setattr(train.batches, "jitter_exposure", lambda photo, rng: photo)
    monkeypatch.setattr(train.batches, "degrade", lambda photo, rng: np.full_like(photo, 255))
    whole = batches(pairs, batch_size=16, steps=40, views=True, degraded_share=share)
    marked = np.concatenate([whole[number][0].min(axis=(1, 2, 3)) == 1 for number in range(40)])
    halves = marked.reshape(40, 2, 8)
    assert np.array_equal(halves[:, 0], halves[:, 1])
    assert abs(marked.mean() - share) < 0.1 * (share == 0.5) + 1e-9


def test_a_place_that_is_not_degraded_is_untouched(pairs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import train.batches

    touched = 0

    def count(photo: Uint8Array, rng: np.random.Generator) -> Uint8Array:
        nonlocal touched
        touched += 1
        return photo

    monkeypatch.setattr(train.batches, "jitter_exposure", count)
    monkeypatch.setattr(train.batches, "degrade", count)
    batches(pairs, degraded_share=0.0)[0]
    assert touched == 0


def test_a_training_takes_the_batches_of_an_epoch_in_their_order(
    pairs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from train.__main__ import main
    from train.batches import CropBatches

    def noted(dataset: CropBatches, index: int) -> Any:
        taken.append(index)
        return make(dataset, index)

    taken: list[int] = []
    make = CropBatches.__getitem__
    monkeypatch.setattr(CropBatches, "__getitem__", noted)
    options = ["--preset", "smoke", "--steps", "10", "--steps-per-epoch", "10", "--adversarial-weight", "0"]
    assert main(["--pairs", str(pairs), "--out", str(tmp_path / "run"), *options]) == 0
    # Keras looks at some batches before the epoch, and takes some of the next one.
    assert list(range(10)) in [taken[first : first + 10] for first in range(len(taken))]
