"""A fake of PiDNG."""


class Picamera2Camera:
    pass
