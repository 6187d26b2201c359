"""Is a data set fit to learn from? Faults, copies, leaks, contradicting labels, shortcuts."""
