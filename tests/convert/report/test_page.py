from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from celcam.comparison import View, compare
from celcam.manifest import pairs_of
from celcam.media.photos import read_image
from celcam.paths import MODELS
from celcam.tflite_model import TFLiteModel
from convert.__main__ import main
from tests.browser import open_chromium
from tests.convert.report.measured import Report

NAMES = ["comic-float32", "comic"]


@pytest.fixture(scope="module")
def page(report: Report) -> Path:
    return report.page


@pytest.fixture(scope="module")
def text(page: Path) -> str:
    return page.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def files(page: Path) -> dict[str, Any]:
    described = json.loads(page.with_suffix(".json").read_text(encoding="utf-8"))
    return {file["name"]: file for group in described["groups"] for file in group["files"]}


def ids_of(text: str) -> list[str]:
    return sorted(re.findall(r'\bid="([^"]*)"', re.sub(r"<script.*?</script>", "", text, flags=re.DOTALL)))


def test_the_page_needs_no_other_file(text: str) -> None:
    addresses = set(re.findall(r'https?://[^"\s<]+', text))
    assert addresses <= {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}
    assert set(re.findall(r'src="([^,"]*)', text)) == {"data:image/jpeg;base64", "data:image/png;base64"}
    assert not re.search(r"<link|@import|url\((?!#)", text)
    assert len(text) < 10_000_000


def test_no_two_parts_of_the_page_have_one_id(text: str) -> None:
    assert len(ids_of(text)) > 20
    assert ids_of(text) == sorted(set(ids_of(text)))


def test_each_file_has_a_row(text: str) -> None:
    assert re.findall(r'<tr data-file="([^"]*)"', text) == NAMES


def test_the_page_explains_milliseconds_and_zeros(text: str) -> None:
    assert "Milliseconds hold for this machine only" in text
    assert "Zeros shrink the zipped file and save no time" in text


def test_the_figures_are_those_of_the_pictures(files: dict[str, Any], pairs: Path) -> None:
    flips = []
    for pair in pairs_of(pairs, "test"):
        photo = read_image(pairs / pair.photo)
        flips.append(
            compare(
                View(TFLiteModel(MODELS / "comic-float32.tflite")(photo)),
                View(TFLiteModel(MODELS / "comic.tflite")(photo)),
            ).flip
        )
    assert files["comic"]["gaps"]["to_float"]["flip"] == pytest.approx(sum(flips) / len(flips))
    assert [worst["flip"] for worst in files["comic"]["worst_photos"]] == pytest.approx(sorted(flips, reverse=True)[:3])


def test_the_three_gaps_are_separate(files: dict[str, Any]) -> None:
    exact, rounded = files["comic-float32"]["gaps"], files["comic"]["gaps"]
    assert exact["to_float"] is None
    assert exact["to_keras"]["psnr_db"] > 60 > rounded["to_keras"]["psnr_db"] > 35
    assert rounded["to_float"]["psnr_db"] == pytest.approx(rounded["to_keras"]["psnr_db"], abs=0.1)
    assert rounded["to_target"]["ssim"] < rounded["to_float"]["ssim"]
    assert exact["to_keras"]["flicker_ratio"] == pytest.approx(1, abs=0.01)


def test_the_page_says_that_pictures_are_too_small_for_ms_ssim(files: dict[str, Any], text: str) -> None:
    assert files["comic"]["gaps"]["to_target"]["ms_ssim"] is None
    assert "only for sides of 161 pixels or more" in text
    assert "a dash means that no picture could be measured" in text


