"""Draw bundled photos in every look and save them as a contact sheet: ``looks_sheet.py docs/looks.jpg``."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from celcam.image_io import encode_image, read_image, write_whole
from celcam.pixels import resize
from celcam.sheet import contact_sheet
from celcam.styles import STYLES, stroke_scale

PHOTOS = ["astronaut", "hopper", "chelsea", "butterfly", "coffee", "fruits", "china", "_home", "rocket"]
WIDTH, HEIGHT = 352, 264

rows = []
for name in PHOTOS:
    (path,) = Path("datasets/samples").glob(f"*{name}*")
    full = read_image(path)
    # Cut to 4:3 in the middle of the width and the upper third of the height, where faces are.
    width = min(full.shape[1], full.shape[0] * WIDTH // HEIGHT)
    height = width * HEIGHT // WIDTH
    left, top = (full.shape[1] - width) // 2, (full.shape[0] - height) // 3
    photo = resize(full[top : top + height, left : left + width], (WIDTH, HEIGHT))
    rows.append([photo, *(style.draw(photo, stroke_scale(photo)) for style in STYLES.values())])
sheet = contact_sheet(rows, height=HEIGHT, titles=["photo", *STYLES])
out = Path(sys.argv[1])
write_whole(out, encode_image(sheet, out.suffix, quality=82))
print(f"{len(rows)} photos in {len(STYLES)} looks: {out}")
