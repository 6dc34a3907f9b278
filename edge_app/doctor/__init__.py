"""``doctor``: checks that this machine can run the app."""
