"""Write what Python draws, for the phone's tests: ``python tests/phone/golden.py OUT``.

OUT receives ``golden.json`` and raw files of bytes, ``(H, W, 3)``: photos, what each network draws, and finished looks.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import cv2
import numpy as np

from celcam.arrays import Uint8Array
from celcam.finishes.files import write_finish
from celcam.looks import LOOKS
from celcam.media.photos import read_image
from celcam.paths import MODELS, SAMPLES
from celcam.pixels import resize
from celcam.tflite_model import TFLiteModel

# Small, because the tests draw with a software adapter.
NETWORK_SIZES = ((96, 64), (160, 120))
CPU_SIZES = ((96, 64), (160, 120), (256, 192))
SMALL_WH, FULL_WH = (160, 120), (320, 240)
PHOTOS = 5
CAMERA_WH, CAMERA_FRAMES = (640, 480), 45


def main(argv: list[str]) -> int:
    """Write the files; the networks are those in ``models/``."""
    out = Path(argv[0])
    out.mkdir(parents=True, exist_ok=True)
    photos = sorted(SAMPLES.glob("*.jpg"))[:: max(1, len(sorted(SAMPLES.glob("*.jpg"))) // PHOTOS)][:PHOTOS]
    sizes = sorted({*NETWORK_SIZES, *CPU_SIZES, FULL_WH})
    for number, path in enumerate(photos):
        photo = read_image(path)
        for size in sizes:
            _write(out, f"photo-{number}-{size[0]}x{size[1]}", resize(photo, size))
    index = {
        "photos": len(photos),
        "network_sizes": NETWORK_SIZES,
        "cpu_sizes": CPU_SIZES,
        "small": SMALL_WH,
        "full": FULL_WH,
        "networks": _draw_networks(out, len(photos)),
        "looks": _draw_looks(out, len(photos)),
    }
    _write_camera(out / "camera.y4m", read_image(SAMPLES / "people_scikit_image_astronaut.jpg"))
    (out / "golden.json").write_text(json.dumps(index, indent=1) + "\n", encoding="utf-8")
    return 0


def _draw_networks(out: Path, photos: int) -> list[dict[str, object]]:
    """Every file in ``models/`` that the page can draw."""
    networks: list[dict[str, object]] = []
    for path in sorted(MODELS.glob("*.tflite")):
        if path.stem.endswith("-float32") or "npu" in path.stem:
            continue
        model = TFLiteModel(path, threads=1)
        sizes = CPU_SIZES if model.takes_bytes else NETWORK_SIZES
        for number in range(photos):
            for size in sizes:
                _write(out, f"{path.stem}-{number}-{size[0]}x{size[1]}", model(_read(out, number, size)))
        networks.append({"name": path.stem, "bytes": model.takes_bytes, "sizes": sizes})
    return networks


def _draw_looks(out: Path, photos: int) -> list[dict[str, str]]:
    """Every look, from the float16 network and from its finish alone."""
    looks = []
    for look in LOOKS.values():
        folder = out / f"finish-{look.name}"
        folder.mkdir(exist_ok=True)
        small, full = look.finish.prepare_small(SMALL_WH), look.finish.prepare(FULL_WH)
        write_finish(folder, small, full)
        for number in range(photos):
            drawn = np.fromfile(out / _name(f"{look.style}-float16-{number}", SMALL_WH), np.uint8)
            drawn = drawn.reshape(SMALL_WH[1], SMALL_WH[0], 3)
            _write(out, f"look-{look.name}-{number}", look.finish.draw(drawn, FULL_WH))
        looks.append({"name": look.name, "style": look.style})
    return looks


def _write_camera(path: Path, photo: Uint8Array) -> None:
    """A clip for Chromium's fake camera: the photo, swaying."""
    width, height = CAMERA_WH
    large = resize(photo, (width + 64, width + 64))
    with path.open("wb") as file:
        file.write(f"YUV4MPEG2 W{width} H{height} F30:1 Ip A1:1 C420jpeg\n".encode())
        for number in range(CAMERA_FRAMES):
            left = round(32 + 31 * np.sin(2 * np.pi * number / CAMERA_FRAMES))
            frame = np.ascontiguousarray(large[16 : 16 + height, left : left + width])
            file.write(b"FRAME\n" + cv2.cvtColor(frame, cv2.COLOR_RGB2YUV_I420).tobytes())


def _name(stem: str, size_wh: tuple[int, int]) -> str:
    return f"{stem}-{size_wh[0]}x{size_wh[1]}.rgb"


def _read(out: Path, number: int, size_wh: tuple[int, int]) -> Uint8Array:
    return np.fromfile(out / _name(f"photo-{number}", size_wh), np.uint8).reshape(size_wh[1], size_wh[0], 3)


def _write(out: Path, stem: str, rgb_u8: Uint8Array) -> None:
    np.ascontiguousarray(rgb_u8).tofile(out / f"{stem}.rgb")


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
