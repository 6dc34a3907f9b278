"""Cartoons made large by bilinear and by `rebuild`, beside drawn large: ``rebuild_sheet.py SHEET [LOOK PHOTO ...]``."""

import sys
from pathlib import Path

import cv2
import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))
from celcam import image_io, metrics, model_card, pixels, sheet, styles, tflite_model, timing
from edge_app.rebuild import rebuild

cv2.setNumThreads(1)
look, *photos = sys.argv[2:] or ["comic", *map(str, sorted(Path("datasets/samples").glob("*scikit_image_[ca]*")))]
model, titles = tflite_model.TFLiteModel(model_card.find_model(look), threads=1), ["bilinear", "rebuilt", "drawn large"]
rows, figures = [], []
for photo in [image_io.read_image(Path(path)) for path in photos]:
    high, wide = photo.shape[:2]
    small = pixels.resize(photo, pixels.round_size((wide / 3, high / 3)))
    drawn = styles.find_style(look).draw(photo, 3.0)  # lines as wide as the network's are when enlarged
    ways = [pixels.resize(model(small), (wide, high)), rebuild(photo, small, model(small)), drawn]
    steep = [np.percentile(np.hypot(*np.gradient(way.mean(2))), range(90, 100)).mean() for way in ways]
    figures.append(
        [(metrics.ssim(w, drawn), metrics.edge_f1(w, drawn), steep[n] / steep[2]) for n, w in enumerate(ways)]
    )
    rows.append([np.kron(way[high // 8 :, wide // 4 :][:150, :200], np.ones((2, 2, 1), np.uint8)) for way in ways])
image_io.write_image(Path(sys.argv[1]), sheet.contact_sheet(rows, height=300, titles=titles))
for title, values in zip(titles, np.mean(figures, axis=0), strict=True):
    print(f"{look} {title:12s} SSIM {values[0]:.4f}  edge-F1 {values[1]:.4f}  steepness {values[2]:.3f}")
small, large = (pixels.resize(photo, size_wh) for size_wh in ((320, 180), (1280, 720)))
ms = timing.measure_latency({"network": lambda: model(small), "rebuilt": lambda: rebuild(large, small, small)}, 50)
print(f"320x180 to 1280x720 takes {ms['rebuilt'].median_ms / ms['network'].median_ms:.2f} of the network's time")
