"""Medical images and clinical text."""
