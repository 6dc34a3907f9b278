"""Turn files into files: each picture and clip is one job, and one that fails does not stop the others."""

from __future__ import annotations

import errno
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field

from celcam.arrays import Uint8Array
from celcam.errors import CelcamError, MediaError, UnwritableError, UsageError
from celcam.image_io import write_image
from celcam.media.photos import read_image
from celcam.progress import Progress
from edge_app.app import first_view
from edge_app.control.controls import Controls
from edge_app.control.monitor import Monitor
from edge_app.drawing.looks import Looks
from edge_app.drawing.painter import Painter
from edge_app.drawing.sizing import choose_sizes, describe_sizes
from edge_app.flow.notices import Notices
from edge_app.flow.pipeline import Pipeline
from edge_app.frames import Frame, SourceInfo
from edge_app.options import AppConfig, parse_output_size
from edge_app.plan import Job, Plan, make_plan
from edge_app.session import Session
from edge_app.sinks.clip import ClipSink
from edge_app.sources.video import VideoSource
from edge_app.stopping import Stop, stop_after, stop_on_signals

# How many ignored files are listed, and how many failed ones the last line names; the others are counted.
LISTED = 20
NAMED = 5
EXIT_SOME_FAILED = 1
# With these errors no other file can be written either.
DISK_ERRORS = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO})


@dataclass
class Outcome:
    """What became of the files."""

    jobs: int  # files to draw
    pictures: int = 0  # written
    clips: int = 0  # written
    skipped: int = 0
    ignored: int = 0
    failed: list[str] = field(default_factory=list)

    @property
    def left(self) -> int:
        """Files that are not complete because the run was stopped."""
        return self.jobs - self.pictures - self.clips - len(self.failed)

    def summary(self, to: str) -> str:
        """The line at the end of a run."""
        parts = [f"{count_files(self.pictures, self.clips)} written to {to}"]
        if self.skipped:
            parts.append(f"{self.skipped} skipped")
        if self.ignored:
            parts.append(f"{self.ignored} other file{'' if self.ignored == 1 else 's'} ignored")
        if self.left:
            parts.append(f"{self.left} not drawn")
        if self.failed:
            more = f" and {len(self.failed) - NAMED} more" if len(self.failed) > NAMED else ""
            parts.append(f"{len(self.failed)} failed: {', '.join(self.failed[:NAMED])}{more}")
        return ", ".join(parts)


def count_files(pictures: int, clips: int) -> str:
    """Such as ``40 pictures and 1 clip``; ``nothing`` if there are none."""
    counts = ((pictures, "picture"), (clips, "clip"))
    texts = [f"{count} {noun}{'' if count == 1 else 's'}" for count, noun in counts if count]
    return " and ".join(texts) or "nothing"


def _stops_all(error: Exception) -> bool:
    """Whether the other files would fail too: the disk is full, or the look can't draw."""
    if isinstance(error, UnwritableError):
        return getattr(error.__cause__, "errno", None) in DISK_ERRORS
    return isinstance(error, CelcamError) and not isinstance(error, MediaError)


def run_batch(config: AppConfig) -> int:
    """Draw all files of ``config`` and print what became of them.

    Returns:
        The exit status: 0, or 1 if some of several files failed.

    Raises:
        CelcamError: the only file can't be drawn, or no file can be drawn or written.
        KeyboardInterrupt: the user stopped the run; the files written before are complete.
    """
    view, choices = first_view(config)
    output_wh = parse_output_size(config.output_size)
    (to,) = config.to
    plan = make_plan(config.source, to, overwrite=config.overwrite, skip_existing=config.skip_existing)
    if config.loop and plan.total > 1:
        raise UsageError(f"--loop: {plan.total} files; name one clip")
    with ExitStack() as stack:
        stop = stack.enter_context(stop_on_signals())
        looks = Looks(choices, notices := Notices())
        if plan.jobs:
            looks.load(view.look)
        session = Session(plan.info, looks, Controls(view, looks=looks.names), config.folder, notices)
        if config.stats is not None:
            stack.enter_context(Monitor(session, target_fps=0.0, stats_path=config.stats))
        batch = Batch(
            plan,
            to,
            session,
            stop,
            output_wh=output_wh,
            overwrite=config.overwrite,
            loop=config.loop,
            max_megapixels=config.max_megapixels,
        )
        stack.enter_context(stop_after(config.seconds, stop))
        try:
            batch.run()
        except (CelcamError, KeyboardInterrupt):
            if plan.total > 1:
                print(batch.result())
            raise
    print(batch.result())
    if config.stats is not None:
        print(session.stats.stage_table())
    if stop.interrupted:
        raise KeyboardInterrupt
    return EXIT_SOME_FAILED if batch.outcome.failed else 0


