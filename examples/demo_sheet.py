"""Photos beside their cartoons on one sheet: ``demo_sheet.py out/demo.png [PHOTO ...]``, or all bundled photos."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from celcam.image_io import read_image, write_image
from celcam.model_card import find_model
from celcam.pixels import resize, size_for_short_side
from celcam.sheet import contact_sheet
from celcam.tflite_model import TFLiteModel

out, *chosen = (Path(word) for word in sys.argv[1:])
model = TFLiteModel(find_model("comic"))
rows = []
for path in chosen or sorted(Path("datasets/samples").glob("*.jpg")):
    full = read_image(path)
    photo = resize(full, size_for_short_side((full.shape[1], full.shape[0]), 256))
    rows.append((photo, model(photo)))
write_image(out, contact_sheet(rows, height=256, width=1700))
print(f"{len(rows)} photos beside their cartoons: {out}")
