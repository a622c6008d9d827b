"""Pictures: opening, resizing, normalising, flipping, blocks, loaders, plots."""
