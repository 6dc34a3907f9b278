"""A fake of PiDNG."""
