"""A finish as a folder: one JSON file with every knob and table, and a PNG file for each tile.

What is read back draws the same bytes, and so can a program in another language: the folder holds all that depends on
the size. The primitive's ``bind`` states what is done with it.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from celcam.arrays import Uint8Array
from celcam.errors import CelcamError, DataError
from celcam.finishes.finish import Prepared
from celcam.finishes.kinds import from_values, to_values
from celcam.finishes.primitive import Kit
from celcam.image_io import encode_image, read_bytes, write_whole
from celcam.media.photos import decode_image
from celcam.text_files import read_json

FILE_NAME = "finish.json"
FORMAT = 2
# The stages: on the network's picture, then on the enlarged one.
STAGES = ("small", "full")


def write_finish(folder: Path, small: Prepared, full: Prepared) -> Path:
    """Write both stages of a finish.

    Args:
        folder: new or empty; files of the same names are replaced.
        small: of `Finish.prepare_small`.
        full: of `Finish.prepare`.

    Returns:
        The JSON file.

    Raises:
        UnwritableError: the folder can't be written.
    """
    stages = {
        name: {
            "size": list(stage.size_wh),
            "steps": [_write_step(folder, f"{name}-{n}", step) for n, step in enumerate(stage.steps)],
        }
        for name, stage in zip(STAGES, (small, full), strict=True)
    }
    text = json.dumps({"format": FORMAT, "unit": "levels of 0..255", **stages}, indent=1)
    text = re.sub(r"\[[\s\d.,e+-]+\]", lambda numbers: " ".join(numbers[0].split()), text)  # a table, a line
    path = folder / FILE_NAME
    write_whole(path, (text + "\n").encode())
    return path


def read_finish(folder: Path) -> tuple[Prepared, Prepared]:
    """Both stages of a finish that `write_finish` wrote.

    Raises:
        MediaError: a file can't be read.
        DataError: the folder holds no such finish.
    """
    path = folder / FILE_NAME
    try:
        stored = read_json(path)
        if stored["format"] != FORMAT:
            raise DataError(f"{path}: format {stored['format']}; expected {FORMAT}; write the finish again")
        small, full = (
            Prepared(tuple(_read_step(folder, step) for step in stage["steps"]), tuple(stage["size"]))
            for stage in (stored[name] for name in STAGES)
        )
    except CelcamError:
        raise
    except (ValueError, KeyError, TypeError) as error:
        raise DataError(f"{path}: not a finish ({error!r}); write it again") from error
    return small, full


def _write_step(folder: Path, name: str, step: tuple[Any, Kit]) -> dict[str, Any]:
    primitive, kit = step
    tiles = {}
    for tile_name, tile in kit.tiles.items():
        file_name = f"{name}-{primitive.kind}-{tile_name.replace(' ', '-')}.png"
        write_whole(folder / file_name, _png(tile))
        tiles[tile_name] = {"file": file_name, "channels": 1 if tile.ndim == 2 else 3}
    return {
        **to_values(primitive),
        "tables": {table_name: table.tolist() for table_name, table in kit.tables.items()},
        "tiles": tiles,
        "numbers": kit.numbers,
    }


def _read_step(folder: Path, stored: dict[str, Any]) -> tuple[Any, Kit]:
    kit_names = ("tables", "tiles", "numbers")
    primitive = from_values({name: value for name, value in stored.items() if name not in kit_names})
    tiles = {}
    for name, tile in stored["tiles"].items():
        rgb_u8 = decode_image(read_bytes(folder / tile["file"]), folder / tile["file"])
        tiles[name] = rgb_u8 if tile["channels"] == 3 else np.ascontiguousarray(rgb_u8[..., 0])
    tables = {name: np.array(table, np.uint8) for name, table in stored["tables"].items()}
    return primitive, Kit(tables, tiles, stored["numbers"])


def _png(tile: Uint8Array) -> bytes:
    if tile.ndim == 3:
        return encode_image(tile, ".png")
    return cv2.imencode(".png", tile)[1].tobytes()
