"""New clips like those that are there."""
