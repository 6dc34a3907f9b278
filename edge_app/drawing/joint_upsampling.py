"""Joint upsampling: scales a small drawing up to the photo's size, with the photo's edges.

Pictures are ``(H, W, 3) uint8 RGB``. The cartoon is scaled up. Then its brightness alone is corrected by two things:
the detail that the large photo has and the small one lacks, and a sharpening of the cartoon. The limit of the
correction is computed at the small size. A pixel never goes beyond its neighbours in the cartoon, so there are no
halos. It hardly changes where the photo has contrast and the cartoon has none, so fur and grass that the network
removed do not return.

Like the joint upsampling of Kopf et al. (2007) and the fast guided filter of He and Sun (2015), it takes a few passes
of byte operations over the large picture.
"""

from __future__ import annotations

import cv2
import numpy as np

from celcam.arrays import FloatArray, Uint8Array
from celcam.errors import CelcamError

# A contrast of up to so many levels in the photo is noise, and no sign of detail that the network removed.
NOISE_LEVELS = 8
_NEIGHBOURS = np.ones((3, 3), np.uint8)


def joint_upsample(photo_u8: Uint8Array, photo_small_u8: Uint8Array, cartoon_small_u8: Uint8Array) -> Uint8Array:
    """The cartoon at the photo's size.

    Args:
        photo_u8: ``(H, W, 3) uint8 RGB``, may be a view.
        photo_small_u8: the same picture at the network's size, ``(h, w, 3) uint8 RGB``; its aspect ratio may differ a
            little, because h and w are multiples of 4.
        cartoon_small_u8: the network's drawing of it, of the same shape.

    Returns:
        ``(H, W, 3) uint8 RGB``, a new array.

    Raises:
        CelcamError: the small pictures differ in shape.
    """
    if photo_small_u8.shape != cartoon_small_u8.shape:
        raise CelcamError(
            f"the small photo is {photo_small_u8.shape}, its cartoon {cartoon_small_u8.shape}; "
            "pass the photo that the network drew"
        )
    height, width = photo_u8.shape[:2]
    size_wh = (width, height)
    start, reach = _start_and_reach(photo_small_u8, cartoon_small_u8)
    # The allocation of a large array costs more than the computation, so all planes are one array and are used twice.
    lighter, darker, *planes = np.empty((5, height, width), np.uint8)
    cv2.cvtColor(photo_u8, cv2.COLOR_RGB2GRAY, dst=lighter)
    cv2.resize(start, size_wh, dst=planes[0])
    cv2.resize(reach, size_wh, dst=planes[1])
    cv2.subtract(planes[0], lighter, dst=darker)
    cv2.subtract(lighter, planes[0], dst=lighter)
    cv2.min(lighter, planes[1], dst=lighter)
    cv2.min(darker, planes[1], dst=darker)
    for channel, plane in zip(cv2.split(cartoon_small_u8), planes, strict=True):
        cv2.resize(channel, size_wh, dst=plane)
        cv2.add(plane, lighter, dst=plane)
        cv2.subtract(plane, darker, dst=plane)
    return np.asarray(cv2.merge(planes), np.uint8)


def _start_and_reach(photo_u8: Uint8Array, cartoon_u8: Uint8Array) -> tuple[FloatArray, FloatArray]:
    """What to subtract from the photo's brightness to get a pixel's correction, and the limit of the correction.

    Returns:
        Both ``(h, w) uint8``.
    """
    photo, cartoon = (cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY) for picture in (photo_u8, cartoon_u8))
    # Unsharp masking with twice the difference: it makes the ramp at a line's side, which is as wide as a small pixel,
    # a third as wide. The reach limits it.
    softness = cv2.subtract(cv2.blur(cartoon, (3, 3)), cartoon, dtype=cv2.CV_16S)
    start = cv2.add(photo, cv2.add(softness, softness), dtype=cv2.CV_8U)

    darkest, lightest = cv2.erode(cartoon, _NEIGHBOURS), cv2.dilate(cartoon, _NEIGHBOURS)
    # The middle of a line is its darkest pixel already and does not change.
    reach = cv2.min(cv2.subtract(lightest, cartoon), cv2.subtract(cartoon, darkest))
    contrast = cv2.subtract(cv2.dilate(photo, _NEIGHBOURS), cv2.erode(photo, _NEIGHBOURS))
    noisy = cv2.convertScaleAbs(contrast, beta=NOISE_LEVELS)
    kept = cv2.divide(cv2.subtract(lightest, darkest), noisy, scale=255.0)  # of 255
    for _ in range(2):  # squared: if half of the contrast is left, it is mostly texture
        reach = cv2.multiply(reach, kept, scale=1 / 255)
    return start, reach
