"""The learning-rate finder: a curve that grows live, suggestions to drag, and the line of code for the chosen rate."""
