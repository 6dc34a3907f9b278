"""Cartoons enlarged bilinearly, by `joint_upsample`, and drawn large: ``... SHEET [LOOK PHOTO ...]``."""

import sys
from pathlib import Path

import cv2
import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))
from celcam import image_io, metrics, model_card, pixels, sheet, styles, tflite_model, timing
from edge_app.drawing.joint_upsampling import joint_upsample

cv2.setNumThreads(1)
look, *photos = sys.argv[2:] or ["comic", *map(str, sorted(Path("datasets/samples").glob("*scikit_image_[ca]*")))]
model, rows, figures = tflite_model.TFLiteModel(model_card.find_model(look), threads=1), [], []
for photo in [image_io.read_image(Path(path)) for path in photos]:
    high, wide = photo.shape[:2]
    small = pixels.resize(photo, pixels.round_size((wide / 3, high / 3)))
    aim = styles.find_style(look).draw(photo, 3.0)  # lines as wide as the network's are when enlarged
    ways = [pixels.resize(model(small), (wide, high)), joint_upsample(photo, small, model(small)), aim]
    steep = np.percentile([np.hypot(*np.gradient(way.mean(2))) for way in ways], range(90, 100), axis=(1, 2)).mean(0)
    figures.append([[metrics.ssim(w, aim) for w in ways], [metrics.edge_f1(w, aim) for w in ways], steep / steep[2]])
    rows.append([np.kron(way[high // 8 :, wide // 4 :][:150, :200], np.ones((2, 2, 1), np.uint8)) for way in ways])
titles = ["bilinear", "rebuilt", "drawn large"]
image_io.write_image(Path(sys.argv[1]), sheet.contact_sheet(rows, height=300, titles=titles))
for title, means in zip(titles, np.mean(figures, axis=0).T, strict=True):
    print("{:12s} SSIM {:.4f}  edge-F1 {:.4f}  steepness {:.3f}".format(title, *means))
small, large = pixels.resize(photo, (320, 180)), pixels.resize(photo, (1280, 720))
ms = timing.measure_latency(
    {"network": lambda: model(small), "rebuilt": lambda: joint_upsample(large, small, small)}, 50
)
print(f"320x180 to 1280x720 takes {ms['rebuilt'].median_ms / ms['network'].median_ms:.2f} of the network's time")
