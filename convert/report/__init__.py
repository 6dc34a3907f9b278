"""One page with the size, speed and quality of model files: ``python -m convert report``."""
