"""Where a sound comes from, by formula: classical methods for one source far away, batched, with nothing to learn.

    x, hertz = spectrum(wave, sample_rate)  # (B, M, T) -> (B, M, F, T'), (F,)
    directions = grid(array, step=1)  # (D, 3)
    estimate(norm_music(x, array.microphones, directions, hertz), directions)  # (B, 3)

B clips, M microphones, T samples, F frequencies, T' frames, P pairs of microphones, D directions, L lags. Microphones
in m, frequencies in Hz, delays and lags in s; directions are unit vectors that point to the source. Results have the
precision and the device of the wave. A silent clip has the same power from everywhere.
"""
