"""The controls of the fake camera."""

from __future__ import annotations

from enum import Enum
from types import SimpleNamespace
from typing import Any

from libcamera.values import Rectangle

WHOLE_SENSOR = Rectangle(0, 0, 1920, 1080)
SHORTEST_FRAME_US, FRAME_US = 16_666, 33_333


class ControlType(Enum):
    Null, Bool, Byte, Integer32, Integer64, Float, String, Rectangle, Size, Point = range(10)


class ControlId:
    def __init__(self, name: str, type: ControlType | None) -> None:
        self.name, self.type = name, type

    def __repr__(self) -> str:
        return self.name


class ControlInfo:
    def __init__(self, least: Any, most: Any, default: Any) -> None:
        self.min, self.max, self.default = least, most, default


# Name: type, least, most, default.
ADVERTISED: dict[str, tuple[str, Any, Any, Any]] = {
    "FrameDurationLimits": ("Integer64", SHORTEST_FRAME_US, 10_000_000, FRAME_US),
    "ExposureTime": ("Integer32", 14, 11_767_556, 20_000),
    "ExposureTimeMode": ("Integer32", 0, 1, 0),
    "AnalogueGain": ("Float", 1.0, 16.0, 1.0),
    "AnalogueGainMode": ("Integer32", 0, 1, 0),
    "AeEnable": ("Bool", False, True, True),
    "AwbEnable": ("Bool", False, True, True),
    "Brightness": ("Float", -1.0, 1.0, 0.0),
    "Contrast": ("Float", 0.0, 32.0, 1.0),
    "Saturation": ("Float", 0.0, 32.0, 1.0),
    "NoiseReductionMode": ("Integer32", 0, 4, 0),
    "ScalerCrop": ("Rectangle", Rectangle(0, 0, 64, 64), WHOLE_SENSOR, WHOLE_SENSOR),
    # picamera2 reads "least" as the crop of the main picture and "most" as that of the small one.
    "ScalerCrops": ("Rectangle", Rectangle(0, 1, 1920, 1078), Rectangle(0, 2, 1920, 1076), WHOLE_SENSOR),
}
globals().update({name: ControlId(name, ControlType[values[0]]) for name, values in ADVERTISED.items()})
globals().update(
    {name: ControlId(name, None) for name in ("SensorTimestamp", "FrameDuration", "DigitalGain", "Lux", "SyncReady")}
)
draft = SimpleNamespace(
    NoiseReductionModeEnum=Enum(
        "NoiseReductionModeEnum", {"Off": 0, "Fast": 1, "HighQuality": 2, "Minimal": 3, "ZSL": 4}
    )
)
