"""Small whole files that the fuzzing damages; all are made here or belong to the project."""

from __future__ import annotations

import io
import json
import tarfile
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from celcam.arrays import Uint8Array
from celcam.model_card import card_path, find_model
from celcam.paths import ROOT

SIDE = 48
PHOTO_KINDS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("a.jpg", {}),
    ("b.jpg", {"progressive": True}),
    ("a.png", {}),
    ("a.webp", {}),
    ("a.bmp", {}),
    ("a.tif", {}),
    ("b.tif", {"compression": "tiff_lzw"}),
    ("a.avif", {}),
)
CLIP_KINDS = (("a.mp4", "libx264"), ("a.mkv", "libx264"), ("a.ts", "mpeg2video"), ("a.avi", "mpeg4"))
SETTINGS = """
source = "picamera:0"
to = ["web", "out/camera"]
style = "comic"
fps = 20
threads = 2
calm = true
split-minutes = 10.5
keep-days = 30
folder = "/srv/camera"
size = "320x240"
"""


def picture(side: int = SIDE) -> Uint8Array:
    """``(side, side, 3) uint8 RGB`` with areas and noise."""
    rows = np.linspace(0, 200, side)[:, np.newaxis, np.newaxis]
    return np.clip(rows + np.random.default_rng(1).normal(0, 20, (side, side, 3)), 0, 255).astype(np.uint8)


def photos() -> list[tuple[str, bytes]]:
    """Name and contents of a photo of each kind."""
    from PIL import Image

    found = []
    for name, options in PHOTO_KINDS:
        file = io.BytesIO()
        Image.init()
        kind = Image.EXTENSION[Path(name).suffix]
        Image.fromarray(picture()).save(file, kind, exif=Image.Exif(), **options)
        found.append((name, file.getvalue()))
    return found


def clips() -> list[tuple[str, bytes]]:
    """Name and contents of a clip of eight frames in each container."""
    import av

    found = []
    with tempfile.TemporaryDirectory() as folder:
        for name, codec in CLIP_KINDS:
            path = Path(folder) / name
            with av.open(str(path), "w") as container:
                stream = container.add_stream(codec, rate=25)
                stream.width = stream.height = SIDE
                stream.pix_fmt = "yuv420p"
                for number in range(8):
                    shifted = np.roll(picture(), 4 * number, axis=1)
                    container.mux(stream.encode(av.VideoFrame.from_ndarray(shifted, format="rgb24")))
                container.mux(stream.encode())
            found.append((name, path.read_bytes()))
    return found


def archives() -> list[tuple[str, bytes]]:
    """A zip and tars, with two photos and another file in each."""
    members = [("a.jpg", photos()[0][1]), ("notes.txt", b"text " * 200), ("in/b.png", photos()[2][1])]
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            archive.writestr(name, data)
    found = [("a.zip", file.getvalue())]
    for suffix, kind in (("tar", tarfile.GNU_FORMAT), ("tar", tarfile.PAX_FORMAT), ("gz", tarfile.GNU_FORMAT)):
        file = io.BytesIO()
        with tarfile.open(fileobj=file, mode="w:gz" if suffix == "gz" else "w", format=kind) as tar:
            for name, data in [*members, (f"{'long/' * 40}c.jpg", members[0][1])]:
                member = tarfile.TarInfo(name)
                member.size = len(data)
                tar.addfile(member, io.BytesIO(data))
        found.append((f"a.{'tar.gz' if suffix == 'gz' else 'tar'}", file.getvalue()))
    return found


def cards() -> list[tuple[str, bytes]]:
    """The card of the shipped model."""
    return [("comic.json", card_path(find_model("comic")).read_bytes())]


def models() -> list[tuple[str, bytes]]:
    """The shipped model."""
    return [("comic.tflite", find_model("comic").read_bytes())]


def settings() -> list[tuple[str, bytes]]:
    """A settings file."""
    return [("camera.toml", SETTINGS.encode())]


def looks() -> list[tuple[str, bytes]]:
    """A user's own look."""
    return [("own.toml", (ROOT / "examples" / "wet-ink.toml").read_bytes())]


def manifests() -> list[tuple[str, bytes]]:
    """Two pairs."""
    fields = {"digest": "ab", "style": "comic", "split": "train", "photo": "p/a.png", "cartoon": "c/a.png"}
    lines = [
        json.dumps(fields | {"source": source}, ensure_ascii=False) for source in ("a.jpg", "caf\u00e9 \u2028.jpg")
    ]
    return [("manifest.jsonl", "\n".join(lines).encode() + b"\n")]
