"""A page in a browser."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any, Self, TextIO

from celcam.errors import CelcamError
from edge_app.drawing.looks import Drawer
from edge_app.flow.pacer import Pacer
from edge_app.frames import Frame, FrameSink
from edge_app.session import Session
from edge_app.sinks.stills import POLL_S, Still
from edge_app.web.access import choose_token
from edge_app.web.announce import announcement
from edge_app.web.jpeg import Encode, Newest, encode_jpeg
from edge_app.web.limits import Limits
from edge_app.web.server import WebServer
from edge_app.web.thumbnails import thumbnail_loaders

# Of several still images each stays up so long.
STILL_S = 4.0


class WebSink(FrameSink):
    """Shows frames to whoever opens the page.

    A camera's frames are shown as they come, a clip's at their own times. Still images stay up for some seconds each,
    the last one until the run is stopped.
    """

    name = "web"

    def __init__(
        self,
        session: Session,
        *,
        address: str = "127.0.0.1",
        port: int = 8000,
        token: str | None = None,
        read_vitals: Callable[[], dict[str, Any]] | None = None,
        stop: threading.Event | None = None,
        thumb_loaders: Mapping[str, Callable[[], Drawer]] | None = None,
        limits: Limits | None = None,
        encode: Encode = encode_jpeg,
        tell: Callable[[str], None] = lambda text: print(text, flush=True),
    ) -> None:
        """A page for ``session``, not served yet.

        Args:
            session: what is shown, and what the page changes.
            address: to listen at; another than this machine's own needs a token.
            port: 0 is any that is free.
            token: asked of viewers; None makes one where the address needs it.
            read_vitals: heat and memory, ready for JSON.
            stop: set when the run is to end; a last still image stays up until then, and without it for no longer
                than the others.
            thumb_loaders: how each look's small copy is loaded; None finds the shipped ones by their names.
            limits: what the server bears.
            encode: a picture to JPEG.
            tell: prints how to open the page.

        Raises:
            UsageError: the token is too short or holds what a link can't.
        """
        self._session, self._address, self._stop, self._tell = session, address, stop or threading.Event(), tell
        self._ends_with_stop = stop is not None
        self._token = choose_token(address, token)
        self._newest = Newest()
        self._server = WebServer(
            session,
            self._newest,
            address=address,
            port=port,
            token=self._token,
            read_vitals=read_vitals or dict,
            thumb_loaders=thumbnail_loaders(session.controls.looks) if thumb_loaders is None else thumb_loaders,
            limits=limits or Limits(),
            encode=encode,
        )
        self._shown = 0
        self._pacer = Pacer(session.source)

    def __enter__(self) -> Self:
        """Serve the page and say where.

        Raises:
            UsageError: the address or port can't be had.
        """
        self._server.__enter__()
        try:
            self._tell(self.announcement())
        except BaseException:
            self._server.__exit__()
            raise
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._server.__exit__(*exc_info)

    @property
    def port(self) -> int:
        """That the page is served at."""
        return self._server.port

    def announcement(self) -> str:
        """How to open the page: links, and a QR code where a phone can reach it."""
        return announcement(self._address, self.port, self._token, qr=_draws_blocks(sys.stdout))

    def show(self, frame: Frame) -> bool:
        """Hand over the frame; it is encoded only where somebody watches.

        Raises:
            CelcamError: the server has broken off.
        """
        if not self._server.is_running:
            raise CelcamError("the web server has ended; the notices say why; start Celcam again")
        self._stop.wait(self._pacer.wait_s(frame))
        self._shown += 1
        if self._session.source.is_still:
            is_last = self._shown == self._session.source.frames
            self._hold(frame, None if is_last and self._ends_with_stop else STILL_S)
        else:
            self._newest.offer(frame)
        return True

    def _hold(self, frame: Frame, seconds: float | None) -> None:
        """Show a still image for so long, None: until the run is stopped; draw it again if a control changes it."""
        still = Still(self._session, frame)
        self._newest.offer(still.redrawn() or frame)
        started_s = time.monotonic()
        while not self._stop.wait(POLL_S) and (seconds is None or time.monotonic() - started_s < seconds):
            if (redrawn := still.redrawn()) is not None:
                self._newest.offer(redrawn)
                started_s = time.monotonic()


def _draws_blocks(stream: TextIO) -> bool:
    """Whether somebody looks at ``stream`` whose terminal has the characters of a QR code."""
    try:
        "█▀▄".encode(stream.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return stream.isatty()