def test_costs_are_counted(files: dict[str, Any]) -> None:
    int8, float32 = files["comic"], files["comic-float32"]
    assert int8["bytes"] == (MODELS / "comic.tflite").stat().st_size
    assert int8["zipped_bytes"] < int8["bytes"] < float32["bytes"]
    assert int8["parameters"] == float32["parameters"] == 50_332
    assert int8["zero_weights"] > float32["zero_weights"]
    assert int8["macs_256"] == 338_493_440
    for latency in int8["latency_256_by_threads"].values():
        assert 0 < latency["median_ms"] <= latency["p95_ms"]
        assert latency["over_mobilenetv2_224_int8"] > 0
    assert int8["start"]["first_picture_ms"] > 10


def test_the_slider_has_every_picture_of_every_scene(text: str) -> None:
    found = re.search(r'id="pictures">(.*?)</script>', text, flags=re.DOTALL)
    assert found
    (group,) = json.loads(found[1])
    assert group["names"] == ["photo", "target", "Keras float", *NAMES]
    assert len(group["scenes"]) >= 2
    for scene in group["scenes"]:
        assert set(scene["pictures"]) == set(group["names"])


def test_a_float32_file_of_other_weights_than_those_of_the_run_is_named(report: Report, text: str) -> None:
    from convert.report.page import render

    (group,) = report.assessment.groups
    exact = group.files[0]
    far = replace(exact.to_keras, figures=replace(exact.to_keras.figures, psnr_db=30.5))
    group = replace(group, files=(replace(exact, to_keras=far), *group.files[1:]))
    warning = "comic-float32.tflite: not made from the weights in"
    assert warning in render(replace(report.assessment, groups=(group,)), "lab")
    assert warning not in text


def test_several_networks_share_a_page(report: Report) -> None:
    from convert.report.page import render

    (group,) = report.assessment.groups
    other = replace(group, group=replace(group.group, name="other", preset="quality"))
    text = render(replace(report.assessment, groups=(group, other)), "lab")
    assert text.count('<tr data-file="comic"') == 2
    assert "comic, quality" in text
    assert 'id="group"' in text
    assert ids_of(text) == sorted(set(ids_of(text)))


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--out", "page.txt"), "expected a name that ends in .html"),
        (("--jobs", "-1"), "expected 0 to 1024"),
        (("--run", "nowhere"), "expected the folder of a run"),
        (("--clips", "models"), "no .mp4 file in it"),
        (("--run", str(MODELS / "anime-keras")), "no file of"),
    ],
)
def test_bad_input_is_one_line_and_exit_2(
    lab: Path, pairs: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], message: str
) -> None:
    assert main(["report", str(lab), "--pairs", str(pairs), *words]) == 2
    error = capsys.readouterr().err.strip()
    assert message in error
    assert "\n" not in error


@pytest.mark.browser
def test_the_slider_is_moved_by_keys_and_shows_what_is_chosen(page: Path) -> None:
    from selenium.webdriver.common.by import By
    from selenium.webdriver.common.keys import Keys
    from selenium.webdriver.support.ui import Select

    with open_chromium() as browser:
        browser.get(page.as_uri())
        over, under = browser.find_element(By.ID, "over"), browser.find_element(By.ID, "under")
        slider = browser.find_element(By.ID, "at")
        assert "50%" in over.value_of_css_property("clip-path")
        slider.send_keys(Keys.ARROW_RIGHT * 20)
        assert slider.get_attribute("value") == "60"
        assert "40%" in over.value_of_css_property("clip-path")
        before = under.get_attribute("src")
        Select(browser.find_element(By.ID, "right")).select_by_value("target")
        assert browser.find_element(By.ID, "right-tag").text == "target"
        assert under.get_attribute("src") != before
        scenes = browser.find_elements(By.CSS_SELECTOR, "#scenes input")
        source = browser.find_element(By.ID, "source").text
        scenes[0].send_keys(Keys.ARROW_RIGHT)
        assert browser.find_element(By.ID, "source").text != source
        assert browser.find_element(By.ID, "right-tag").text == "target"
        for picture in (over, under):
            assert browser.execute_script("return arguments[0].naturalWidth", picture) > 0
        assert browser.get_log("browser") == []
