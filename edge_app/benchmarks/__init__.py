"""Benchmarks of this machine: the models alone, and each part of the app."""
