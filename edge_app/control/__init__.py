"""What changes a run while it goes on: controls, hotkeys, governor, monitor and overlay."""
