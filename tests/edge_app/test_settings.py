from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from celcam.cli import option, run_command
from celcam.errors import MediaError, UsageError
from celcam.paths import ROOT
from edge_app.options import AppConfig
from edge_app.settings import read_settings


@dataclass(frozen=True)
class Options:
    source: str | None = option(None, help="", positional=True)
    style: str = option("comic", help="")
    to: tuple[str, ...] = option(("window",), help="")
    fps: float = option(0.0, help="")
    threads: int = option(3, help="")
    calm: bool = option(False, help="")
    split_minutes: float = option(30.0, help="")
    folder: Path = option(Path("out"), help="", aliases=("--keep-in",))
    settings: Path | None = option(None, help="")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "camera.toml"


def test_values_have_the_types_of_the_options(file: Path) -> None:
    file.write_text(
        """
        # the camera above the door
        source = "picamera:0"
        to = ["web", "out/camera"]
        fps = 20
        threads = 2
        calm = true
        split-minutes = 10.5
        folder = "/srv/camera"
        """,
        encoding="utf-8",
    )
    values = read_settings(file, Options)
    assert values == {
        "source": "picamera:0",
        "to": ("web", "out/camera"),
        "fps": 20.0,
        "threads": 2,
        "calm": True,
        "split_minutes": 10.5,
        "folder": Path("/srv/camera"),
    }
    assert isinstance(values["fps"], float)
    Options(**values)


def test_keys_may_have_underscores(file: Path) -> None:
    file.write_text("split_minutes = 5", encoding="utf-8")
    assert read_settings(file, Options) == {"split_minutes": 5.0}


def test_an_alias_of_an_option_is_a_key_too(file: Path) -> None:
    file.write_text("keep-in = 'there'", encoding="utf-8")
    assert read_settings(file, Options) == {"folder": Path("there")}
    file.write_text("keep_in = 'there'\nfolder = 'here'", encoding="utf-8")
    with pytest.raises(UsageError, match="folder is given twice, in two spellings"):
        read_settings(file, Options)


def test_one_value_may_replace_a_list(file: Path) -> None:
    file.write_text('to = "web"', encoding="utf-8")
    assert read_settings(file, Options) == {"to": ("web",)}


def test_the_tilde_is_expanded(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/somebody")
    file.write_text('folder = "~/pictures"', encoding="utf-8")
    assert read_settings(file, Options) == {"folder": Path("/home/somebody/pictures")}


def test_an_empty_file_changes_nothing(file: Path) -> None:
    file.write_text("", encoding="utf-8")
    assert read_settings(file, Options) == {}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("stile = 'comic'", "unknown option stile; did you mean style?"),
        ("split-minuts = 3", "unknown option split-minuts; did you mean split-minutes?"),
        ("zzz = 3", "unknown option zzz; known: calm, folder, fps"),
        ("settings = 'other.toml'", "unknown option settings"),
        ("fps = 'fast'", "fps = 'fast': expected a number"),
        ("fps = true", "fps = True: expected a number"),
        ("threads = 2.5", "threads = 2.5: expected a whole number"),
        ("threads = true", "threads = True: expected a whole number"),
        ("calm = 1", "calm = 1: expected true or false"),
        ("style = ['comic']", r"style = \['comic'\]: expected text in quotes"),
        ("folder = 3", "folder = 3: expected a path in quotes"),
        ("to = ['web', 3]", "to = 3: expected text in quotes"),
        ("[camera]\nfps = 3", "unknown option camera"),
        ("split-minutes = 3\nsplit_minutes = 4", "split_minutes is given twice"),
        ("style = comic", "not TOML"),
    ],
)
def test_an_error_names_the_file_and_the_remedy(file: Path, text: str, message: str) -> None:
    file.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=message) as error:
        read_settings(file, Options)
    assert str(error.value).startswith(str(file))


def test_a_file_that_is_not_text_is_refused(file: Path) -> None:
    file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UsageError, match="not TOML"):
        read_settings(file, Options)


def test_a_missing_file_is_an_error(file: Path) -> None:
    with pytest.raises(MediaError, match="can't be read: No such file"):
        read_settings(file, Options)


def test_the_command_line_overrides_the_file(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    seen: list[Options] = []

    def keep(options: Options) -> int:
        seen.append(options)
        return 0

    def run(*words: str) -> int:
        return run_command(
            "prog", "about", Options, keep, ["--settings", str(file), *words], read_settings=read_settings
        )

    file.write_text('source = "usb:1"\nto = ["web"]\ncalm = true\nthreads = 1', encoding="utf-8")
    assert run("--threads", "2", "--no-calm") == 0
    assert seen[-1] == Options("usb:1", to=("web",), threads=2, settings=file)
    file.write_text("trheads = 1", encoding="utf-8")
    assert run() == 2
    assert capsys.readouterr().err == f"prog: {file}: unknown option trheads; did you mean threads?\n"


def test_the_file_in_the_docs_is_valid(file: Path) -> None:
    page = (ROOT / "docs" / "raspberry-pi.md").read_text(encoding="utf-8")
    file.write_text(page.partition("```toml\n")[2].partition("```")[0], encoding="utf-8")
    config = AppConfig(**read_settings(file, AppConfig))
    assert (config.source, config.to, config.web_address, config.fps) == (("picamera:0",), ("web",), "0.0.0.0", 20.0)
