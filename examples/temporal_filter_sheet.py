"""Measure how much flicker the temporal filter (`--calm`) takes out of a clip, and draw one frame of it."""

import argparse
import itertools
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
from celcam import flicker, image_io, model_card, pixels, sheet, tflite_model
from edge_app.drawing.temporal_filter import TemporalFilter
from edge_app.sources import BUNDLED_CLIP, open_source

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("sheet", type=Path, help="picture to write, .png or .jpg")
parser.add_argument("clip", nargs="?", default=str(BUNDLED_CLIP), help="your video (default: the bundled clip)")
parser.add_argument("--look", default="comic", help="a look in models/ (default: comic)")
options = parser.parse_args()

draw, calm = tflite_model.TFLiteModel(model_card.find_model(options.look)), TemporalFilter()
with open_source(options.clip) as source:
    photos = [pixels.to_short_side(frame.rgb_u8, 240) for frame in itertools.islice(source.frames(), 60)]
rows = [(photo, drawn := draw(photo), calm(photo, drawn)) for photo in photos]
pairs = [(before, now, flicker.estimate_motion(before[0], now[0])) for before, now in itertools.pairwise(rows)]
for column, name in enumerate(("input", "drawn", "calmed")):
    mean = flicker.mean_flicker(flicker.flicker(before[column], now[column], motion) for before, now, motion in pairs)
    print(f"{name}: {mean.still:.2f} levels in still areas, {mean.motion_compensated:.2f} motion compensated")
image_io.write_image(options.sheet, sheet.contact_sheet([rows[-1]], height=400, titles=["photo", "drawn", "calmed"]))
