from __future__ import annotations

import re
import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest

from celcam.paths import MODELS
from edge_app.doctor import check_parts
from tests.edge_app.systems import CAPTURE, STREAMING, capability, load, only, pi, picamera, system, write


def test_the_pis_cameras_are_listed_as_sources(tmp_path: Path) -> None:
    found = check_parts.check_cameras(system(tmp_path, load=load(picamera2=picamera("imx708", "ov5647"))))[0]
    assert (found.state, found.found) == ("ok", "picamera:0 imx708, picamera:1 ov5647")


def test_a_pi_needs_a_camera(tmp_path: Path) -> None:
    pi(tmp_path)
    ribbon, usb = check_parts.check_cameras(system(tmp_path, load=load(picamera2=picamera())))
    assert (ribbon.state, usb.state) == ("fail", "note")
    assert "ribbon" in ribbon.remedy
    write(tmp_path, "dev/video0", "")
    answer = capability("uvcvideo", "HD Webcam", CAPTURE | STREAMING, 0)
    ribbon, usb = check_parts.check_cameras(
        system(tmp_path, load=load(picamera2=picamera()), query=lambda path: answer)
    )
    assert (ribbon.state, usb.state) == ("note", "ok")
    assert usb.found == "usb:0 HD Webcam"


def test_a_machine_other_than_a_pi_needs_no_camera(tmp_path: Path) -> None:
    assert [finding.state for finding in check_parts.check_cameras(system(tmp_path))] == ["note", "note"]


@pytest.mark.parametrize(
    ("error", "remedy"),
    [
        (None, "sudo apt install python3-picamera2"),
        (ModuleNotFoundError("No module named 'libcamera'", name="libcamera"), "--system-site-packages"),
        (ValueError("numpy.dtype size changed, may indicate binary incompatibility"), "pip uninstall numpy"),
    ],
)
def test_a_picamera2_that_can_not_be_imported_has_its_own_remedy(
    tmp_path: Path, error: Exception | None, remedy: str
) -> None:
    pi(tmp_path)
    found = check_parts.check_cameras(system(tmp_path, load=load(picamera2=error)))[0]
    assert found.state == "fail"
    assert remedy in found.remedy


def test_a_camera_without_permission_names_the_group(tmp_path: Path) -> None:
    write(tmp_path, "dev/video0", "")

    def query(path: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    found = check_parts.check_cameras(system(tmp_path, query=query))[1]
    assert found.found == "/dev/video*: Permission denied"
    assert "usermod -aG video" in found.remedy


def test_an_opencv_without_windows_is_a_note(tmp_path: Path) -> None:
    headless = SimpleNamespace(__version__="5.0.0", getBuildInformation=lambda: "  GUI:                 NONE\n")
    found = only(check_parts.check_numpy_and_opencv(system(tmp_path, load=load(cv2=headless))))
    assert found.state == "note"
    assert "--to web" in found.remedy


def test_the_window_support_of_opencv_is_detected(tmp_path: Path) -> None:
    found = only(check_parts.check_numpy_and_opencv(system(tmp_path)))
    assert "windows by QT" in found.found or found.state == "note"


@pytest.mark.parametrize(
    ("name", "state"), [("unknown runtime", "fail"), ("tflite_runtime 2.14.0", "note"), ("ai_edge_litert 2.3.0", "ok")]
)
def test_the_old_runtime_is_a_note_and_a_missing_runtime_a_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, state: str
) -> None:
    monkeypatch.setattr("edge_app.benchmarks.bench.runtime_name", lambda: name)
    assert only(check_parts.check_runtime(system(tmp_path))).state == state


def test_a_truncated_model_is_reported(tmp_path: Path) -> None:
    shutil.copy(MODELS / "comic.json", tmp_path)
    (tmp_path / "comic.tflite").write_bytes((MODELS / "comic.tflite").read_bytes()[:1000])
    found = only(check_parts.check_model(system(tmp_path, models=tmp_path)))
    assert found.state == "fail"
    assert "disagrees with its card" in found.found


def test_the_model_is_timed(tmp_path: Path) -> None:
    found = only(check_parts.check_model(system(tmp_path)))
    assert found.state == "ok"
    assert re.fullmatch(r"comic draws 320x240 in \d+\.\d ms on 3 threads, finishes 640x480 in \d+\.\d ms", found.found)


def test_a_pyav_without_h264_or_too_old_can_not_record(tmp_path: Path) -> None:
    def no_codec(name: str, mode: str) -> None:
        raise ValueError(f"unknown codec {name}")

    bare = SimpleNamespace(__version__="18.1.0", codec=SimpleNamespace(Codec=no_codec))
    old = SimpleNamespace(
        __version__="10.0.0", codec=SimpleNamespace(Codec=lambda name, mode: None), VideoFrame=SimpleNamespace()
    )
    for module, words in ((bare, "PyAV 18.1.0 without libx264"), (old, "PyAV 10.0.0 is too old for the app")):
        found = only(check_parts.check_recording(system(tmp_path, load=load(av=module))))
        assert (found.state, found.found) == ("fail", words)


def test_without_aiohttp_everything_but_the_page_works(tmp_path: Path) -> None:
    assert only(check_parts.check_web(system(tmp_path, load=load(aiohttp=None)))).state == "note"
