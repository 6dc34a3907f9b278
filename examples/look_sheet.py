"""Draw photos in one look on a sheet."""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
from celcam.image_io import write_image
from celcam.looks import find_look
from celcam.media.photos import read_image
from celcam.model_card import find_model
from celcam.paths import SAMPLES
from celcam.sheet import contact_sheet
from celcam.tflite_model import TFLiteModel
from edge_app.drawing.sizing import fit

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("sheet", type=Path, help="picture to write, .png or .jpg")
parser.add_argument("photos", type=Path, nargs="*", help="your photos (default: the bundled photos)")
parser.add_argument("--look", default="poster", help="one of the looks (default: poster)")
options = parser.parse_args()

look = find_look(options.look)
network, rows = TFLiteModel(find_model(look.style)), []
for path in options.photos or sorted(SAMPLES.glob("*.jpg")):
    drawn = network(fit(read_image(path), (320, 240)))
    rows.append([look.finish.draw(drawn, (480, 360))])
write_image(options.sheet, contact_sheet(rows, height=300, width=1250), quality=75)
print(f"{len(rows)} photos as {look.name}: {options.sheet}")
