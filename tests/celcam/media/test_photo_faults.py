"""Photos that are damaged or too large, and what they cost."""

from __future__ import annotations

import os
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from celcam.errors import BadPhotoError
from celcam.media.photos import read_image
from celcam.paths import ROOT
from tests.celcam.media.pictures import decode, fault_of, saved

CASES = Path(__file__).with_name("cases")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "BMP"])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.95])
def test_truncated_photos_are_detected(small_photo: Image.Image, kind: str, share: float) -> None:
    data = saved(small_photo, kind)
    assert fault_of(data[: int(len(data) * share)]).kind in ("truncated or damaged", "not an image")


def test_a_truncated_progressive_photo_is_detected(small_photo: Image.Image) -> None:
    data = saved(small_photo, "JPEG", progressive=True)
    assert fault_of(data[: len(data) * 3 // 4]).kind == "truncated or damaged"


def test_an_empty_file_is_rejected_as_empty() -> None:
    assert fault_of(b"").kind == "empty"


@pytest.mark.parametrize("data", [b"<html>404 Not Found</html>", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", bytes(5000)])
def test_files_that_are_not_images_are_rejected(data: bytes) -> None:
    assert fault_of(data).kind in ("not an image", "truncated or damaged")


def test_more_than_a_hundred_megapixels_are_rejected_before_decoding() -> None:
    data = saved(Image.new("1", (10_000, 10_100)), "PNG")
    fault = fault_of(data)
    assert fault.kind == "too large"
    assert "10000x10100" in str(fault)


def test_the_limit_of_megapixels_can_be_changed(small_photo: Image.Image) -> None:
    data = saved(small_photo, "PNG")  # 0.0384 megapixels
    assert decode(data, max_megapixels=0.0385).shape == (160, 240, 3)
    with pytest.raises(BadPhotoError, match="raise --max-megapixels"):
        decode(data, max_megapixels=0.038)


def test_a_header_that_claims_a_billion_pixels_allocates_no_memory(small_photo: Image.Image) -> None:
    data = bytearray(saved(small_photo, "BMP"))
    data[18:26] = (60_000).to_bytes(4, "little") * 2
    assert fault_of(bytes(data)).kind == "too large"


def test_a_jpeg_that_lacks_only_its_end_mark_is_read_with_a_notice() -> None:
    notices: list[str] = []
    path = CASES / "no_eoi.jpg"
    assert np.array_equal(read_image(path, notify=notices.append), read_image(CASES / "plain.jpg"))
    assert notices == [f"{path}: its end mark is missing; the picture is complete"]


@pytest.mark.parametrize("progressive", [False, True])
def test_a_jpeg_that_lacks_more_than_its_end_mark_is_rejected(small_photo: Image.Image, progressive: bool) -> None:
    data = saved(small_photo, "JPEG", progressive=progressive)
    assert np.array_equal(decode(data[:-2]), decode(data))
    for missing in (6, 10, 50):
        assert fault_of(data[:-missing]).kind == "truncated or damaged"


def test_a_file_with_too_many_bytes_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with (tmp_path / "huge.jpg").open("wb") as file:
        file.truncate(400_000_001)
    monkeypatch.setattr(Path, "read_bytes", lambda path: pytest.fail("read"))
    with pytest.raises(BadPhotoError, match=r"huge\.jpg: 400 MB; expected a photo of at most 400 MB"):
        read_image(tmp_path / "huge.jpg")


def test_a_pipe_is_no_photo(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.jpg")
    with pytest.raises(BadPhotoError, match="expected an image file"):
        read_image(tmp_path / "pipe.jpg")


def chunk(kind: bytes, data: bytes, length: int | None = None) -> bytes:
    """A chunk of a PNG; ``length`` is what it claims."""
    size = len(data) if length is None else length
    return struct.pack(">I", size) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(side: int, *chunks: bytes) -> bytes:
    """A grey PNG with other chunks before its black pixels."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0))
    pixels = zlib.compress(bytes((side + 1) * side))
    return b"\x89PNG\r\n\x1a\n" + b"".join([header, *chunks, chunk(b"IDAT", pixels), chunk(b"IEND", b"")])


def zeros() -> bytes:
    """64 MB, packed."""
    return zlib.compress(bytes(2**26), 1)


HOSTILE: dict[str, Callable[[], bytes]] = {
    "claims_4_gb.png": lambda: png(8, chunk(b"tEXt", b"a\0b", 0xFFFFFFF0)),
    "pixels_claim_4_gb.png": lambda: png(8)[:33] + struct.pack(">I", 0xFFFFFFF0) + b"IDAT" + bytes(99),
    "large_profile.png": lambda: png(8, chunk(b"iCCP", b"a\0\0" + zeros())),
    "large_text.png": lambda: png(8, chunk(b"zTXt", b"a\0\0" + zeros())),
    "1000_megapixels.png": lambda: png(8, chunk(b"IHDR", struct.pack(">IIBBBBB", 32_000, 32_000, 8, 6, 0, 0, 0))),
    "99_megapixels.png": lambda: saved(Image.new("RGBA", (9900, 10_000)), "PNG", compress_level=1),
}
PROBE = """
import pathlib, sys
from celcam.errors import MediaError
from celcam.media.photos import read_image
for name in sys.argv[1:]:
    try:
        print(name, read_image(pathlib.Path(name)).shape)
    except MediaError as error:
        print(error)
print(*[line for line in open("/proc/self/status") if line.startswith("VmHWM")])
"""


def test_no_photo_takes_more_than_700_mb(tmp_path: Path) -> None:
    for name, make in HOSTILE.items():
        (tmp_path / name).write_bytes(make())
    command = [sys.executable, "-c", PROBE, *(str(tmp_path / name) for name in HOSTILE)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    *results, peak = done.stdout.strip().splitlines()
    assert [name in result for name, result in zip(HOSTILE, results, strict=True)] == [True] * len(HOSTILE)
    assert "(5000, 4950, 3)" in results[-1]
    assert int(peak.split()[1]) < 700_000


@pytest.mark.parametrize("kind", ["WEBP", "TIFF", "JPEG"])
def test_a_photo_that_needs_much_memory_to_decode_is_rejected(kind: str) -> None:
    data = saved(Image.new("RGB", (1100, 1000)), kind, **({"progressive": True} if kind == "JPEG" else {}))
    assert decode(data, max_megapixels=4).shape == (1000, 1100, 3)
    with pytest.raises(BadPhotoError, match=r"1100x1000, a .*, needs .* MB to decode; expected at most 7"):
        decode(data, max_megapixels=1.2)
