from __future__ import annotations

import io
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image

from celcam.arrays import Uint8Array
from celcam.errors import BadPhotoError
from celcam.image_io import decode_image
from datasets.decoding import decode_photo

ORIENTATION = 0x112
# How a camera in each orientation stores the picture, as Pillow's names of the transformation.
STORED_AS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


def decode(data: bytes, max_megapixels: float = 100.0) -> Uint8Array:
    return decode_photo(data, "holiday.jpg", max_megapixels=max_megapixels)


def saved(picture: Image.Image, kind: str, **options: Any) -> bytes:
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def encoded(pixels: Any, suffix: str) -> bytes:
    return cv2.imencode(suffix, pixels)[1].tobytes()


def difference(left: Uint8Array, right: Image.Image) -> float:
    expected = np.asarray(right.convert("RGB"), np.int16)
    assert left.shape == expected.shape
    assert left.dtype == np.uint8
    return float(np.abs(left - expected).mean())


def fault_of(data: bytes) -> BadPhotoError:
    with pytest.raises(BadPhotoError) as caught:
        decode(data)
    assert "holiday.jpg" in str(caught.value)
    return caught.value


def test_ordinary_photos_decode_like_in_image_io(samples: list[Any]) -> None:
    for path in samples[:6]:
        data = path.read_bytes()
        assert np.array_equal(decode(data), decode_image(data, path))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
@pytest.mark.parametrize("orientation", sorted(STORED_AS))
def test_photos_are_turned_upright_by_their_exif_tag(photo: Image.Image, kind: str, orientation: int) -> None:
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    options = {} if kind in ("PNG", "TIFF") else {"quality": 95}
    data = saved(photo.transpose(STORED_AS[orientation]), kind, exif=exif, **options)
    assert difference(decode(data), photo) < 6


def test_transparent_photos_are_turned_upright_too(photo: Image.Image) -> None:
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    data = saved(photo.convert("RGBA").transpose(STORED_AS[6]), "PNG", exif=exif)
    assert difference(decode(data), photo) == 0


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF", "WEBP"])
def test_grey_photos_have_three_equal_channels(photo: Image.Image, kind: str) -> None:
    pixels = decode(saved(photo.convert("L"), kind))
    assert difference(pixels, photo.convert("L")) < 4
    assert np.ptp(pixels, axis=2).max() <= 2  # WebP has no greyscale mode


@pytest.mark.parametrize("kind", ["JPEG", "TIFF"])
def test_cmyk_photos_keep_their_colours(photo: Image.Image, kind: str) -> None:
    assert difference(decode(saved(photo.convert("CMYK"), kind)), photo) < 6


@pytest.mark.parametrize("mode", ["P", "1"])
def test_palette_and_black_and_white_photos_become_rgb(photo: Image.Image, mode: str) -> None:
    assert difference(decode(saved(photo.convert(mode), "PNG")), photo.convert(mode)) == 0


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "TIFF"])
@pytest.mark.parametrize("mode", ["RGBA", "LA"])
def test_transparent_pixels_are_blended_with_white(photo: Image.Image, kind: str, mode: str) -> None:
    clear = photo.convert(mode)
    clear.putalpha(Image.linear_gradient("L").resize(photo.size))
    data = saved(clear, kind, **({"lossless": True} if kind == "WEBP" else {}))
    opaque = Image.alpha_composite(Image.new("RGBA", photo.size, "white"), clear.convert("RGBA"))
    assert difference(decode(data), opaque) < 0.5
    assert decode(data)[0].min() == 255  # the transparent end of the gradient


def test_a_transparent_palette_colour_becomes_white(photo: Image.Image) -> None:
    palette = photo.quantize(8)
    hidden = np.asarray(palette) == 3
    pixels = decode(saved(palette, "PNG", transparency=3))
    assert hidden.any()
    assert (pixels[hidden] == 255).all()


@pytest.mark.parametrize("suffix", [".png", ".tiff"])
@pytest.mark.parametrize("channels", [1, 3])
def test_sixteen_bit_photos_keep_the_upper_eight_bits(photo: Image.Image, suffix: str, channels: int) -> None:
    rgb = np.asarray(photo if channels == 3 else photo.convert("L"))
    bgr = rgb[..., ::-1] if channels == 3 else rgb
    pixels = decode(encoded(bgr.astype(np.uint16) * 256 + 7, suffix))
    assert difference(pixels, Image.fromarray(rgb)) <= 1


def test_transparent_sixteen_bit_photos_are_blended_with_white(photo: Image.Image) -> None:
    bgra = np.dstack([np.asarray(photo)[..., ::-1], np.zeros(photo.size[::-1], np.uint8)]).astype(np.uint16) * 257
    assert decode(encoded(bgra, ".png")).min() == 255


def test_thirty_two_bit_photos_are_rejected_because_white_is_undefined(photo: Image.Image) -> None:
    for mode in ("I", "F"):
        assert fault_of(saved(photo.convert("L").convert(mode), "TIFF")).kind == "32 bits"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "BMP"])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.95])
def test_truncated_photos_are_detected(photo: Image.Image, kind: str, share: float) -> None:
    data = saved(photo, kind)
    assert fault_of(data[: int(len(data) * share)]).kind in ("truncated or damaged", "not an image")


def test_a_truncated_progressive_photo_is_detected(photo: Image.Image) -> None:
    data = saved(photo, "JPEG", progressive=True)
    assert fault_of(data[: len(data) * 3 // 4]).kind == "truncated or damaged"


def test_an_empty_file_is_rejected_as_empty() -> None:
    assert fault_of(b"").kind == "empty"


@pytest.mark.parametrize("data", [b"<html>404 Not Found</html>", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", bytes(5000)])
def test_files_that_are_not_images_are_rejected(data: bytes) -> None:
    assert fault_of(data).kind in ("not an image", "truncated or damaged")


def test_more_than_a_hundred_megapixels_are_rejected_before_decoding() -> None:
    data = encoded(np.zeros((10_100, 10_000), np.uint8), ".png")
    fault = fault_of(data)
    assert fault.kind == "too large"
    assert "10000x10100" in str(fault)


def test_the_limit_of_megapixels_can_be_changed(photo: Image.Image) -> None:
    data = saved(photo, "PNG")  # 0.0384 megapixels
    assert decode(data, max_megapixels=0.0385).shape == (160, 240, 3)
    with pytest.raises(BadPhotoError, match="raise --max-megapixels"):
        decode(data, max_megapixels=0.038)


def test_a_header_that_claims_a_billion_pixels_allocates_no_memory(photo: Image.Image) -> None:
    data = bytearray(saved(photo, "BMP"))
    data[18:26] = (60_000).to_bytes(4, "little") * 2
    assert fault_of(bytes(data)).kind == "too large"


def test_the_format_is_detected_from_the_contents_not_the_suffix(photo: Image.Image) -> None:
    assert difference(decode(saved(photo, "PNG")), photo) == 0
