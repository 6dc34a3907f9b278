"""Photos to pairs: ``python -m datasets``."""
