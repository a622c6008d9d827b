"""A recipe as a cell of code that defines the loaders: what is built is always what this code says."""
