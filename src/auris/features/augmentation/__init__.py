"""More data from the same data."""
