"""Builds folders with the arm64 files of the Debian releases that Raspberry Pi OS is made from.

Debian's packages are unpacked without running their scripts, so nothing is emulated here. The packages come from the
mirror that this machine's own apt uses. Packages of Raspberry Pi alone, such as picamera2, come from PyPI.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from celcam.paths import ROOT
from tests.pi.caching import cached

HERE = Path(__file__).parent
PICAMERA2_REQUIREMENTS = HERE.parent / "requirements-picamera2.txt"
PI_REQUIREMENTS = ROOT / "edge_app" / "requirements-pi.txt"
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
PLATFORMS = ("manylinux_2_28_aarch64", "manylinux_2_27_aarch64", "manylinux_2_17_aarch64", "manylinux2014_aarch64")
# What an empty Raspberry Pi OS Lite has of the programs that the installer and the app start.
PROGRAMS = (
    "bash", "ca-certificates", "coreutils", "diffutils", "dpkg", "findutils", "grep", "gzip", "hostname", "libc-bin",
    "libstdc++6", "passwd", "procps", "python3", "sed", "systemd", "tar", "util-linux",
)  # fmt: skip
# What apt installs with python3-picamera2, and python3-venv.
PYTHON_PACKAGES = (
    "python3-jsonschema", "python3-libarchive-c", "python3-numpy", "python3-piexif", "python3-pil", "python3-prctl",
    "python3-tqdm", "python3-venv",
)  # fmt: skip
# Only Raspberry Pi's own archive has these.
ONLY_ON_PI = ("python3-picamera2", "rpicam-apps")


@dataclass(frozen=True)
class Release:
    """A Debian release.

    Attributes:
        name: its code name.
        python: version of its Python.
        backports: packages from its backports.
    """

    name: str
    python: str
    backports: tuple[str, ...] = ()


BOOKWORM = Release("bookworm", "3.11")
TRIXIE = Release("trixie", "3.13", ("python3-libcamera", "libcamera0.7"))
RELEASES = (BOOKWORM, TRIXIE)


def build_root(release: Release) -> Path:
    """The folder of a release's files; it is built once, and again if what it is made from has changed."""
    made_from = hashlib.sha256(repr((release, PROGRAMS, PYTHON_PACKAGES, PLATFORMS)).encode())
    for path in (PICAMERA2_REQUIREMENTS, PI_REQUIREMENTS):
        made_from.update(path.read_bytes())
    root = cached(f"root-{release.name}", made_from.hexdigest(), lambda folder: _build(release, folder))
    # Stand-ins for programs that need a Pi, a network or a running systemd.
    shutil.copytree(HERE / "programs", root / "usr/local/sbin", dirs_exist_ok=True)
    return root


def debian_mirror() -> str:
    """The address of Debian's packages in this machine's apt configuration."""
    command = ["apt-get", "indextargets", "--format", "$(LABEL) $(REPO_URI)"]
    lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    found = [line.split()[1] for line in lines if line.startswith("Debian ")]
    if not found:
        raise RuntimeError("apt knows no Debian mirror; run 'apt-get update' first")
    return found[0]


def _build(release: Release, root: Path) -> None:
    _unpack_debian(release, root)
    _complete(root)
    libraries = root / "usr/lib/python3/dist-packages"
    _pip(release, "install", "--target", str(libraries), "--no-deps", "-r", str(PICAMERA2_REQUIREMENTS))
    numpy = next(libraries.glob("numpy-*-info")).name.split("-")[1].removesuffix(".dist").removesuffix(".egg")
    wheels = root / "opt/wheels"
    # The installer's pip finds here what a Pi would download.
    _pip(release, "download", "--dest", str(wheels), f"numpy=={numpy}", "-r", str(PI_REQUIREMENTS))
    _pip(release, "install", "--target", str(root / "opt/pytest"), "pytest")
    known = "\n".join((*PROGRAMS, *PYTHON_PACKAGES, *ONLY_ON_PI))
    (root / "etc/known-packages").write_text(f"{known}\n", encoding="utf-8")


def _unpack_debian(release: Release, root: Path) -> None:
    suites = [release.name] + ([f"{release.name}-backports"] if release.backports else [])
    sources = "".join(f"deb [signed-by={KEYRING}] {debian_mirror()} {suite} main\n" for suite in suites)
    backports = [f"{name}/{release.name}-backports" for name in release.backports[:1]] + list(release.backports[1:])
    packages = ",".join((*PROGRAMS, *PYTHON_PACKAGES, *backports))
    command = ["mmdebstrap", "--quiet", "--mode=root", "--variant=extract", "--architectures=arm64",
               f"--include={packages}", release.name, str(root), "-"]  # fmt: skip
    subprocess.run(command, input=sources, text=True, check=True)


def _complete(root: Path) -> None:
    """Do what the scripts of the packages would have done."""
    for name in ("bin", "sbin", "lib"):
        if not (root / name).exists():
            (root / name).symlink_to(f"usr/{name}")
    for name in ("dev", "proc", "sys/devices/system/cpu", "run/systemd", "tmp", "root", "opt"):
        (root / name).mkdir(parents=True, exist_ok=True)
    for name in ("online", "possible", "present"):
        (root / "sys/devices/system/cpu" / name).write_text("0-3\n", encoding="utf-8")
    libraries = root / "usr/lib/aarch64-linux-gnu"
    for name in ("blas", "lapack"):
        (libraries / f"lib{name}.so.3").symlink_to(f"{name}/lib{name}.so.3")
    authorities = sorted((root / "usr/share/ca-certificates/mozilla").glob("*.crt"))
    bundle = root / "etc/ssl/certs/ca-certificates.crt"  # Trixie's pip reads it at its start
    bundle.parent.mkdir(parents=True, exist_ok=True)
    bundle.write_bytes(b"".join(path.read_bytes() for path in authorities))
    (root / "etc/passwd").write_text("root:x:0:0::/root:/bin/bash\n", encoding="utf-8")
    (root / "etc/group").write_text("root:x:0:\nvideo:x:44:\n", encoding="utf-8")


def _pip(release: Release, *words: str) -> None:
    platforms = [word for platform in PLATFORMS for word in ("--platform", platform)]
    options = ["--quiet", "--only-binary=:all:", "--implementation", "cp", "--python-version", release.python]
    command = [sys.executable, "-m", "pip", words[0], *options, *platforms, *words[1:]]
    subprocess.run(command, check=True, env=os.environ | {"PIP_DISABLE_PIP_VERSION_CHECK": "1"})


if __name__ == "__main__":
    for one in RELEASES:
        print(build_root(one))
