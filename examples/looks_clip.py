"""Draw a clip that changes its look twice a second, as an animation that loops."""

import argparse
import sys
from itertools import islice
from pathlib import Path

import cv2

sys.path.insert(0, str(Path(__file__).parents[1]))
from celcam.looks import LOOKS
from celcam.model_card import find_model
from celcam.tflite_model import TFLiteModel
from edge_app.drawing.sizing import fit
from edge_app.sources import BUNDLED_CLIP, open_source

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("clip", type=Path, help="animation to write, .webp, .gif or .png")
parser.add_argument("video", type=Path, nargs="?", default=BUNDLED_CLIP, help="your video (default: the bundled clip)")
options, LENGTH = parser.parse_args(), 8  # frames of each look

with open_source(str(options.video)) as source:
    frames = list(islice((fit(frame.rgb_u8, (320, 240)).copy() for frame in source.frames()), LENGTH * len(LOOKS)))
animation = cv2.Animation()
for look, start in zip(LOOKS.values(), range(0, len(frames), LENGTH), strict=False):
    drawn = map(TFLiteModel(find_model(look.style)), frames[start : start + LENGTH])
    animation.frames = [*animation.frames, *(look.finish.draw(each, (536, 402))[..., ::-1].copy() for each in drawn)]
animation.durations = [1000 // (2 * LENGTH)] * len(animation.frames)
cv2.imwriteanimation(str(options.clip), animation, [cv2.IMWRITE_WEBP_QUALITY, 50])
print(f"{len(animation.frames)} frames: {options.clip}")
