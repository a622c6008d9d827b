"""From files and rows to batches on the device."""
