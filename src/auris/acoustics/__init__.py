"""Sound as physics, nothing learnt: spectra, arrays, directions, rooms, voices."""
