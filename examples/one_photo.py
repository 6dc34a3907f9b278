"""Draw one photo with a shipped model."""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from celcam.image_io import write_image
from celcam.media.photos import read_image
from celcam.model_card import find_model
from celcam.paths import SAMPLES
from celcam.pixels import to_short_side
from celcam.tflite_model import TFLiteModel

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("cartoon", type=Path, help="picture to write, .png or .jpg")
parser.add_argument("photo", type=Path, nargs="?", default=SAMPLES / "food_scikit_image_coffee.jpg", help="your photo")
parser.add_argument("--look", default="comic", help="a look in models/ (default: comic)")
options = parser.parse_args()

draw = TFLiteModel(find_model(options.look))
photo = to_short_side(read_image(options.photo), 400)  # both sides become multiples of 4
write_image(options.cartoon, draw(photo))
print(options.cartoon)
