"""What the fuzzing attacks: each target reads bytes from outside. A `CelcamError` is the right answer to bad input."""

from __future__ import annotations

import dataclasses
import itertools
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.fuzz import seeds

# So many frames of a clip are read.
MOST_FRAMES = 30

# Takes a file, or bytes of a request.
Check = Callable[[Path], None]


@dataclass(frozen=True)
class Target:
    """One reader of input from outside.

    Attributes:
        seeds: makes whole files, as pairs of name and contents.
        open: a context with the function that reads a damaged file; it raises CelcamError for bad input.
        fields: names of fields, for targets that read JSON or TOML; the fuzzing then makes such texts too.
        suffix: of such a text.
    """

    seeds: Callable[[], list[tuple[str, bytes]]]
    open: Callable[[], Any]
    fields: Callable[[], list[str]] = list
    suffix: str = ""


@contextmanager
def _photos() -> Iterator[Check]:
    from celcam.media.photos import read_image

    def check(path: Path) -> None:
        read_image(path)

    yield check


@contextmanager
def _clips() -> Iterator[Check]:
    from edge_app.flow.notices import Notices
    from edge_app.sources import open_source

    def check(path: Path) -> None:
        with open_source(str(path), notices=Notices(write=lambda text: None)) as source:
            for _ in itertools.islice(source.frames(), MOST_FRAMES):
                pass

    yield check


@contextmanager
def _archives() -> Iterator[Check]:
    from datasets.archives import photos_in_archive

    def check(path: Path) -> None:
        for _ in photos_in_archive(path, "archive"):
            pass

    yield check


@contextmanager
def _models() -> Iterator[Check]:
    from celcam.tflite_model import TFLiteModel

    def check(path: Path) -> None:
        TFLiteModel(path, threads=1)

    yield check


@contextmanager
def _cards() -> Iterator[Check]:
    from celcam.model_card import read_card
    from edge_app.drawing.catalogue import Networks, list_looks, shipped_choices

    def check(path: Path) -> None:
        model = path.with_suffix(".tflite")
        model.write_bytes(b"none")
        list_looks(shipped_choices(Networks(path.parent)))  # a bad card costs its own look alone
        read_card(model)

    yield check


@contextmanager
def _settings() -> Iterator[Check]:
    from edge_app.options import AppConfig
    from edge_app.settings import read_settings

    def check(path: Path) -> None:
        AppConfig(**read_settings(path, AppConfig))

    yield check


def _option_names() -> list[str]:
    from edge_app.options import AppConfig

    return [field.name for field in dataclasses.fields(AppConfig)]


def _card_fields() -> list[str]:
    from celcam.model_card import ModelCard

    return [field.name for field in dataclasses.fields(ModelCard)]


@contextmanager
def _looks() -> Iterator[Check]:
    import numpy as np

    from celcam.looks import read_look

    def check(path: Path) -> None:
        read_look(path).finish.draw(np.zeros((64, 64, 3), np.uint8), (64, 64))

    yield check


@contextmanager
def _manifests() -> Iterator[Check]:
    from celcam.manifest import read_manifest

    def check(path: Path) -> None:
        read_manifest(path.rename(path.with_name("manifest.jsonl")).parent)

    yield check


@contextmanager
def _http() -> Iterator[Check]:
    import tempfile

    from edge_app.web.limits import Limits
    from tests.edge_app.web.stage import frame, make_session, served
    from tests.edge_app.web.test_fuzz import ALLOWED_5XX, answer_to, ask_once

    limits = Limits(requests_per_s=1e6, requests_at_once=1_000_000, request_s=0.2)
    with (
        tempfile.TemporaryDirectory() as folder,
        served(make_session(Path(folder), messages=[]), limits=limits) as page,
    ):
        page.sink.show(frame())

        def check(path: Path) -> None:
            data = path.read_bytes()
            statuses = [answer_to(page, data, ends=True), ask_once(page, random.Random(data))]
            assert not {status for status in statuses if status is not None and status >= 500} - ALLOWED_5XX

        yield check


def _requests() -> list[tuple[str, bytes]]:
    head = b"POST /api/view HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 15\r\n\r\n"
    return [("a.http", head + b'{"sharp": true}'), ("b.http", b"GET /api/state?since=1 HTTP/1.1\r\nHost: x\r\n\r\n")]


def _fields_of_pair() -> list[str]:
    from celcam.manifest import Pair

    return [field.name for field in dataclasses.fields(Pair)]


TARGETS: dict[str, Target] = {
    "photos": Target(seeds.photos, _photos),
    "clips": Target(seeds.clips, _clips),
    "archives": Target(seeds.archives, _archives),
    "models": Target(seeds.models, _models),
    "cards": Target(seeds.cards, _cards, _card_fields, ".json"),
    "settings": Target(seeds.settings, _settings, _option_names, ".toml"),
    "looks": Target(seeds.looks, _looks, lambda: ["look", "finish", "kind", "style", "name"], ".toml"),
    "manifests": Target(seeds.manifests, _manifests, _fields_of_pair, ".jsonl"),
    "http": Target(_requests, _http),
}
