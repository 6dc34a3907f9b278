"""Draw one photo with the shipped model, in four lines: ``one_photo.py out/coffee.png``."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from celcam.image_io import read_image, write_image
from celcam.model_card import find_model
from celcam.pixels import resize
from celcam.tflite_model import TFLiteModel

draw = TFLiteModel(find_model("comic"))
photo = read_image(Path("datasets/samples/food_scikit_image_coffee.jpg"))
comic = draw(resize(photo, (600, 400)))  # any sides that are multiples of 4
write_image(Path(sys.argv[1]), comic)
