"""Draw every primitive of the finishes on one sheet: with its defaults, then with a knob turned."""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
from celcam.finishes.sheet import primitives_sheet
from celcam.image_io import write_image
from celcam.media.photos import read_image
from celcam.model_card import find_model
from celcam.paths import SAMPLES
from celcam.tflite_model import TFLiteModel
from edge_app.drawing.sizing import fit

THING = SAMPLES / "food_scikit_image_coffee.jpg"
LANDSCAPE = SAMPLES / "street_buildings_roads_scikit_learn_china.jpg"

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("sheet", type=Path, help="picture to write, .png or .jpg")
parser.add_argument("photos", type=Path, nargs="*", help="a thing and a landscape (default: bundled photos)")
options = parser.parse_args()

network = TFLiteModel(find_model("comic"))
photos = (*options.photos, THING, LANDSCAPE)[:2]
drawn = [network(fit(read_image(path), (320, 240))) for path in photos]
write_image(options.sheet, primitives_sheet(*drawn), quality=55)
print(f"every primitive, three times: {options.sheet}")
