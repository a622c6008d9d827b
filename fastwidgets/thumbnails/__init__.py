"""Small pictures of image files: made once, kept on disk, sent in packed pages."""
