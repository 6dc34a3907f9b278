"""A fake of PiDNG."""


class PICAM2DNG:
    pass
