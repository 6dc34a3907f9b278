"""Write what the phone's page draws with: networks, finishes, thumbnails, and one JSON file for each look.

``OUT/looks/NAME.json`` names the files of a look. File names hold a digest of the contents, so browsers can keep them.
`phone/build.mjs` makes the page from OUT. Only the export of a run needs TensorFlow.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2

from celcam.arrays import Uint8Array
from celcam.errors import MediaError
from celcam.finishes.files import FILE_NAME, write_finish
from celcam.finishes.finish import Finish
from celcam.image_io import write_whole
from celcam.looks import DEFAULT_LOOK, LOOKS, Look
from celcam.media.photos import read_image
from celcam.paths import MODELS, SAMPLES
from celcam.pixels import resize
from celcam.tflite_model import TFLiteModel

# A finish is written for a display of each of these short sides, if its files stay below the limit. Larger and smaller
# pictures stretch the tiles.
SHORT_SIDES = (480, 720)
MOST_TILE_BYTES = 250_000
SMALL_WH = (320, 240)
ASPECT = 4 / 3
# The photo of the first screen and of the thumbnails, and the part of it that is shown.
PHOTO = "people_scikit_image_astronaut.jpg"
PHOTO_CROP = (48, 0, 432, 512)  # left, top, right, bottom
PHOTO_WH = (384, 512)
THUMBNAIL_SIDE = 128


# Makes a file from a run's folder, by a recipe, in a folder, and returns its path.
Export = Callable[[Path, str, Path], Path]


@dataclass(frozen=True)
class Networks:
    """The files that draw one style; `quality_*` are None if the style has none."""

    float16: Path
    int8: Path
    quality_float16: Path | None = None
    quality_int8: Path | None = None


def networks_of(style: str, models: Path, export: Export, exported: Path) -> Networks:
    """The files of a style. A float16 file that is missing is made from the Keras weights.

    Args:
        style: as model cards name it.
        models: folder of the networks.
        export: makes a file.
        exported: folder for files that are made.

    Raises:
        MediaError: the int8 file is missing, or the weights are.
    """
    if not (models / f"{style}.tflite").is_file():
        raise MediaError(
            f"{models / style}.tflite: no such file; make it with 'python -m convert export {models / style}-keras'"
        )

    def float16_of(name: str) -> Path:
        path = models / f"{name}-float16.tflite"
        return path if path.is_file() else export(models / f"{name}-keras", "float16", exported)

    quality = models / f"{style}-quality.tflite"
    if not quality.is_file():
        return Networks(float16_of(style), models / f"{style}.tflite")
    return Networks(float16_of(style), models / f"{style}.tflite", float16_of(f"{style}-quality"), quality)


def write_shipped(out: Path, export: Export, models: Path = MODELS) -> list[Path]:
    """Write every shipped look, and the photo of the first screen.

    Args:
        out: folder; files of before that no look names are deleted.
        export: makes a float16 file that is missing.
        models: folder of the networks.

    Returns:
        The JSON files of the looks.
    """
    photo = first_photo()
    write_whole(out / "photo.webp", _webp(photo, quality=60))
    with tempfile.TemporaryDirectory() as exported:
        styles = {look.style for look in LOOKS.values()}
        networks = {style: networks_of(style, models, export, Path(exported)) for style in styles}
        written = [
            write_look(out, look, networks[look.style], order=order, photo=photo)
            for order, look in enumerate(LOOKS.values())
        ]
    for path in (out / "looks").glob("*.json"):
        if path not in written and not json.loads(path.read_text(encoding="utf-8"))["own"]:
            path.unlink()
    _delete_unnamed(out)
    return written


def write_look(
    out: Path, look: Look, networks: Networks, *, order: int, own: bool = False, photo: Uint8Array | None = None
) -> Path:
    """Write one look: its networks, its finish and its thumbnail.

    Args:
        out: folder of the page's data.
        look: name, style and finish.
        networks: files that draw it.
        order: place among the looks on the page.
        own: whether a user made it; `write_shipped` keeps such looks.
        photo: of the thumbnail, ``(H, W, 3) uint8 RGB``; None is the bundled one.

    Returns:
        The look's JSON file.
    """
    thumbnail = _thumbnail(look.finish, networks, first_photo() if photo is None else photo)
    text: dict[str, Any] = {
        "name": look.name,
        "about": look.about,
        "order": order,
        "own": own,
        "default": look.name == DEFAULT_LOOK,
        "thumbnail": _copy(out / "thumbnails", f"{look.name}.webp", _webp(thumbnail, quality=70)),
        "live": {"float16": _copy_file(out, networks.float16), "int8": _copy_file(out, networks.int8)},
        "finish": _write_finishes(out / "finishes", look),
    }
    if networks.quality_float16 and networks.quality_int8:
        text["quality"] = {
            "float16": _copy_file(out, networks.quality_float16),
            "int8": _copy_file(out, networks.quality_int8),
        }
    path = out / "looks" / f"{look.name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, (json.dumps(text, indent=1, ensure_ascii=False) + "\n").encode())
    return path


def write_run(run: Path, out: Path, look: Look | None, export: Export) -> Path:
    """Write a user's own look, drawn by the network of a run.

    Args:
        run: folder of a run of ``python -m train``.
        out: folder of the page's data.
        look: its name and finish; None: the run's name, without a finish.
        export: makes the files.

    Returns:
        The look's JSON file.
    """
    with tempfile.TemporaryDirectory() as folder:
        networks = Networks(export(run, "float16", Path(folder)), export(run, "int8", Path(folder)))
        look = look or Look(run.name, run.name, Finish(), "your own network")
        return write_look(out, look, networks, order=len(LOOKS), own=True)


def first_photo() -> Uint8Array:
    """The photo of the first screen, ``(512, 384, 3) uint8 RGB``."""
    left, top, right, bottom = PHOTO_CROP
    return resize(read_image(SAMPLES / PHOTO)[top:bottom, left:right], PHOTO_WH)


def _thumbnail(finish: Finish, networks: Networks, photo: Uint8Array) -> Uint8Array:
    """A look's face, square: finished at twice the size, so that screens and strokes show."""
    drawn = TFLiteModel(networks.int8, threads=1)(photo, (PHOTO_WH[0] // 4 * 2, PHOTO_WH[1] // 4 * 2))
    shown = finish.draw(drawn, (PHOTO_WH[0] * 5 // 8, PHOTO_WH[1] * 5 // 8))
    side = shown.shape[1] * 3 // 4
    left, top = (shown.shape[1] - side) // 2, shown.shape[0] // 20
    return resize(shown[top : top + side, left : left + side], (THUMBNAIL_SIDE, THUMBNAIL_SIDE))


def _write_finishes(folder: Path, look: Look) -> dict[str, dict[str, Any]]:
    """The finish at each size, by the short side: its JSON file and its tiles' files by their plain names."""
    written = {}
    for short_side in SHORT_SIDES:
        with tempfile.TemporaryDirectory() as work:
            full = look.finish.prepare((round(short_side * ASPECT), short_side))
            write_finish(Path(work), look.finish.prepare_small(SMALL_WH), full)
            names = sorted(path.name for path in Path(work).iterdir())
            total = sum((Path(work) / name).stat().st_size for name in names)
            if short_side > SHORT_SIDES[0] and total > MOST_TILE_BYTES:
                continue
            copied = {name: _copy(folder, name, (Path(work) / name).read_bytes()) for name in names}
        written[str(short_side)] = {"file": copied.pop(FILE_NAME), "tiles": copied}
    return written


def _webp(rgb_u8: Uint8Array, *, quality: int) -> bytes:
    bgr = cv2.cvtColor(rgb_u8, cv2.COLOR_RGB2BGR)
    return bytes(cv2.imencode(".webp", bgr, [cv2.IMWRITE_WEBP_QUALITY, quality])[1])


def _copy_file(out: Path, path: Path) -> str:
    return _copy(out / "networks", path.name, path.read_bytes())


def _copy(folder: Path, name: str, data: bytes) -> str:
    """Write ``data`` under a name with its digest; returns the path from the folder above."""
    stem, dot, suffix = name.rpartition(".")
    hashed = f"{stem}-{hashlib.sha256(data).hexdigest()[:10]}{dot}{suffix}"
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / hashed).is_file():
        write_whole(folder / hashed, data)
    return f"{folder.name}/{hashed}"


def _delete_unnamed(out: Path) -> None:
    """Delete the files that no look names: those of older networks and finishes."""
    texts = [path.read_text(encoding="utf-8") for path in (out / "looks").glob("*.json")]
    for folder in ("networks", "finishes", "thumbnails"):
        for path in (out / folder).glob("*"):
            if not any(path.name in text for text in texts):
                path.unlink()
