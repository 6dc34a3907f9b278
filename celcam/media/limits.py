"""How large a photo or a clip may be; checked before anything is decoded."""

from __future__ import annotations

# Cameras of phones reach 50 megapixels, those of studios 100.
MAX_MEGAPIXELS = 100.0
# An uncompressed 16-bit TIFF of 60 megapixels has 360 MB.
MAX_PHOTO_BYTES = 400_000_000
# Memory for the file and its decoded picture, per megapixel of the limit: 600 MB at 100 megapixels.
BYTES_PER_LIMIT_PIXEL = 6.0
# A decoder holds up to 16 frames of a clip, in all about 50 bytes per pixel. A frame may have this share of the limit:
# 12.5 megapixels at 100, which takes 700 MB at worst.
CLIP_SHARE = 0.125
