"""The doctor's checks of the app's parts: OpenCV, TFLite runtime, model, cameras, encoder, web page."""

from __future__ import annotations

import re

from edge_app.device.video_devices import video_devices
from edge_app.doctor.finding import Finding, System, one_line

TIMED_SIZE_WH, FINISHED_SIZE_WH = (320, 240), (640, 480)
TIMED_RUNS = 9
ABI_BROKEN = "numpy.dtype size changed"  # the message of picamera2's helpers if they were built for another NumPy


def check_numpy_and_opencv(system: System) -> list[Finding]:
    """Whether both are installed, and whether OpenCV can open a window."""
    try:
        numpy, cv2 = system.load("numpy"), system.load("cv2")
    except ImportError as error:
        remedy = "sudo apt install python3-opencv; with pip's: sudo apt install libgl1 libglib2.0-0"
        return [Finding("OpenCV", "fail", one_line(error), remedy)]
    match = re.search(r"^\s*GUI:\s*(\S+)", cv2.getBuildInformation(), re.MULTILINE)
    gui = match[1] if match else "NONE"
    found = f"NumPy {numpy.__version__}, OpenCV {cv2.__version__}, windows by {gui}"
    if gui.upper() == "NONE":
        return [Finding("OpenCV", "note", found, "for a window use apt's python3-opencv; --to web needs no window")]
    return [Finding("OpenCV", "ok", found)]


def check_runtime(system: System) -> list[Finding]:
    """Which TFLite runtime is installed."""
    from edge_app.benchmarks.bench import runtime_name

    name = runtime_name()
    if name.startswith("unknown"):
        return [Finding("TFLite runtime", "fail", "none", "pip install ai-edge-litert")]
    if name.startswith("tflite_runtime"):
        remedy = "its pictures differ by up to 17 levels; pip install ai-edge-litert if there is a wheel"
        return [Finding("TFLite runtime", "note", name, remedy)]
    return [Finding("TFLite runtime", "ok", name)]


def check_model(system: System) -> list[Finding]:
    """Whether a shipped look loads, and draws something other than the photo."""
    from celcam.errors import CelcamError
    from celcam.finishes.finish import enlarge
    from celcam.pixels import resize
    from celcam.tflite_model import DEFAULT_THREADS
    from celcam.timing import measure_latency
    from edge_app.drawing.catalogue import Networks, shipped_choices
    from edge_app.sources.synthetic import test_card

    threads = min(DEFAULT_THREADS, system.vitals.cores)
    choices = shipped_choices(Networks(system.models, threads))
    if not choices:
        return [
            Finding("model", "fail", f"none in {system.models}", "install Celcam again, or restore the folder models/")
        ]
    name = "comic" if "comic" in choices else next(iter(choices))
    picture = resize(test_card(0.0), TIMED_SIZE_WH)
    try:
        draw, finish = choices[name].load(), choices[name].finish.prepare(FINISHED_SIZE_WH)
        drawn = draw(picture, TIMED_SIZE_WH)
    except CelcamError as error:
        return [Finding("model", "fail", one_line(error), "install Celcam again, or restore the folder models/")]
    if drawn.shape != picture.shape or int(drawn.min()) == int(drawn.max()) or bool((drawn == picture).all()):
        return [Finding("model", "fail", f"{name} draws nothing", "pip install --force-reinstall ai-edge-litert")]
    calls = {
        "draws {}x{}".format(*TIMED_SIZE_WH): lambda: draw(picture, TIMED_SIZE_WH),
        "finishes {}x{}".format(*FINISHED_SIZE_WH): lambda: finish(enlarge(drawn, FINISHED_SIZE_WH)),
    }
    timed = [f"{what} in {latency.median_ms:.1f} ms" for what, latency in measure_latency(calls, TIMED_RUNS).items()]
    return [Finding("model", "ok", f"{name} {timed[0]} on {threads} threads, {timed[1]}")]


def check_cameras(system: System) -> list[Finding]:
    """The Pi's camera and USB cameras; a Pi must have one of them."""
    pi, usb = _pi_camera(system), _usb_cameras(system)
    if system.is_pi and "ok" not in (pi.state, usb.state):
        pi = Finding(pi.what, "fail", pi.found, pi.remedy)
    return [pi, usb]


def _pi_camera(system: System) -> Finding:
    from celcam.native_messages import native_messages_off

    what = "Pi camera"
    install = "sudo apt install python3-picamera2, and make the venv with --system-site-packages"
    try:
        with native_messages_off():  # libcamera prints its version and steps
            cameras = system.load("picamera2").Picamera2.global_camera_info()
    except ModuleNotFoundError as error:
        if error.name in (None, "picamera2"):
            return Finding(
                what, "note", "picamera2 is not installed", install if system.is_pi else "only needed on a Pi"
            )
        return Finding(what, "note", one_line(error), install)
    except Exception as error:  # its parts may raise anything
        own_numpy = "pip uninstall numpy opencv-python in the venv: picamera2 needs apt's NumPy"
        return Finding(what, "note", one_line(error), own_numpy if ABI_BROKEN in str(error) else install)
    if not cameras:
        remedy = "power off, reseat the ribbon cable at both ends; then run rpicam-hello --list-cameras"
        return Finding(what, "note", "none found", remedy)
    names = ", ".join(f"picamera:{number} {camera.get('Model', '?')}" for number, camera in enumerate(cameras))
    return Finding(what, "ok", names)


def _usb_cameras(system: System) -> Finding:
    devices = video_devices(system.root / "dev", system.query)
    cameras = [device for device in devices if device.is_camera]
    if cameras:
        return Finding("USB camera", "ok", ", ".join(f"usb:{each.path.name[5:]} {each.name}" for each in cameras))
    faults = sorted({device.fault for device in devices if device.fault})
    if faults:
        remedy = "sudo usermod -aG video $USER, then log in again"
        return Finding("USB camera", "note", f"/dev/video*: {', '.join(faults)}", remedy)
    return Finding("USB camera", "note", "none found", "plug in a camera, or use a file or synthetic: as SOURCE")


def check_recording(system: System) -> list[Finding]:
    """Whether PyAV has an H.264 encoder and is new enough."""
    try:
        av = system.load("av")
    except ImportError as error:
        return [Finding("recording", "fail", one_line(error), "pip install av")]
    found = f"PyAV {av.__version__}"
    try:
        av.codec.Codec("libx264", "w")
    except Exception:  # the type differs between versions
        return [Finding("recording", "fail", f"{found} without libx264", "pip install av: the wheel has it")]
    try:
        system.load("edge_app.sinks.video")
        system.load("edge_app.sources.video")
        new = hasattr(av.VideoFrame, "rotation")
    except (ImportError, AttributeError):
        new = False
    if not new:
        remedy = "pip install --upgrade av; the version from apt is too old"
        return [Finding("recording", "fail", f"{found} is too old for the app", remedy)]
    return [Finding("recording", "ok", f"{found} with libx264")]


def check_web(system: System) -> list[Finding]:
    """Whether the package for ``--to web`` is installed."""
    try:
        return [Finding("web page", "ok", f"aiohttp {system.load('aiohttp').__version__}")]
    except ImportError:
        return [Finding("web page", "note", "aiohttp is not installed", "for --to web: pip install aiohttp")]
