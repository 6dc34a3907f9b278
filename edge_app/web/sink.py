"""The sink for viewers in a browser."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Self, TextIO

from celcam.errors import CelcamError, UsageError
from edge_app.drawing.catalogue import Networks, shipped_choices
from edge_app.drawing.looks import Choice
from edge_app.frames import Frame, FrameSink
from edge_app.session import Session
from edge_app.sinks.showing import Showing
from edge_app.web.access import choose_token
from edge_app.web.announce import announcement
from edge_app.web.jpeg import Encode, NewestFrame, encode_jpeg
from edge_app.web.limits import Limits
from edge_app.web.private_files import cookie_key, state_folder, write_private
from edge_app.web.server import WebServer
from edge_app.web.tls import Tls


class WebSink(FrameSink):
    """Shows frames to all viewers of the page.

    `Showing` says when each frame is shown.
    """

    name = "web"

    def __init__(
        self,
        session: Session,
        *,
        address: str = "127.0.0.1",
        port: int = 8000,
        token: str | None = None,
        tls: Tls | None = None,
        read_vitals: Callable[[], dict[str, Any]] | None = None,
        stop: threading.Event | None = None,
        thumb_choices: Mapping[str, Choice] | None = None,
        limits: Limits | None = None,
        encode: Encode = encode_jpeg,
        state: Path | None = None,
        write: Callable[[str], None] = lambda text: print(text, flush=True),
    ) -> None:
        """A page for ``session``, not served yet.

        Args:
            session: is shown, and changed by the viewers.
            address: the address to listen on; an address that other machines can reach needs a token.
            port: the port to listen on; 0 is any free port.
            token: required from viewers; None makes one if the address needs it.
            tls: for HTTPS; None is HTTP.
            read_vitals: returns the machine's vitals, ready for JSON.
            stop: set to end the run; the last still image is shown until then. Without it, the last one is shown no
                longer than the others.
            thumb_choices: the looks that get thumbnails; None is all shipped ones that can be chosen.
            limits: the limits of the server.
            encode: a picture to JPEG.
            state: the folder for the key of the cookies and for a new token; None is `state_folder`.
            write: prints how to open the page.

        Raises:
            UsageError: the token is too short, or has characters that do not fit into a link.
        """
        self._address, self._write = address, write
        self._token, self._tls = choose_token(address, token), tls
        self._state, self._is_new_token = state or state_folder(), token is None
        self._newest = NewestFrame()
        self._server = WebServer(
            session,
            self._newest,
            address=address,
            port=port,
            token=self._token,
            key=cookie_key(self._state) if self._token is not None else b"",
            tls=tls,
            read_vitals=read_vitals or dict,
            thumb_choices=_shipped(session.controls.looks) if thumb_choices is None else thumb_choices,
            limits=limits or Limits(),
            encode=encode,
        )
        self._showing = Showing(session, self._newest.offer, stop=stop)

    def __enter__(self) -> Self:
        """Serve the page and print its links.

        Raises:
            UsageError: the address or port is not available, or a new token can't be kept.
        """
        self._server.__enter__()
        try:
            self._write(self.announcement())
        except BaseException:
            self._server.__exit__()
            raise
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._server.__exit__(*exc_info)

    @property
    def port(self) -> int:
        """The port that the page is served on."""
        return self._server.port

    def announcement(self) -> str:
        """How to open the page: links, and a QR code if a phone can reach it.

        Only a terminal gets the token: other outputs are kept, as in the journal of a service.
        """
        hidden = None if self._token is None or sys.stdout.isatty() else self._hide_token()
        return announcement(
            self._address, self.port, self._token, qr=_draws_blocks(sys.stdout), tls=self._tls, hidden=hidden
        )

    def _hide_token(self) -> str:
        """Say where the token is; write a new one into a file that only this user can read."""
        if not self._is_new_token or self._token is None:
            return "that you have chosen"
        path = self._state / "token"
        try:
            write_private(path, f"{self._token}\n".encode())
        except OSError as error:
            raise UsageError(f"{path}: can't be written ({error.strerror}); give a token with --token-file") from error
        return f"in {path}"

    def show(self, frame: Frame) -> bool:
        """Show the frame; it is encoded only if somebody watches.

        Raises:
            CelcamError: the server has failed.
        """
        if not self._server.is_running:
            raise CelcamError("the web server has ended; see the messages for the reason, then start Celcam again")
        self._showing.show(frame)
        return True


def _draws_blocks(stream: TextIO) -> bool:
    """Whether ``stream`` is a terminal that has the characters of a QR code."""
    try:
        "█▀▄".encode(stream.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return stream.isatty()


def _shipped(names: Iterable[str]) -> dict[str, Choice]:
    """Those of the looks that are shipped, on one CPU thread."""
    choices = shipped_choices(Networks(threads=1))
    return {name: choices[name] for name in names if name in choices}
