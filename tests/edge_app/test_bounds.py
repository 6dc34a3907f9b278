"""What comes from outside is bounded where it enters: one line and exit 2, at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from edge_app.__main__ import main


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--seconds", "1e10"), "--seconds 10000000000.0: expected 0 to 31622400"),
        (("--seconds", "inf"), "--seconds inf: expected 0 to"),
        (("--seconds", "nan"), "--seconds nan: expected 0 to"),
        (("--fps", "inf"), "--fps inf: expected 0 to 1000"),
        (("--split-minutes", "nan"), "--split-minutes nan: expected"),
        (("--split-mb", "inf"), "--split-mb inf: expected"),
        (("--size", "100000x100000"), "'100000x100000' is too large; expected sides of at most 8192"),
        (("--size", "4294967296x4"), "is too large"),
        (("--size", f"{'9' * 5000}x4"), "is too large"),
        (("--size", "²x²"), "'²x²' is not a size"),
        (("--size", "0x00"), "is not a size"),
        (("--camera-size", "1e3x4"), "is not a size"),
        (("--output-size", "99999x16"), "is too large"),
        (("--threads", "99999999999999"), "--threads 99999999999999: expected 1 to 1024"),
        (("--port", "65536"), "--port 65536: expected 0 to 65535"),
    ],
)
def test_an_option_out_of_range_is_one_line(
    words: tuple[str, ...], message: str, capfd: pytest.CaptureFixture[str]
) -> None:
    assert main(["synthetic:", "--to", "null", *words]) == 2
    error = capfd.readouterr().err
    assert message in error
    assert error.count("\n") == 1


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("to = []", "--to: expected at least one sink"),
        ("seconds = inf", "--seconds inf: expected"),
        ("seconds = " + "9" * 400, "seconds: the number has 400 digits"),
        ("threads = 99999999999999", "--threads 99999999999999: expected"),
        ('folder = "~nosuchuser/x"', "there is no such user"),
        ('folder = "a\\u0000b"', "has a NUL character"),
        ('to = ["a\\u0000b.mp4"]', "has a NUL character"),
        ('source = "a\\u0000b"', "has a NUL character"),
        ("to = " + "[" * 5000 + "]" * 5000, "nested too deeply"),
        ("to = [[]]", "to = []: expected text in quotes"),
    ],
)
def test_settings_out_of_range_are_one_line(
    text: str, message: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "camera.toml").write_text(text)
    assert main(["--settings", str(tmp_path / "camera.toml")]) == 2
    error = capfd.readouterr().err
    assert message in error
    assert error.count("\n") == 1
