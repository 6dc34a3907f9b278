"""Commands that time this machine: models alone, and each part of the app."""
