"""What `--calm` takes out of a clip's flicker, and a frame of it: ``temporal_filter_sheet.py SHEET [CLIP] [LOOK]``."""

import itertools
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
from celcam.flicker import estimate_motion, flicker, mean_flicker
from celcam.image_io import write_image
from celcam.model_card import find_model
from celcam.pixels import resize, size_for_short_side
from celcam.sheet import contact_sheet
from celcam.tflite_model import TFLiteModel
from celcam.timing import measure_latency
from edge_app.drawing.temporal_filter import TemporalFilter
from edge_app.sources import BUNDLED_CLIP, open_source

network, calm = TFLiteModel(find_model(sys.argv[3] if sys.argv[3:] else "comic"), threads=1), TemporalFilter()
rows = []
with open_source(sys.argv[2] if sys.argv[2:] else str(BUNDLED_CLIP)) as source:
    for frame in itertools.islice(source.frames(), 60):
        photo = resize(frame.rgb_u8, size_for_short_side(source.info.size_wh, 240))
        rows.append((photo, drawn := network(photo), calm(photo, drawn)))
pairs = [(one, other, estimate_motion(one[0], other[0])) for one, other in itertools.pairwise(rows)]
for number, name in enumerate(("input", "drawn", "calmed")):
    mean = mean_flicker(flicker(one[number], other[number], motion) for one, other, motion in pairs)
    print(f"{name}: {mean.still:.2f} levels where still, {mean.followed:.2f} with motion taken out")
times = measure_latency({"network": lambda: network(photo), "calm": lambda: calm(photo, drawn)}, 100)
print(f"calm takes {times['calm'].median_ms / times['network'].median_ms:.2f} of the network's time")
write_image(Path(sys.argv[1]), contact_sheet([rows[-1]], height=400, titles=["photo", "drawn", "calmed"]))
