"""The options of the app's commands."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from celcam.cli import LARGEST_SIDE, MOST_SECONDS, MOST_THREADS, option, parse_size, require, require_between
from celcam.media.limits import MAX_MEGAPIXELS
from celcam.originals import place_key
from edge_app.addresses import without_secret

OUTPUT_SIDES = (16, LARGEST_SIDE)  # of --output-size, from and to

MOST_FPS = 1000
# One second to a month, and a clip's header to more than any disk holds.
SPLIT_MINUTES = (1 / 60, 60 * 24 * 31)
SPLIT_MB = (0.1, 1e9)
KEEP = (0.01, 1e6)  # of --keep-days and --keep-gb


def parse_output_size(text: str | None) -> tuple[int, int] | None:
    """The size of ``--output-size``, None without it; raises UsageError if it is no size, or too small or too large."""
    if text is None:
        return None
    size_wh, (least, most) = parse_size(text), OUTPUT_SIDES
    require(
        all(least <= side <= most for side in size_wh), f"--output-size {text}: expected sides of {least} to {most}"
    )
    return size_wh


@dataclass(frozen=True)
class AppConfig:
    """Options of the app."""

    source: tuple[str, ...] = option(
        (),
        help="pictures, videos and folders, or one camera: usb:0, picamera:0, rtsp://..., or synthetic:, a moving test "
        "card; without SOURCE the first camera, or the bundled clip if there is no camera",
        positional=True,
        metavar="SOURCE",
    )
    style: str = option(
        "comic", help="look to draw, or a look of your own, a .toml file; --list-looks shows all", metavar="LOOK"
    )
    finish: str | None = option(
        None, help="finish of another look, in place of the look's own; none is the network's picture", metavar="LOOK"
    )
    model: Path | None = option(None, help="draw with this .tflite file instead of --style", metavar="FILE")
    filter: str | None = option(
        None, help="draw with a slow style filter instead of a network", metavar="STYLE", aliases=("--teacher",)
    )
    to: tuple[str, ...] = option(
        ("window",),
        help="one or more of window, web (a page for browsers), camera (a virtual camera for video calls), "
        "rtsp://HOST/PATH (an RTSP server), null (nowhere), a file (.mp4, .mov, .mkv, .png, .jpg), or a folder; a new "
        "folder ends in /",
        metavar="SINK",
    )
    size: str | None = option(
        None,
        help="size that the network draws at; without it 240 rows live, and for files the file's own size, at most 512 "
        "pixels on the short side",
        metavar="WxH",
    )
    output_size: str | None = option(
        None,
        help="size of the finished picture; without it the source's own, at most 1080 pixels on the short side",
        metavar="WxH",
    )
    camera_size: str | None = option(
        None, help="size to request from a camera; without it 640x480, or 1280x720 with --sharp", metavar="WxH"
    )
    strength: float = option(1.0, help="from 0, the photo, to 1, the cartoon")
    wipe: float = option(0.0, help="share of the width, from the left, that shows the photo, 0 to 1")
    sharp: bool = option(False, help="enlarge the network's picture along the photo's edges")
    calm: bool = option(False, help="hold still what does not move, against flicker")
    auto_levels: bool | None = option(
        None, help="lift the light of dark rooms; cameras do it anyway, unless you give --no-auto-levels"
    )
    fps: float = option(
        0.0,
        help="frame rate to keep: caps the camera's rate, and draws smaller or with a lighter look if drawing is too "
        "slow; 0 does neither",
    )
    threads: int = option(3, help="CPU threads for the network; more than 3 rarely helps")
    delegate: str | None = option(
        None,
        help="library of an accelerator, such as libedgetpu.so.1, for a model made for it; or compiled:cpu or "
        "compiled:gpu for LiteRT's CompiledModel",
        metavar="LIBRARY",
    )
    max_megapixels: float = option(
        MAX_MEGAPIXELS, help="largest photo; the frames of a clip may have an eighth of it", metavar="MP"
    )
    loop: bool = option(False, help="start a video again at its end")
    seconds: float = option(0.0, help="stop after this time; 0 runs to the end")
    folder: Path = option(Path("out/camera"), help="folder for snapshots, and for recordings of a key", metavar="DIR")
    split_minutes: float = option(30.0, help="longest file of a camera's recording")
    split_mb: float = option(1000.0, help="largest file of a camera's recording")
    keep_days: float | None = option(
        None, help="delete recordings and snapshots that are older; without it they are kept", metavar="DAYS"
    )
    keep_gb: float | None = option(
        None, help="delete the oldest recordings and snapshots over this total; without it they are kept", metavar="GB"
    )
    web_address: str = option(
        "127.0.0.1", help="address of --to web; 0.0.0.0 admits other devices, with a token", metavar="ADDRESS"
    )
    port: int = option(8000, help="port of --to web; 0 takes a free one")
    token: str | None = option(
        None, help="token of --to web; without it a new one if the address needs one; others can see it in the command"
    )
    token_file: Path | None = option(
        None, help="file that holds the token of --to web; the variable CELCAM_TOKEN may hold it too", metavar="FILE"
    )
    tls: bool = option(False, help="HTTPS for --to web, with a certificate that is made at the first start")
    certificate: Path | None = option(
        None, help="HTTPS for --to web with this certificate, PEM, which may hold its private key", metavar="FILE.pem"
    )
    private_key: Path | None = option(None, help="private key of --certificate, PEM", metavar="FILE.pem")
    stats: Path | None = option(
        None, help="write the app's figures to this file, a line of JSON per second", metavar="FILE.jsonl"
    )
    settings: Path | None = option(
        None, help="read options from this file; the command line overrides it", metavar="FILE.toml"
    )
    overwrite: bool = option(False, help="replace files that exist")
    skip_existing: bool = option(
        False, help="keep files that exist and draw the others; record to party-002.mp4 if party.mp4 exists"
    )
    list_looks: bool = option(False, help="list the looks and exit")

    def __post_init__(self) -> None:
        require_between("--threads", self.threads, 1, MOST_THREADS)
        require(not (self.model and self.filter), "--model and --filter: choose one")
        require_between("--strength", self.strength, 0, 1)
        require_between("--wipe", self.wipe, 0, 1)
        require_between("--seconds", self.seconds, 0, MOST_SECONDS)
        require_between("--fps", self.fps, 0, MOST_FPS)
        require(self.max_megapixels > 0, f"--max-megapixels {self.max_megapixels}: expected more than 0")
        require_between("--split-minutes", self.split_minutes, *SPLIT_MINUTES)
        require_between("--split-mb", self.split_mb, *SPLIT_MB)
        for name, value in (("--keep-days", self.keep_days), ("--keep-gb", self.keep_gb)):
            if value is not None:
                require_between(name, value, *KEEP)
        require_between("--port", self.port, 0, 65535)
        require(not (self.token and self.token_file), "--token and --token-file: choose one")
        require(not (self.private_key and not self.certificate), "--private-key: needs --certificate too")
        for name in ("size", "output_size", "camera_size"):
            if getattr(self, name) is not None:
                parse_size(getattr(self, name))
        sinks, different = " ".join(map(without_secret, self.to)), {place_key(Path(sink)) for sink in self.to}
        require(bool(self.to), "--to: expected at least one sink, such as window, web or a file")
        require(len(different) == len(self.to), f"--to {sinks}: names a sink twice; name it once")
        require("null" not in self.to or len(self.to) == 1, f"--to {sinks}: null excludes other sinks; choose")
        require(not (self.overwrite and self.skip_existing), "--overwrite and --skip-existing: choose one")


@dataclass(frozen=True)
class BenchConfig:
    """Options of ``bench``."""

    models: tuple[Path, ...] = option(
        (), help="shipped models by name, or files; without them all of models/", positional=True, metavar="MODEL"
    )
    size: tuple[str, ...] = option(("256x256",), help="one or more picture sizes", metavar="WxH")
    threads: tuple[int, ...] = option((1, 3), help="one or more numbers of CPU threads", metavar="N")
    runs: int = option(50, help="timed runs of each model, size and number of threads", metavar="N")
    to: Path | None = option(
        None, help="write all figures to this file, to send in or for 'convert project --measured'", metavar="FILE.json"
    )

    def __post_init__(self) -> None:
        for count in self.threads:
            require_between("--threads", count, 1, MOST_THREADS)
        require(self.runs >= 1, f"--runs {self.runs}: expected 1 or more")


@dataclass(frozen=True)
class FinishesConfig:
    """Options of ``finishes``."""

    size: tuple[str, ...] = option(("640x480", "1280x720"), help="sizes of the finished picture", metavar="WxH")
    network_size: str = option("320x240", help="size of the network's picture", metavar="WxH")
    runs: int = option(50, help="timed runs of each look and size", metavar="N")

    def __post_init__(self) -> None:
        require(self.runs >= 1, f"--runs {self.runs}: expected 1 or more")


@dataclass(frozen=True)
class DistancesConfig:
    """Options of ``distances``."""

    photos: tuple[str, ...] = option(
        (), help="photos and folders; without PHOTO the bundled photos", positional=True, metavar="PHOTO"
    )


@dataclass(frozen=True)
class FlickerConfig:
    """Options of ``flicker``."""

    clips: tuple[Path, ...] = option(
        (), help="videos of a camera; without CLIP the bundled clip", positional=True, metavar="CLIP"
    )
    frames: int = option(48, help="frames of each clip", metavar="N")

    def __post_init__(self) -> None:
        require(self.frames >= 2, f"--frames {self.frames}: expected 2 or more")


@dataclass(frozen=True)
class DoctorConfig:
    """Options of ``doctor``."""

    folder: Path = option(Path("out/camera"), help="folder for recordings, which is checked too", metavar="DIR")


@dataclass(frozen=True)
class ProfileConfig:
    """Options of ``profile``."""

    clip: Path | None = option(None, help="a video; without it the bundled clip", positional=True, metavar="CLIP")
    style: str = option("comic", help="look to draw", metavar="LOOK")
    size: str = option("320x240", help="size that the network draws at", metavar="WxH")
    output_size: str | None = option(
        None, help="size of the finished picture; without it the clip's own", metavar="WxH"
    )
    threads: int = option(1, help="CPU threads for the network")

    def __post_init__(self) -> None:
        require_between("--threads", self.threads, 1, MOST_THREADS)
