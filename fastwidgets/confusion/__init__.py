"""What is taken for what: a table whose every cell leads to its items."""
