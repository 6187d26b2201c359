"""The report of a run: can the result be believed, and what went wrong? One page with all in it."""
