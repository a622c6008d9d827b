"""Guesses about a folder, one kind of layout per file: each looks and says what it sees, why, and how sure it is."""
