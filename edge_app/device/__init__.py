"""This machine: its vitals and its video devices."""
