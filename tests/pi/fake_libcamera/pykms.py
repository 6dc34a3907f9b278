"""A fake of kms++, whose formats picamera2 reads when it is imported."""


class PixelFormat:
    RGB888 = BGR888 = XRGB8888 = XBGR8888 = YUV420 = YVU420 = NV12 = ABGR8888 = object()
