"""A grid of pictures, as many as there are: looked through, filtered, sorted, selected and acted on."""
