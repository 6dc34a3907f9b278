from __future__ import annotations

import io
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageEnhance

from celcam.arrays import FloatArray
from datasets.near_duplicates import (
    HASH_WORDS,
    MAX_COARSE_BITS,
    MAX_FINE_BITS,
    find_leaders,
    perceptual_hash,
    split_of,
    unpack_hash,
)


def smaller(picture: Image.Image) -> Image.Image:
    return picture.resize((picture.width // 2, picture.height // 2))


def recompressed(picture: Image.Image) -> Image.Image:
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=30)
    return Image.open(file)


def brighter(picture: Image.Image) -> Image.Image:
    return ImageEnhance.Brightness(picture).enhance(1.15)


def cut(picture: Image.Image) -> Image.Image:
    margin = picture.width // 100
    return picture.crop((margin, margin, picture.width - margin, picture.height - margin))


def grey(picture: Image.Image) -> Image.Image:
    return picture.convert("L")


def hashes_of(pictures: list[Image.Image]) -> FloatArray:
    return np.stack([unpack_hash(perceptual_hash(np.asarray(one.convert("RGB")))) for one in pictures])


def alone(count: int) -> FloatArray:
    return np.full(count, -1, np.int64)


@pytest.fixture
def pictures(samples: list[Path]) -> list[Image.Image]:
    return [Image.open(path).convert("RGB") for path in samples]


@pytest.mark.parametrize("change", [smaller, recompressed, brighter, cut, grey])
def test_a_modified_copy_is_grouped_with_its_photo(
    pictures: list[Image.Image], change: Callable[[Image.Image], Image.Image]
) -> None:
    leaders = find_leaders(hashes_of(pictures + [change(one) for one in pictures]), alone(2 * len(pictures)))
    assert (leaders[: len(pictures)] == np.arange(len(pictures))).all()
    assert (leaders[len(pictures) :] == np.arange(len(pictures))).mean() >= 0.85


def test_different_photos_are_not_grouped(pictures: list[Image.Image]) -> None:
    leaders = find_leaders(hashes_of(pictures), alone(len(pictures)))
    assert (leaders == np.arange(len(pictures))).all()


def test_frames_of_a_clip_are_one_group(pictures: list[Image.Image]) -> None:
    clips = np.array([-1, 0, 1, 0, -1, 1, 0], np.int64)
    assert find_leaders(hashes_of(pictures[:7]), clips).tolist() == [0, 1, 2, 1, 4, 2, 1]


def test_a_chain_of_near_duplicates_is_one_group() -> None:
    hashes = np.zeros((3, HASH_WORDS), np.uint64)
    hashes[:, 0] = [0, 0b1111, 0b11111111]
    assert find_leaders(hashes, alone(3)).tolist() == [0, 0, 0]


def test_buckets_find_the_same_groups_as_comparing_all_pairs() -> None:
    rng = np.random.default_rng(1)
    hashes = rng.integers(0, 2**64, (600, HASH_WORDS), dtype=np.uint64)
    for copy in range(300, 600):  # copies with some changed bits, some of them beyond the limits
        hashes[copy] = hashes[copy - 300]
        for word, most in ((0, 10), (1, 40)):
            for bit in rng.choice(64, rng.integers(most), replace=False):
                hashes[copy, word] ^= np.uint64(1) << np.uint64(bit)
    apart = np.bitwise_count(hashes[:, None] ^ hashes[None])
    close = (apart[..., 0] <= MAX_COARSE_BITS) & (apart[..., 1:].sum(-1) <= MAX_FINE_BITS)
    expected = [int(np.flatnonzero(row)[0]) for row in close]
    assert 100 < sum(leader != number for number, leader in enumerate(expected)) < 250
    assert find_leaders(hashes, alone(600)).tolist() == expected


def test_many_equal_photos_are_grouped_quickly() -> None:
    hashes = np.zeros((200_000, HASH_WORDS), np.uint64)
    assert not find_leaders(hashes, alone(len(hashes))).any()


def test_many_near_duplicates_need_little_memory() -> None:
    hashes = np.zeros((400, HASH_WORDS), np.uint64)
    hashes[:, 1] = np.random.default_rng(0).integers(0, 2**20, len(hashes))  # at most 20 bits differ; few are equal
    tracemalloc.start()
    assert not find_leaders(hashes, alone(len(hashes))).any()
    assert tracemalloc.get_traced_memory()[1] < 25e6
    tracemalloc.stop()


def test_an_empty_list_has_no_leaders() -> None:
    assert find_leaders(np.empty((0, HASH_WORDS), np.uint64), alone(0)).tolist() == []


def test_the_split_is_a_function_of_the_digest() -> None:
    digests = ["00000000", "cccccccb", "cccccccd", "e6666665", "e6666667", "ffffffff"]
    expected = ["train", "train", "validation", "validation", "test", "test"]
    assert [split_of(digest + "0" * 56) for digest in digests] == expected


@pytest.mark.slow
def test_a_million_photos_are_grouped_in_a_minute() -> None:
    rng = np.random.default_rng(0)
    hashes = rng.integers(0, 2**64, (1_000_000, HASH_WORDS), dtype=np.uint64)
    hashes[500_000:, :] = hashes[:500_000] ^ np.uint64(1)
    leaders = find_leaders(hashes, alone(len(hashes)))
    assert (leaders == np.tile(np.arange(500_000), 2)).all()