class Batch:
    """Draws the files of a plan, one after the other."""

    def __init__(
        self,
        plan: Plan,
        to: str,
        session: Session,
        stop: Stop,
        *,
        output_wh: tuple[int, int] | None,
        overwrite: bool,
        loop: bool,
        max_megapixels: float,
    ) -> None:
        """Prepare the run.

        Args:
            plan: the files.
            to: the output as the user wrote it.
            session: looks, view, statistics and notices; its look is loaded.
            stop: ends the run after the current picture or frame.
            output_wh: size of the pictures; None is the one that suits each.
            overwrite: replace clips that exist.
            loop: start the clip again at its end.
            max_megapixels: the largest accepted photo.
        """
        self._plan, self._to, self._session, self._stop = plan, to, session, stop
        self._output_wh, self._overwrite, self._loop, self._max_megapixels = output_wh, overwrite, loop, max_megapixels
        self.outcome = Outcome(len(plan.jobs), skipped=plan.skipped, ignored=len(plan.ignored))

    def run(self) -> None:
        """Draw all files until the end or until ``stop`` is set.

        Raises:
            CelcamError: the only file can't be drawn, an output can't be written, or the look can't draw.
        """
        self._announce()
        with Progress("files", len(self._plan.jobs), "files", quiet=self._plan.total == 1) as bar:
            for job, photo in self._with_photos():
                if self._stop.is_set():
                    return
                try:
                    if photo is None:
                        self._draw_clip(job)
                    else:
                        self._draw_picture(job, *photo.result())
                except Exception as error:  # libraries raise all kinds for a damaged file
                    if self._plan.total == 1 or _stops_all(error):
                        raise
                    self._fail(job, error)
                bar.advance()

    def _fail(self, job: Job, error: Exception) -> None:
        """Report a file that can't be drawn."""
        text = str(error) if isinstance(error, MediaError) else f"{job.source}: {type(error).__name__}: {error}"
        self._session.notices.add(" ".join(text.split()))
        self.outcome.failed.append(str(job.source))

    def result(self) -> str:
        """The line at the end; a single clip with its frames."""
        summary = self.outcome.summary(self._to)
        one_clip = self._plan.total == self.outcome.clips == 1
        return f"{summary}, {self._session.stats.result_line()}" if one_clip else summary

    def _announce(self) -> None:
        ignored = self._plan.ignored
        for line in ignored[:LISTED]:
            self._session.notices.add(f"ignored: {line}")
        if len(ignored) > LISTED:
            self._session.notices.add(f"ignored: {len(ignored) - LISTED} more files")
        if self._plan.total > 1:
            clips = sum(job.is_clip for job in self._plan.jobs)
            self._print_start(count_files(len(self._plan.jobs) - clips, clips), None)

    def _print_start(self, what: str, info: SourceInfo | None) -> None:
        """Print look and sizes; ``info`` is the only file, if there is only one."""
        view, output_wh = self._session.controls.view, self._output_wh
        network_wh, written_wh = view.size_wh, output_wh
        photo_wh = output_wh if info is None else info.size_wh
        if photo_wh is not None:
            sizes = choose_sizes(photo_wh, network_wh, output_wh, is_still=info is None or info.is_still)
            network_wh, written_wh = sizes.network_wh, sizes.output_wh
        print(f"{what} -> {view.look}, {describe_sizes(network_wh, written_wh)} -> {self._to}", flush=True)

    def _with_photos(self) -> Iterator[tuple[Job, Future[tuple[Uint8Array, float]] | None]]:
        """Each job; of a picture with its photo, which is read while the one before is drawn."""
        with ThreadPoolExecutor(max_workers=1, thread_name_prefix="read") as reader:
            photos = (None if job.is_clip else reader.submit(self._read, job) for job in self._plan.jobs)
            ahead = next(photos, None)
            for job in self._plan.jobs:
                photo, ahead = ahead, next(photos, None)
                yield job, photo

    def _read(self, job: Job) -> tuple[Uint8Array, float]:
        """The photo, and when its reading began."""
        captured_s = time.monotonic()
        with self._session.stats.stage("capture").timing():
            return read_image(
                job.source, max_megapixels=self._max_megapixels, notify=self._session.notices.add
            ), captured_s

    def _draw_picture(self, job: Job, photo: Uint8Array, captured_s: float) -> None:
        stats = self._session.stats
        stats.captured += 1
        size_wh = (photo.shape[1], photo.shape[0])
        info = SourceInfo(str(job.source), size_wh, is_live=False, frames=1, fps=None, is_still=True)
        if self._plan.total == 1:
            self._print_start(info.name, info)
        painter = self._painter(info)
        with stats.stage("stylize").timing():
            drawn = painter.draw(Frame(photo, job.source.stem, 0.0, captured_s))
        if drawn is None:
            raise MediaError(f"{job.source}: not a picture; expected (H, W, 3) uint8 RGB")
        with stats.stage("finish").timing():
            drawn = painter.finish(drawn)
        stats.drawn(stats.median_ms("stylize", 1) or 0.0)
        with stats.stage("show picture").timing():
            write_image(job.output, drawn.rgb_u8)
        stats.shown(captured_s)
        self.outcome.pictures += 1

    def _draw_clip(self, job: Job) -> None:
        over = threading.Event()
        notices, stats = self._session.notices, self._session.stats
        cut = False

        def draw(frame: Frame) -> Frame | None:
            nonlocal cut
            if self._stop.is_set():
                cut = self._stop.interrupted
                over.set()
                return None
            return painter.draw(frame)

        shrinks = self._output_wh is None and self._session.controls.view.size_wh is None
        with (
            VideoSource(job.source, self._loop, max_megapixels=self._max_megapixels, shrinks=shrinks) as source,
            Progress(job.source.name, source.info.frames, "frames") as bar,
        ):
            if self._plan.total == 1:
                self._print_start(str(job.source), source.info)
            painter = self._painter(source.info)
            with ClipSink(
                job.output,
                source.info,
                overwrite=self._overwrite,
                notices=notices,
                interrupted=lambda: cut,
                all_sound=lambda: not self._stop.is_set(),
            ) as sink:
                finish = bar.counting(painter.finish)
                Pipeline(source, draw, [sink], stop=over, stats=stats, notices=notices, finish=finish).run()
        self.outcome.clips += not cut

    def _painter(self, info: SourceInfo) -> Painter:
        """A painter for one file, so that ``--calm`` mixes no frames of two files."""
        return Painter(self._session.looks, self._session.controls, self._session.notices, info, self._output_wh)
