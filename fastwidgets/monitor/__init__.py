"""The training monitor: curves, numbers and buttons for a fit that is running."""
