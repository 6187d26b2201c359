"""Is a data set fit to learn from? Faults of recordings, copies, leaks, labels that contradict, shortcuts."""
