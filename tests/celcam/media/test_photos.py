from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image, ImageCms

from celcam.media.photos import read_image
from celcam.paths import SAMPLES
from tests.celcam.media.pictures import decode, difference, encoded, fault_of, saved

CASES = Path(__file__).with_name("cases")

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


def test_ordinary_photos_decode_as_in_opencv() -> None:
    for path in sorted(SAMPLES.glob("*.jpg"))[:6]:
        by_opencv = cv2.imread(str(path))
        assert by_opencv is not None
        assert np.array_equal(read_image(path), by_opencv[..., ::-1])


@pytest.mark.parametrize("name", ["adobe_rgb.jpg", "display_p3.jpg", "linear.jpg"])
def test_profiles_are_converted_to_srgb(name: str) -> None:
    plain, converted = read_image(CASES / "plain.jpg").astype(int), read_image(CASES / name).astype(int)
    difference = np.abs(plain - converted).max(axis=2)
    within = 7 if name == "linear.jpg" else 4  # 8 linear bits leave few levels of dark colours
    assert np.percentile(difference, 90) <= within  # the rest are edges, which JPEG blurs
    assert np.median(difference) <= 2


def test_a_profile_that_does_not_fit_the_picture_is_ignored(small_photo: Image.Image) -> None:
    rgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    assert difference(decode(saved(small_photo.convert("CMYK"), "TIFF", icc_profile=rgb)), small_photo) < 6
    assert difference(decode(saved(small_photo, "PNG", icc_profile=b"no profile" * 20)), small_photo) == 0
    grey = small_photo.convert("L")
    assert difference(decode(saved(grey, "PNG", icc_profile=rgb)), grey) <= 1


def test_lab_photos_become_srgb(small_photo: Image.Image) -> None:
    to_lab = ImageCms.buildTransform(ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), "RGB", "LAB")
    lab = ImageCms.applyTransform(small_photo, to_lab)
    assert lab is not None
    assert difference(decode(saved(lab, "TIFF")), small_photo) < 3


@pytest.mark.parametrize("name", ["alpha.png", "palette_alpha.png"])
def test_transparent_magenta_is_white(name: str) -> None:
    plain, clear = read_image(CASES / "plain.jpg").astype(int), read_image(CASES / name).astype(int)
    assert np.percentile(np.abs(plain - clear), 90) <= 2
    assert clear[:20, :20].min() == 255


def test_every_photo_of_a_phone_is_read() -> None:
    pytest.importorskip("pi_heif")
    photos = sorted((CASES / "phone").iterdir())
    assert len(photos) == 10
    assert {read_image(path).shape for path in photos} == {(160, 320, 3)}


def test_large_photos_are_halved(small_photo: Image.Image, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("celcam.media.photos.HALVED_MEGAPIXELS", 0.03)
    for kind in ("JPEG", "PNG", "WEBP"):
        assert difference(decode(saved(small_photo, kind, quality=95)), small_photo.reduce(2)) < 4
    odd = small_photo.crop((0, 0, 239, 159))
    assert decode(saved(odd, "PNG")).shape == decode(saved(odd, "JPEG")).shape == (80, 120, 3)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
@pytest.mark.parametrize("orientation", sorted(STORED_AS))
def test_photos_are_turned_upright_by_their_exif_tag(small_photo: Image.Image, kind: str, orientation: int) -> None:
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    options = {} if kind in ("PNG", "TIFF") else {"quality": 95}
    data = saved(small_photo.transpose(STORED_AS[orientation]), kind, exif=exif, **options)
    assert difference(decode(data), small_photo) < 6


def test_transparent_photos_are_turned_upright_too(small_photo: Image.Image) -> None:
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    data = saved(small_photo.convert("RGBA").transpose(STORED_AS[6]), "PNG", exif=exif)
    assert difference(decode(data), small_photo) == 0


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF", "WEBP"])
def test_grey_photos_have_three_equal_channels(small_photo: Image.Image, kind: str) -> None:
    pixels = decode(saved(small_photo.convert("L"), kind))
    assert difference(pixels, small_photo.convert("L")) < 4
    assert np.ptp(pixels, axis=2).max() <= 2  # WebP has no greyscale mode


@pytest.mark.parametrize("kind", ["JPEG", "TIFF"])
def test_cmyk_photos_keep_their_colours(small_photo: Image.Image, kind: str) -> None:
    assert difference(decode(saved(small_photo.convert("CMYK"), kind)), small_photo) < 6


@pytest.mark.parametrize("mode", ["P", "1"])
def test_palette_and_black_and_white_photos_become_rgb(small_photo: Image.Image, mode: str) -> None:
    assert difference(decode(saved(small_photo.convert(mode), "PNG")), small_photo.convert(mode)) == 0


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "TIFF"])
@pytest.mark.parametrize("mode", ["RGBA", "LA"])
def test_transparent_pixels_are_blended_with_white(small_photo: Image.Image, kind: str, mode: str) -> None:
    clear = small_photo.convert(mode)
    clear.putalpha(Image.linear_gradient("L").resize(small_photo.size))
    data = saved(clear, kind, **({"lossless": True} if kind == "WEBP" else {}))
    opaque = Image.alpha_composite(Image.new("RGBA", small_photo.size, "white"), clear.convert("RGBA"))
    assert difference(decode(data), opaque) < 0.5
    assert decode(data)[0].min() == 255  # the transparent end of the gradient


def test_a_transparent_palette_colour_becomes_white(small_photo: Image.Image) -> None:
    palette = small_photo.quantize(8)
    hidden = np.asarray(palette) == 3
    pixels = decode(saved(palette, "PNG", transparency=3))
    assert hidden.any()
    assert (pixels[hidden] == 255).all()


@pytest.mark.parametrize("suffix", [".png", ".tiff"])
@pytest.mark.parametrize("channels", [1, 3])
def test_sixteen_bit_photos_keep_the_upper_eight_bits(small_photo: Image.Image, suffix: str, channels: int) -> None:
    rgb = np.asarray(small_photo if channels == 3 else small_photo.convert("L"))
    bgr = rgb[..., ::-1] if channels == 3 else rgb
    pixels = decode(encoded(bgr.astype(np.uint16) * 256 + 7, suffix))
    assert difference(pixels, Image.fromarray(rgb)) <= 1


def test_transparent_sixteen_bit_photos_are_blended_with_white(small_photo: Image.Image) -> None:
    bgra = (
        np.dstack([np.asarray(small_photo)[..., ::-1], np.zeros(small_photo.size[::-1], np.uint8)]).astype(np.uint16)
        * 257
    )
    assert decode(encoded(bgra, ".png")).min() == 255


def test_thirty_two_bit_photos_are_rejected_because_white_is_undefined(small_photo: Image.Image) -> None:
    for mode in ("I", "F"):
        assert fault_of(saved(small_photo.convert("L").convert(mode), "TIFF")).kind == "32 bits"


def test_the_format_is_detected_from_the_contents_not_the_suffix(small_photo: Image.Image) -> None:
    assert difference(decode(saved(small_photo, "PNG")), small_photo) == 0
