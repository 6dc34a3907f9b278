"""What is known of this machine: its vitals and its video devices."""
