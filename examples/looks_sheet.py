"""Draw photos in every style and by two filters of OpenCV on one sheet."""

import argparse
import sys
from pathlib import Path

import cv2
import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))
from celcam.image_io import write_image
from celcam.media.photos import read_image
from celcam.paths import SAMPLES
from celcam.sheet import contact_sheet
from celcam.styles import STYLES, stroke_scale
from edge_app.drawing.sizing import fit

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("sheet", type=Path, help="picture to write, .png or .jpg")
parser.add_argument("photos", type=Path, nargs="*", help="your photos (default: the bundled photos)")
options, rows = parser.parse_args(), []

for full in map(read_image, options.photos or sorted(SAMPLES.glob("*.jpg"))):
    photo = fit(full[: full.shape[1] * 9 // 10], (256, 192))  # faces are near the top of an upright photo
    looks = [style.draw(photo, stroke_scale(photo)) for style in STYLES.values()]
    peers = cv2.stylization(photo), cv2.cvtColor(cv2.pencilSketch(photo)[0], cv2.COLOR_GRAY2RGB)
    rows.append([photo, *looks, *(np.asarray(peer, np.uint8) for peer in peers)])
titles = ["photo", *STYLES, "cv2.stylization", "cv2.pencilSketch"]
write_image(options.sheet, contact_sheet(rows, height=192, titles=titles), quality=76)
print(f"{len(rows)} photos in {len(STYLES)} styles: {options.sheet}")
