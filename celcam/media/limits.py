"""How large a photo or a clip may be; checked before anything is decoded."""

from __future__ import annotations

# Cameras of phones reach 50 megapixels, those of studios 100.
MAX_MEGAPIXELS = 100.0
# An uncompressed 16-bit TIFF of 60 megapixels has 360 MB.
MAX_PHOTO_BYTES = 400_000_000
# Memory for the file and its decoded picture, per megapixel of the limit: 600 MB at 100 megapixels.
BYTES_PER_LIMIT_PIXEL = 6.0
# A frame of a clip may have this share of the limit, because a decoder holds several: 12.5 megapixels at 100.
CLIP_SHARE = 0.125
