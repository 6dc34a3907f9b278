"""The golden set: digests of what each shipped int8 file and each look draws on pictures that are fixed.

An int8 file and a finish draw the same bytes on every processor, so a digest that differs is a change: of a network, a
finish, the runtime or OpenCV.
``python -m tests.golden.looks`` writes the digests again, after a change on purpose.
``python -m tests.golden.looks --check`` compares them and exits with 1 if one differs.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from celcam.arrays import Uint8Array
from celcam.image_io import write_whole
from celcam.media.photos import read_image
from celcam.paths import MODELS
from celcam.pixels import resize
from celcam.tflite_model import TFLiteModel

FOLDER = Path(__file__).parent
FILE = FOLDER / "looks.json"
# Two bundled photos made small, and random bytes. They are PNG files, because JPEG decoders differ by a level.
PICTURES = ("portrait", "street", "noise")
SCALE = 2  # of the finished picture to the network's
Digests = dict[str, dict[str, str]]  # by file or look, then by picture


def pictures() -> dict[str, Uint8Array]:
    """The fixed pictures by name, ``(H, W, 3) uint8 RGB``."""
    return {name: read_image(FOLDER / f"{name}.png") for name in PICTURES}


def digest(picture_u8: Uint8Array) -> str:
    """SHA-256 of all bytes."""
    return hashlib.sha256(picture_u8.tobytes()).hexdigest()


def draw_digests(folder: Path = MODELS) -> dict[str, Digests]:
    """Digests of the pictures, of what each int8 file of ``folder`` draws, and of each look with its finish."""
    fixed = pictures()
    return {
        "pictures": {name: {name: digest(picture)} for name, picture in fixed.items()},
        "files": file_digests(folder),
        "looks": look_digests(folder),
    }


def file_digests(folder: Path = MODELS, threads: int = 1) -> Digests:
    """Digests of what each int8 file of ``folder`` draws."""
    models = (TFLiteModel(path, threads=threads) for path in sorted(folder.glob("*.tflite")))
    fixed = pictures()
    return {
        model.path.name: {name: digest(model(picture)) for name, picture in fixed.items()}
        for model in models
        if model.takes_bytes
    }


def look_digests(folder: Path = MODELS) -> Digests:
    """Digests of what each look of ``folder`` draws, with its finish."""
    from edge_app.drawing.catalogue import Networks, shipped_choices

    fixed = pictures()
    digests: Digests = {}
    for look, choice in shipped_choices(Networks(folder)).items():
        draw, digests[look] = choice.load(), {}
        for name, picture in fixed.items():
            small_wh = (picture.shape[1], picture.shape[0])
            full_wh = (SCALE * small_wh[0], SCALE * small_wh[1])
            drawn = choice.finish.prepare_small(small_wh)(draw(picture, small_wh))
            # Bilinear: bicubic enlarging, as the app does it, differs by a level from processor to processor.
            digests[look][name] = digest(choice.finish.prepare(full_wh)(resize(drawn, full_wh)))
    return digests


def golden() -> dict[str, Digests]:
    """The digests in the repository."""
    digests: dict[str, Digests] = json.loads(FILE.read_text(encoding="utf-8"))
    return digests


def differences(drawn: dict[str, Digests], expected: dict[str, Digests]) -> list[str]:
    """What differs: a line for each picture of a file or look."""
    found = []
    for kind in sorted({*drawn, *expected}):
        ours, theirs = drawn.get(kind, {}), expected.get(kind, {})
        for name in sorted({*ours, *theirs}):
            for picture in PICTURES:
                before, now = theirs.get(name, {}).get(picture), ours.get(name, {}).get(picture)
                if before != now:
                    found.append(f"{kind}, {name}, {picture}: expected {before}, drawn {now}")
    return found


def main(argv: Sequence[str] | None = None) -> int:
    """Write the digests, or compare them with ``--check``; returns the exit status."""
    drawn = draw_digests()
    count = sum(map(len, drawn["files"].values())) + sum(map(len, drawn["looks"].values()))
    if list(sys.argv[1:] if argv is None else argv) == ["--check"]:
        found = differences(drawn, golden())
        print("\n".join([*found, f"{count} pictures, {len(found)} differ"]))
        return int(bool(found))
    write_whole(FILE, (json.dumps(drawn, indent=1) + "\n").encode())
    print(f"{FILE}: {count} pictures")
    return 0


if __name__ == "__main__":
    sys.exit(main())
