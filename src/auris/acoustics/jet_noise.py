"""Jets of air from small holes, and what a hall makes of a sound: speed, peak, spectrum, power, spreading, absorption.

Assumptions: the gas is air at 20 degrees, its flow up to the hole without loss, the hole round; a jet radiates alike
to all sides. Left out: screech and the noise of shocks, which jets far above the critical pressure add.
"""

import numpy as np

from auris.acoustics.voice import Signal

GAMMA = 1.4  # ratio of the specific heats of air


WARMTH = 293.15  # K


SOUND_SPEED = float(
    np.sqrt(GAMMA * 287 * WARMTH)
)  # m/s, of air with its gas constant of 287 J/(kg K)


STROUHAL = 0.2  # of the peak (Lush 1971, J. Fluid Mech. 46:477-500)


# Tam, Golebiowski & Seiner 1996, AIAA paper 96-1716: the similarity spectrum G of fine-scale turbulence, which is what
# is heard to the side of a jet. Values of its formula in dB (below) at frequencies relative to the peak (above).
PARTS = (
    0.001,
    0.05,
    0.1,
    0.15,
    0.2,
    0.3,
    0.5,
    0.7,
    1,
    1.5,
    2,
    3,
    5,
    7,
    10,
    20,
    30,
    1000,
)


LEVELS = (
    -34.83,
    -9.50,
    -5.57,
    -3.50,
    -2.22,
    -1.00,
    -0.23,
    -0.04,
    0,
    -0.27,
    -0.84,
    -2.25,
    -5.23,
    -8.02,
    -11.80,
    -20.48,
    -26.60,
    -84.72,
)


def mach(ratio: float) -> float:
    """Mach number in the hole at a ratio of absolute pressures, by isentropic flow.

    1 from the critical ratio of 1.89 on, where the flow is choked (Liepmann & Roshko 1957, Elements of Gasdynamics).
    """
    return min(
        1.0, float(np.sqrt(2 / (GAMMA - 1) * (ratio ** ((GAMMA - 1) / GAMMA) - 1)))
    )


def cooling(ratio: float) -> float:
    """Temperature inside to that in the hole, where the gas has expanded (the same)."""
    return 1 + (GAMMA - 1) / 2 * mach(ratio) ** 2


def speed(ratio: float) -> float:
    """Speed of the gas in the hole in m/s."""
    return SOUND_SPEED * mach(ratio) / float(np.sqrt(cooling(ratio)))


def peak(ratio: float, diameter: float) -> float:
    """Frequency in Hz at which a jet is loudest, from its Strouhal number f D / U; diameter in m."""
    return STROUHAL * speed(ratio) / diameter


def power(ratio: float, diameter: float) -> float:
    """Sound power up to a factor: density U^8 D^2 (Lighthill 1952, Proc. R. Soc. A 211:564-587).

    The density in the hole grows with the pressure once the flow is choked; before, the pressure there is outside's.
    """
    density = cooling(ratio) * max(1.0, ratio / cooling(ratio) ** (GAMMA / (GAMMA - 1)))
    return density * speed(ratio) ** 8 * diameter**2


def spectrum(f: Signal, peak: float) -> Signal:
    """Power per Hz (F,) of a jet at frequencies f (F,), 1 at its `peak`: G, within 0.2 dB of its formula."""
    level = np.interp(np.log10(np.maximum(f, 1) / peak), np.log10(PARTS), LEVELS)
    return 10 ** (level / 10)


def air(f: Signal) -> Signal:
    """Absorption (F,) by air at 20 degrees and a humidity of 50 %, in dB/m (ISO 9613-1:1993, equations 3 to 5)."""
    vapour = 50 * 10 ** (4.6151 - 6.8346 * (273.16 / WARMTH) ** 1.261)
    oxygen, nitrogen = (
        24 + 4.04e4 * vapour * (0.02 + vapour) / (0.391 + vapour),
        9 + 280 * vapour,
    )  # Hz
    slow = 0.01275 * np.exp(-2239.1 / WARMTH) / (oxygen + f**2 / oxygen)
    slow = slow + 0.1068 * np.exp(-3352 / WARMTH) / (nitrogen + f**2 / nitrogen)
    return 8.686 * f**2 * (1.84e-11 + slow)


def direct(f: Signal, distance: float) -> Signal:
    """Power (F,) that comes straight from a source of power 1: over a sphere of `distance` m, less what air takes."""
    return 10 ** (-air(f) * distance / 10) / (4 * np.pi * distance**2)


def diffuse(f: Signal, volume: float, rt60: float) -> Signal:
    """Power (F,) of a hall's diffuse field, 4 / A, of Sabine's absorbing area A in m^2 and the air's 4 m V.

    Kuttruff 2009, Room Acoustics, ch. 5; `volume` V in m^3, `rt60` in s where air takes nothing.
    """
    return 4 / (0.161 * volume / rt60 + 4 * volume * air(f) * np.log(10) / 10)
