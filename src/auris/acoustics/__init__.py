"""Sound as physics: spectra, arrays, directions, rooms, voices. Functions of numbers.

Nothing is learnt.
"""
