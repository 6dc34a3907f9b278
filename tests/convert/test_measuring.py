from __future__ import annotations

import dataclasses
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from celcam.arrays import Uint8Array
from celcam.comparison import View, compare, mean_likeness
from celcam.errors import ModelError
from celcam.manifest import Pair, pairs_of
from celcam.media.photos import read_image
from celcam.paths import MODELS, ROOT
from celcam.tflite_model import TFLiteModel
from convert import measuring
from convert.measuring import map_tasks, measure_files

FILES = {"comic": MODELS / "comic.tflite", "comic-float16": MODELS / "comic-float16.tflite"}


def inverted(rgb_u8: Uint8Array) -> Uint8Array:
    return 255 - rgb_u8


@pytest.fixture
def chosen(pairs: Path) -> list[Pair]:
    return pairs_of(pairs, "test")


def test_each_gap_compares_the_pictures_that_it_names(pairs: Path, chosen: list[Pair]) -> None:
    measured = measure_files(inverted, FILES, pairs, chosen, float_file="comic-float16", quiet=True)
    model, exact = TFLiteModel(FILES["comic"], threads=1), TFLiteModel(FILES["comic-float16"], threads=1)
    expected: dict[str, list[object]] = {"target": [], "keras": [], "float": [], "network": [], "photo": []}
    for pair in chosen:
        photo, target = View(read_image(pairs / pair.photo)), View(read_image(pairs / pair.cartoon))
        drawn, keras = View(model(photo.rgb_u8)), View(inverted(photo.rgb_u8))
        expected["target"].append(compare(target, drawn))
        expected["keras"].append(compare(keras, drawn))
        expected["float"].append(compare(View(exact(photo.rgb_u8)), drawn))
        expected["network"].append(compare(target, keras))
        expected["photo"].append(compare(target, photo))
    means = {name: dataclasses.asdict(mean_likeness(values)) for name, values in expected.items()}  # type: ignore[arg-type]
    found = {
        "target": measured.to_target("comic"),
        "keras": measured.to_keras("comic"),
        "float": measured.to_float("comic"),
        "network": measured.keras_to_target,
        "photo": measured.photo_to_target,
    }
    for name, likeness in found.items():
        assert likeness is not None
        assert dataclasses.asdict(likeness) == pytest.approx(means[name], nan_ok=True)
    assert measured.to_float("comic-float16") is None


def test_worker_processes_find_the_same_figures(
    pairs: Path, chosen: list[Pair], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(measuring, "PICTURES_PER_WORKER", 1)
    alone, shared = (measure_files(inverted, FILES, pairs, chosen, jobs=jobs, quiet=True) for jobs in (1, 2))
    for name in FILES:
        assert alone.to_keras(name).as_json() == pytest.approx(shared.to_keras(name).as_json())
        assert alone.to_target(name).as_json() == pytest.approx(shared.to_target(name).as_json())


def make_square() -> Callable[[int], int]:
    return square


def square(number: int) -> int:
    return number * number


def make_refusal() -> Callable[[int], int]:
    raise ModelError("broken.tflite: refused")


def test_results_are_in_the_order_of_the_tasks_and_few_tasks_wait() -> None:
    taken: list[int] = []

    def tasks() -> object:
        for number in range(40):
            taken.append(number)
            yield number

    found = map_tasks(make_square, tasks(), count=40, workers=2, title="", quiet=True)  # type: ignore[arg-type]
    assert found == [number * number for number in range(40)]
    assert taken == list(range(40))


def test_an_error_of_a_worker_process_is_the_error_of_the_call() -> None:
    with pytest.raises(ModelError, match=r"broken\.tflite: refused"):
        map_tasks(make_refusal, range(4), count=4, workers=2, title="", quiet=True)


def test_worker_processes_do_not_load_tensorflow() -> None:
    probe = "import sys, convert.measuring, convert.report.flicker; print(*{'keras', 'tensorflow'} & {*sys.modules})"
    done = subprocess.run([sys.executable, "-c", probe], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
