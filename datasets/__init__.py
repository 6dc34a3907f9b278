"""Turn photos into training pairs: ``python -m datasets``."""
