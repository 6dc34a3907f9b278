from __future__ import annotations

import hashlib
import io
import json
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest
from PIL import Image

from celcam.errors import MediaError, UnwritableError
from datasets.fetch import fetch_set
from datasets.public_sets import PUBLIC_SETS, PublicSet, describe

DATA = np.random.default_rng(0).bytes(600_000)


class Handler(BaseHTTPRequestHandler):
    """A server with injected faults: each entry of ``faults`` affects one response."""

    server: Any

    def do_GET(self) -> None:
        self.server.requests.append(self.headers.get("Range"))
        fault = self.server.faults.pop(0) if self.server.faults else "none"
        if fault.isdigit():
            self.send_error(int(fault))
            return
        data, start = self.server.data, 0
        if self.headers.get("Range") and fault != "no ranges":
            start = int(self.headers["Range"].removeprefix("bytes=").rstrip("-"))
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {start}-{len(data) - 1}/{len(data)}")
        else:
            self.send_response(200)
        self.send_header("Content-Length", str(len(data) - start))
        self.end_headers()
        body = data[start:]
        if fault in ("stall", "disconnect"):
            self.wfile.write(body[: len(body) // 3])
            self.wfile.flush()
            if fault == "stall":
                self.server.released.wait(20)
        elif fault != "stall at once":
            self.wfile.write(body)
        else:
            self.server.released.wait(20)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[Any]:
    class Server(ThreadingHTTPServer):
        data = DATA
        faults: ClassVar[list[str]] = []
        requests: ClassVar[list[str | None]] = []
        released = threading.Event()

        def handle_error(self, request: object, client_address: object) -> None:
            pass  # the client disconnects in these tests

    with Server(("127.0.0.1", 0), Handler) as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield running
        running.released.set()
        running.shutdown()
        thread.join()


@pytest.fixture
def photo_set(server: Any) -> PublicSet:
    url = f"http://127.0.0.1:{server.server_port}/photos.zip"
    checksum = f"sha256:{hashlib.sha256(DATA).hexdigest()}"
    return PublicSet("test", "photos for the test", 3, url, len(DATA), checksum, "CC0")


def _no_pause(seconds: float) -> None:
    """The test does not wait."""


@pytest.fixture
def fetch(tmp_path: Path) -> Callable[..., Path]:
    def call(public_set: PublicSet, **changed: Any) -> Path:
        options: dict[str, Any] = {"timeout_s": 0.3, "tries": 3, "sleep": _no_pause} | changed
        return fetch_set(public_set, tmp_path, quiet=True, **options)

    return call


def with_fields(public_set: PublicSet, **fields: Any) -> PublicSet:
    return PublicSet(**(vars(public_set) | fields))


def test_a_downloaded_set_is_complete_and_has_a_card(fetch: Any, photo_set: PublicSet) -> None:
    path = fetch(photo_set)
    assert path.read_bytes() == DATA
    card = json.loads(path.with_name("photos.zip.json").read_text())
    assert card["licence"] == "CC0"
    assert card["sha256"] == hashlib.sha256(DATA).hexdigest()
    assert sorted(one.name for one in path.parent.iterdir()) == ["photos.zip", "photos.zip.json"]


def test_an_existing_set_is_not_downloaded_again(fetch: Any, photo_set: PublicSet, server: Any) -> None:
    fetch(photo_set)
    fetch(photo_set)
    assert len(server.requests) == 1


@pytest.mark.parametrize("fault", ["stall", "disconnect"])
def test_a_download_resumes_when_the_server_stalls_or_disconnects(
    fetch: Any, photo_set: PublicSet, server: Any, fault: str
) -> None:
    server.faults[:] = [fault, fault]
    began_s = time.monotonic()
    assert fetch(photo_set).read_bytes() == DATA
    assert time.monotonic() - began_s < 5
    assert server.requests == [None, "bytes=200000-", "bytes=333333-"]


def test_a_server_without_range_support_sends_everything_again(fetch: Any, photo_set: PublicSet, server: Any) -> None:
    server.faults[:] = ["disconnect", "no ranges"]
    assert fetch(photo_set).read_bytes() == DATA


def test_a_busy_server_is_retried_with_growing_pauses(fetch: Any, photo_set: PublicSet, server: Any) -> None:
    server.faults[:] = ["503", "429"]
    pauses: list[float] = []
    assert fetch(photo_set, sleep=pauses.append).read_bytes() == DATA
    assert pauses == [2.0, 4.0]


def test_a_silent_server_is_an_error_and_the_partial_download_is_kept(
    fetch: Any, photo_set: PublicSet, server: Any, tmp_path: Path
) -> None:
    server.faults[:] = ["stall"] + ["stall at once"] * 3
    with pytest.raises(
        MediaError, match=r"stopped sending data; 200000 of 600000 bytes are kept; run the same command to resume"
    ):
        fetch(photo_set)
    assert (tmp_path / "photos.zip.part").stat().st_size == 200_000
    assert fetch(photo_set).read_bytes() == DATA
    assert server.requests[-1] == "bytes=200000-"


def test_a_missing_page_is_an_error_without_a_retry(fetch: Any, photo_set: PublicSet, server: Any) -> None:
    server.faults[:] = ["404"]
    with pytest.raises(MediaError, match="404 Not Found"):
        fetch(photo_set)
    assert len(server.requests) == 1


def test_an_unreachable_server_is_named(fetch: Any, photo_set: PublicSet) -> None:
    with pytest.raises(MediaError, match=r"no data in 3 tries in a row.*refused"):
        fetch(with_fields(photo_set, url="http://127.0.0.1:9/photos.zip"))


@pytest.mark.parametrize("kind", ["sha256", "md5"])
def test_a_download_with_a_wrong_checksum_is_removed(
    fetch: Any, photo_set: PublicSet, server: Any, tmp_path: Path, kind: str
) -> None:
    right = f"{kind}:{hashlib.new(kind, DATA).hexdigest()}"
    server.data = DATA[:-1] + bytes([DATA[-1] ^ 1])
    with pytest.raises(MediaError, match=f"with {kind} .*expected .*is removed"):
        fetch(with_fields(photo_set, checksum=right))
    assert not list(tmp_path.iterdir())
    server.data = DATA
    assert fetch(with_fields(photo_set, checksum=right)).read_bytes() == DATA


@pytest.mark.parametrize("change", [-1000, 1000])
def test_a_wrong_size_is_an_error_before_the_download(
    fetch: Any, photo_set: PublicSet, tmp_path: Path, change: int
) -> None:
    with pytest.raises(MediaError, match=f"the server announces 600000 bytes, expected {600_000 + change}"):
        fetch(with_fields(photo_set, size_bytes=600_000 + change))
    assert not list(tmp_path.iterdir())


def test_a_set_without_a_published_checksum_is_checked_by_its_size(fetch: Any, photo_set: PublicSet) -> None:
    assert fetch(with_fields(photo_set, checksum="")).read_bytes() == DATA
    assert "checksum not published" in describe(with_fields(photo_set, checksum=""))


def test_too_little_disk_space_is_an_error_before_the_download(fetch: Any, photo_set: PublicSet) -> None:
    with pytest.raises(UnwritableError, match="MB needed"):
        fetch(with_fields(photo_set, size_bytes=10**18))


def test_every_known_set_has_size_checksum_and_licence() -> None:
    assert len({one.name for one in PUBLIC_SETS}) == len(PUBLIC_SETS) >= 4
    for one in PUBLIC_SETS:
        kind, _, checksum = one.checksum.partition(":")
        assert len(checksum) == {"sha256": 64, "md5": 32, "": 0}[kind]
        assert one.file_name.endswith((".zip", ".tgz", ".tar.gz"))
        assert one.licence
        assert f"{one.size_bytes / 1e6:,.0f} MB" in describe(one)


def test_a_downloaded_archive_can_be_built_directly(fetch: Any, photo_set: PublicSet, server: Any, build: Any) -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        picture = io.BytesIO()
        Image.effect_noise((80, 80), 60).save(picture, "PNG")
        archive.writestr("photos/a.png", picture.getvalue())
    server.data = file.getvalue()
    path = fetch(with_fields(photo_set, checksum="", size_bytes=len(server.data)))
    assert sum(build(path).pairs.values()) == 1
