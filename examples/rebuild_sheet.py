"""A cartoon made large by bilinear and by `rebuild`, and drawn large: ``rebuild_sheet.py SHEET [LOOK PHOTO ...]``."""

import sys
from pathlib import Path

import cv2
import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))
from celcam import image_io, metrics, model_card, pixels, sheet, styles, tflite_model, timing
from edge_app.rebuild import rebuild

look, *photos = sys.argv[2:] or ["comic", *map(str, sorted(Path("datasets/samples").glob("*scikit_image_[ca]*")))]
model, rows, figures = tflite_model.TFLiteModel(model_card.find_model(look), threads=1), [], []
for photo in [image_io.read_image(Path(path)) for path in photos]:
    high, wide = photo.shape[:2]
    small = pixels.resize(photo, pixels.round_size((wide / 3, high / 3)))
    drawn = styles.find_style(look).draw(photo, 3.0)  # lines as wide as the network's are when enlarged
    ways = [pixels.resize(model(small), (wide, high)), rebuild(photo, small, model(small)), drawn]
    slopes = [np.percentile(np.hypot(*np.gradient(way.mean(2))), range(90, 100)).mean() for way in ways]
    figures.append([(metrics.ssim(way, drawn), slope / slopes[2]) for way, slope in zip(ways, slopes, strict=True)])
    rows.append([np.kron(way[high // 8 :, wide // 4 :][:150, :200], np.ones((2, 2, 1), np.uint8)) for way in ways])
titles = ["bilinear", "rebuilt", "drawn large"]
image_io.write_image(Path(sys.argv[1]), sheet.contact_sheet(rows, height=300, titles=titles))
for title, (ssim, slope) in zip(titles, np.mean(figures, axis=0), strict=True):
    print(f"{title}: SSIM to drawn large {ssim:.3f}, steepest tenth of slopes {slope:.2f} of drawn large's")
cv2.setNumThreads(1)
full, small = pixels.resize(photo, (1280, 720)), pixels.resize(photo, (320, 240))
times = timing.measure_latency({"net": lambda: model(small), "re": lambda: rebuild(full, small, small)}, 50)
print(f"to 1280x720 from 320x240 takes {times['re'].median_ms / times['net'].median_ms:.2f} of the network's time")
