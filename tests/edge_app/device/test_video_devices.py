from __future__ import annotations

import sys
from pathlib import Path

import pytest

from edge_app.device.video_devices import CAPABILITY, QUERY_CAPABILITY, video_devices
from tests.edge_app.systems import CAPTURE, METADATA, NODE, STREAMING, capability, write


def test_only_nodes_that_give_pictures_are_cameras(tmp_path: Path) -> None:
    answers = {
        "video0": capability("uvcvideo", "Webcam", CAPTURE | METADATA | NODE, CAPTURE | STREAMING),
        "video1": capability("uvcvideo", "Webcam", CAPTURE | METADATA | NODE, METADATA),
        "video10": capability("bcm2835-codec", "codec-decode", 0x8000 | NODE, 0x8000),
        "video14": capability("bcm2835-isp", "isp-capture0", CAPTURE | NODE, CAPTURE),
    }
    for name in [*answers, "video9", "videos", "audio0"]:
        write(tmp_path, name, "")

    def query(path: Path) -> bytes:
        if path.name == "video9":
            raise PermissionError(13, "Permission denied")
        return answers[path.name]

    devices = video_devices(tmp_path, query)
    assert [device.path.name for device in devices] == ["video0", "video1", "video9", "video10", "video14"]
    assert [device.path.name for device in devices if device.is_camera] == ["video0"]
    assert [device.fault for device in devices if device.fault] == ["Permission denied"]


@pytest.mark.skipif(sys.platform != "linux", reason="needs Linux")
def test_the_query_uses_the_kernels_own_layout(tmp_path: Path) -> None:
    assert (2 << 30) | (CAPABILITY.size << 16) | (ord("V") << 8) == QUERY_CAPABILITY  # _IOR('V', 0, v4l2_capability)
    (tmp_path / "video0").symlink_to("/dev/null")
    assert video_devices(tmp_path)[0].fault == "Inappropriate ioctl for device"
