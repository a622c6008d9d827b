"""The items that a model gets most wrong, with why, and with their labels to be corrected in place."""
