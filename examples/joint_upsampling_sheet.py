"""Compare three large cartoons: bilinear, by joint upsampling (`--sharp`), and drawn large by the style filter."""

import argparse
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))
from celcam import image_io, metrics, model_card, paths, pixels, sheet, styles, tflite_model
from celcam.media import photos
from edge_app.drawing.joint_upsampling import joint_upsample

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("sheet", type=Path, help="picture to write, .png or .jpg")
parser.add_argument("photos", type=Path, nargs="*", help="your photos (default: three of the bundled photos)")
parser.add_argument("--look", default="comic", help="a look in models/ (default: comic)")
options = parser.parse_args()
draw, rows, figures = tflite_model.TFLiteModel(model_card.find_model(options.look)), [], []
for photo in map(photos.read_image, options.photos or sorted(paths.SAMPLES.glob("*scikit_image_[ca]*"))):
    high, wide = photo.shape[:2]
    small = pixels.resize(photo, pixels.round_size((wide / 3, high / 3)))
    target = styles.find_style(options.look).draw(photo, 3.0)  # lines as wide as the network's lines, enlarged
    ways = [pixels.resize(draw(small), (wide, high)), joint_upsample(photo, small, draw(small)), target]
    scores = [(metrics.ssim(w, target), metrics.edge_f1(w, target), metrics.edge_steepness(w)) for w in ways]
    figures.append(np.divide(scores, scores[-1]))  # as shares of the target's own
    rows.append([w[high // 8 :, wide // 4 :][:150, :200].repeat(2, axis=0).repeat(2, axis=1) for w in ways])
titles = ["bilinear", "joint upsampling", "style filter"]
image_io.write_image(options.sheet, sheet.contact_sheet(rows, height=300, titles=titles))
print("SSIM, edge-F1, steepness:", dict(zip(titles, np.mean(figures, axis=0).round(3).tolist(), strict=True)))
