"""Camera, file or folder to cartoon, live: ``python -m edge_app``."""
