"""File suffixes, in lower case, by which folders are searched for pictures and clips."""

from __future__ import annotations

# HEIF files (.heic, .heif, .hif) need the package pi-heif.
HEIF_SUFFIXES = frozenset({".heic", ".heif", ".hif"})
IMAGE_SUFFIXES = HEIF_SUFFIXES | {".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff", ".avif"}
CLIP_SUFFIXES = frozenset(
    {".mp4", ".m4v", ".mov", ".avi", ".mkv", ".webm", ".mpg", ".mpeg", ".wmv", ".mts", ".m2ts", ".3gp", ".ts", ".vob"}
    | {".h264", ".264", ".hevc", ".h265", ".265"}  # raw streams, as cameras of a Pi write them
)
