"""Sound as physics: spectra, arrays, directions, rooms, voices. Functions of numbers; nothing is learnt."""
