"""A study each: one class, which a YAML in configs/lecture names. A new one is these two files."""
