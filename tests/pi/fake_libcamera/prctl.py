"""A fake of python-prctl."""


def set_pdeathsig(signal: int) -> None:
    """Nothing."""
