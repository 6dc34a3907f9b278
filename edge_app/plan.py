"""Which file of a conversion becomes which: pictures to PNG, clips to MP4, subfolders kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from celcam.errors import MediaError, UsageError
from celcam.originals import identity, require_separate
from celcam.suffixes import IMAGE_SUFFIXES
from edge_app.frames import SourceInfo
from edge_app.options import AppConfig
from edge_app.sinks import SinkKind, check_suits, sink_kind
from edge_app.sinks.disk import make_folder
from edge_app.sources import names_file
from edge_app.sources.files import MediaFile, find_media, is_folder, unique_stems


@dataclass(frozen=True)
class Job:
    """One file to draw."""

    source: Path
    output: Path
    is_clip: bool


@dataclass(frozen=True)
class Plan:
    """All files of a conversion."""

    info: SourceInfo  # all files as one source, without a size
    jobs: list[Job]
    skipped: int  # whose output exists already
    ignored: list[str]  # one line for each file that is not a picture or a clip

    @property
    def total(self) -> int:
        """Files to draw and skipped files."""
        return len(self.jobs) + self.skipped


def is_conversion(config: AppConfig) -> bool:
    """Whether ``config`` asks to turn files into files, with nobody watching.

    One clip into a folder is not meant: that writes a picture of each frame.

    Raises:
        MediaError: the source does not exist.
        UsageError: ``--to`` is not a sink.
    """
    if len(config.to) != 1 or not config.source or not all(map(names_file, config.source)):
        return False
    kind = sink_kind(config.to[0])
    if kind is SinkKind.FOLDER and len(config.source) == 1:
        spec = config.source[0]
        return is_folder(spec) or Path(spec).suffix.lower() in IMAGE_SUFFIXES
    return kind.is_place


def check_files(config: AppConfig) -> None:
    """Raise UsageError if a file that the run writes is one that it reads, or is written twice."""
    kinds = {Path(spec): sink_kind(spec) for spec in config.to}
    files = [path for path, kind in kinds.items() if kind in (SinkKind.VIDEO, SinkKind.PICTURE)]
    folders = {identity(path) for path, kind in kinds.items() if kind is SinkKind.FOLDER} - {None}
    for path in files:
        if kinds[path] is SinkKind.PICTURE and identity(path.parent) in folders:
            raise UsageError(f"--to {path}: its folder gets the same picture; name the file or the folder")
    outputs = [("--to", path) for path in files] + ([("--stats", config.stats)] if config.stats else [])
    inputs = [Path(spec) for spec in config.source if names_file(spec)]
    require_separate(outputs, [*inputs, *(path for path in (config.model, config.settings) if path)])


def make_plan(sources: Sequence[str], to: str, *, overwrite: bool, skip_existing: bool) -> Plan:
    """Find the files and name their outputs; create the folder of the output.

    Args:
        sources: files and folders, as in `find_media`.
        to: a file or a folder.
        overwrite: replace outputs that exist.
        skip_existing: leave out files whose output exists.

    Raises:
        MediaError: a source does not exist, there is nothing to draw, or the folder can't be written.
        UsageError: the sources do not fit into ``to``, or an output exists or is a source.
    """
    kind, path = sink_kind(to), Path(to)
    name = " ".join(sources)
    if path.is_dir() and identity(path) in {identity(Path(source)) for source in sources}:
        raise UsageError(f"--to {to}: is the source itself; choose another folder")
    found = find_media(sources, skip=path if kind is SinkKind.FOLDER else None)
    if not found.files:
        raise MediaError(f"{name}: no picture or clip in it; expected files such as .jpg, .png or .mp4")
    clips = any(file.is_clip for file in found.files)
    frames = None if clips else len(found.files)
    info = SourceInfo(name, (0, 0), is_live=False, frames=frames, fps=None, is_still=not clips)
    jobs = _jobs(found.files, path) if kind is SinkKind.FOLDER else [_only_job(found.files, info, path)]
    existing = [job for job in jobs if job.output.exists()]
    sources_on_disk = {identity(file.path) for file in found.files}
    for job in existing:
        if identity(job.output) in sources_on_disk:
            raise UsageError(f"--to {to}: {job.output} is the source itself; choose another name or folder")
    require_separate([(str(job.source), job.output) for job in jobs], [])
    if existing and not overwrite and not skip_existing:
        more = f" (and {len(existing) - 1} more)" if len(existing) > 1 else ""
        raise UsageError(
            f"{existing[0].output}: exists{more}; add --overwrite to replace it, --skip-existing to keep it, or choose "
            "another name"
        )
    make_folder(path if kind is SinkKind.FOLDER else path.parent)
    kept = existing if skip_existing else []
    return Plan(info, [job for job in jobs if job not in kept], len(kept), found.ignored)


def _only_job(files: Sequence[MediaFile], info: SourceInfo, output: Path) -> Job:
    if len(files) > 1 and not info.is_still:
        raise UsageError(f"--to {output}: {len(files)} files do not fit into one; choose a folder such as comics/")
    check_suits(output, info)
    return Job(files[0].path, output, files[0].is_clip)


def _jobs(files: Sequence[MediaFile], folder: Path) -> list[Job]:
    """A job for each file; no two have the same output."""
    outputs: dict[Path, Path] = {}
    for is_clip, suffix in ((False, ".png"), (True, ".mp4")):
        some = [file for file in files if file.is_clip is is_clip]
        stems = unique_stems([file.name for file in some])
        outputs |= {
            file.path: folder / stem.with_name(stem.name + suffix) for file, stem in zip(some, stems, strict=True)
        }
    return [Job(file.path, outputs[file.path], file.is_clip) for file in files]
