"""The bundled photos in every look, and in OpenCV's own two: ``looks_sheet.py docs/looks.jpg``."""

import sys
from pathlib import Path

import cv2
import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from celcam.image_io import encode_image, read_image, write_whole
from celcam.pixels import resize
from celcam.sheet import contact_sheet
from celcam.styles import STYLES, stroke_scale

WIDTH, HEIGHT = 256, 192

rows = []
for path in sorted(Path("datasets/samples").glob("*.jpg")):
    full = read_image(path)
    width = min(full.shape[1], full.shape[0] * WIDTH // HEIGHT)
    height = width * HEIGHT // WIDTH
    left, top = (full.shape[1] - width) // 2, (full.shape[0] - height) // 3
    photo = resize(full[top : top + height, left : left + width], (WIDTH, HEIGHT))  # 4:3, where faces are
    looks = [style.draw(photo, stroke_scale(photo)) for style in STYLES.values()]
    peers = [cv2.stylization(photo), cv2.cvtColor(cv2.pencilSketch(photo)[0], cv2.COLOR_GRAY2RGB)]
    rows.append([photo, *looks, *(np.asarray(peer, np.uint8) for peer in peers)])
sheet = contact_sheet(rows, height=HEIGHT, titles=["photo", *STYLES, "cv2.stylization", "cv2.pencilSketch"])
write_whole(Path(sys.argv[1]), encode_image(sheet, ".jpg", quality=76))
print(f"{len(rows)} photos in {len(STYLES)} looks: {sys.argv[1]}")
