"""One page that tells what each model file costs and what it draws: `python -m convert report`."""
