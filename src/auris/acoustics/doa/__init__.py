"""Where a sound comes from, by formula: classical methods for one source far away."""
