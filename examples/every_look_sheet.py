"""Draw one photo in every look, and in a look of your own."""

import argparse
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))
from celcam.image_io import write_image
from celcam.looks import LOOKS, read_look
from celcam.media.photos import read_image
from celcam.model_card import find_model
from celcam.paths import SAMPLES
from celcam.sheet import captioned
from celcam.tflite_model import TFLiteModel
from edge_app.drawing.sizing import fit

OWN = Path(__file__).parent / "wet-ink.toml"
parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("sheet", type=Path, help="picture to write, .png or .jpg")
parser.add_argument("photos", type=Path, nargs="*", help="your photo (default: the astronaut)")
options = parser.parse_args()

photo = fit(read_image((*options.photos, SAMPLES / "people_scikit_image_astronaut.jpg")[0]), (320, 320))
cells = [captioned(photo, "photo")]
for look in (*LOOKS.values(), read_look(OWN)):
    cells.append(captioned(look.finish.draw(TFLiteModel(find_model(look.style))(photo), (320, 320)), look.name))
write_image(options.sheet, np.vstack([np.hstack(cells[start : start + 4]) for start in range(0, 12, 4)]), quality=80)
print(f"a photo in {len(cells) - 1} looks: {options.sheet}")
