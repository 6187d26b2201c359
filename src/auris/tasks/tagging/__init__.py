"""Which of the sounds are heard? Several at once, or none."""
