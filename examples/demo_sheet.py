"""Draw photos and their cartoons side by side on one sheet."""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from celcam.image_io import write_image
from celcam.media.photos import read_image
from celcam.model_card import find_model
from celcam.paths import SAMPLES
from celcam.pixels import to_short_side
from celcam.sheet import contact_sheet
from celcam.tflite_model import TFLiteModel

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("sheet", type=Path, help="picture to write, .png or .jpg")
parser.add_argument("photos", type=Path, nargs="*", help="your photos (default: the bundled photos)")
parser.add_argument("--look", default="comic", help="a look in models/ (default: comic)")
options = parser.parse_args()

draw = TFLiteModel(find_model(options.look))
photos = [to_short_side(read_image(path), 256) for path in options.photos or sorted(SAMPLES.glob("*.jpg"))]
rows = [(photo, draw(photo)) for photo in photos]
write_image(options.sheet, contact_sheet(rows, height=256, width=1700))
print(f"{len(rows)} photos and their cartoons: {options.sheet}")
