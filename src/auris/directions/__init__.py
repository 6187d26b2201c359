"""Where a sound comes from, by formula: classical methods for one source far away, batched, with nothing to learn.

    x, hertz = spectrum(wave, sample_rate)  # (B, M, T) -> (B, M, F, T'), (F,)
    directions = grid(array, step=1)  # (D, 3)
    estimate(norm_music(x, array.microphones, directions, hertz), directions)  # (B, 3)

B clips, M microphones, T samples, F frequencies, T' frames, P pairs of microphones, D directions, L lags. Microphones
in m, frequencies in Hz, delays and lags in s; directions are unit vectors that point to the source. Results have the
precision and the device of the wave. A silent clip has the same power from everywhere.
"""

from auris.directions.gcc import gcc_phat
from auris.directions.grid import circle, estimate, grid, half_circle, sphere
from auris.directions.least_squares import least_squares
from auris.directions.music import music, norm_music
from auris.directions.spectrum import spectrum
from auris.directions.steered import srp_map, srp_phat
from auris.directions.waves import between, delays, pairs

__all__ = [
    "between",
    "circle",
    "delays",
    "estimate",
    "gcc_phat",
    "grid",
    "half_circle",
    "least_squares",
    "music",
    "norm_music",
    "pairs",
    "spectrum",
    "sphere",
    "srp_map",
    "srp_phat",
]
