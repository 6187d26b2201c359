"""Jets of air from small holes, and what a hall makes of a sound.

Assumptions: the gas is air at 20 degrees, its flow up to the hole without loss, the hole round; a
jet radiates alike to all sides. Left out: screech and the noise of shocks, which jets far above the
critical pressure add.
"""

import numpy as np

from auris.acoustics.voice import Signal

_GAMMA = 1.4  # ratio of the specific heats of air
_TEMPERATURE = 293.15  # K
_GAS_CONSTANT = 287  # J/(kg K), of air
SOUND_SPEED = float(np.sqrt(_GAMMA * _GAS_CONSTANT * _TEMPERATURE))  # m/s
STROUHAL = 0.2  # of the peak (Lush 1971, J. Fluid Mech. 46:477-500)


# Tam, Golebiowski & Seiner 1996, AIAA paper 96-1716: the similarity spectrum G of fine-scale
# turbulence, which is what is heard to the side of a jet. Values of its formula in dB at
# frequencies relative to the peak.
_SPECTRUM = {
    0.001: -34.83,
    0.05: -9.50,
    0.1: -5.57,
    0.15: -3.50,
    0.2: -2.22,
    0.3: -1.00,
    0.5: -0.23,
    0.7: -0.04,
    1: 0,
    1.5: -0.27,
    2: -0.84,
    3: -2.25,
    5: -5.23,
    7: -8.02,
    10: -11.80,
    20: -20.48,
    30: -26.60,
    1000: -84.72,
}


def mach_number(ratio: float) -> float:
    """Mach number in the hole at a ratio of absolute pressures, by isentropic flow.

    1 from the critical ratio of 1.89 on, where the flow is choked (Liepmann & Roshko 1957, Elements
    of Gasdynamics).
    """
    expansion = ratio ** ((_GAMMA - 1) / _GAMMA) - 1
    mach = np.sqrt(2 / (_GAMMA - 1) * expansion)
    return min(1.0, float(mach))


def _temperature_ratio(ratio: float) -> float:
    """Temperature inside to that in the hole, where the gas has expanded (the same)."""
    mach = mach_number(ratio)
    return 1 + (_GAMMA - 1) / 2 * mach**2


def jet_speed(ratio: float) -> float:
    """Speed of the gas in the hole in m/s."""
    cooling = float(np.sqrt(_temperature_ratio(ratio)))
    return SOUND_SPEED * mach_number(ratio) / cooling


def peak_frequency(ratio: float, diameter: float) -> float:
    """Frequency in Hz at which a jet is loudest, from its Strouhal number f D / U.

    Diameter in m.
    """
    return STROUHAL * jet_speed(ratio) / diameter


def sound_power(ratio: float, diameter: float) -> float:
    """Sound power up to a factor: density U^8 D^2 (Lighthill 1952, Proc. R. Soc. A 211:564-587).

    The density in the hole grows with the pressure once the flow is choked; before, the pressure
    there is outside's.
    """
    cooling = _temperature_ratio(ratio)
    pressure = ratio / cooling ** (_GAMMA / (_GAMMA - 1))
    density = cooling * max(1.0, pressure)
    speed = jet_speed(ratio)
    return density * speed**8 * diameter**2


def jet_spectrum(f: Signal, peak: float) -> Signal:
    """Power per Hz (F,) of a jet at frequencies f (F,), 1 at its `peak`: G, within 0.2 dB of its
    formula."""
    audible = np.maximum(f, 1)
    known = np.log10(list(_SPECTRUM))
    levels = list(_SPECTRUM.values())
    level = np.interp(np.log10(audible / peak), known, levels)
    return 10 ** (level / 10)


def air_absorption(f: Signal) -> Signal:
    """Absorption (F,) by air at 20 degrees and a humidity of 50 %, in dB/m.

    ISO 9613-1:1993, equations 3 to 5.
    """
    cold = (273.16 / _TEMPERATURE) ** 1.261
    vapour = 50 * 10 ** (4.6151 - 6.8346 * cold)
    humid = (0.02 + vapour) / (0.391 + vapour)
    oxygen = 24 + 4.04e4 * vapour * humid  # Hz
    nitrogen = 9 + 280 * vapour  # Hz
    oxygen_loss = 0.01275 * np.exp(-2239.1 / _TEMPERATURE) / (oxygen + f**2 / oxygen)
    nitrogen_loss = 0.1068 * np.exp(-3352 / _TEMPERATURE) / (nitrogen + f**2 / nitrogen)
    relaxation = oxygen_loss + nitrogen_loss
    return 8.686 * f**2 * (1.84e-11 + relaxation)


def direct_power(f: Signal, distance: float) -> Signal:
    """Power (F,) that comes straight from a source of power 1.

    It is spread over a sphere of `distance` m, less what air takes.
    """
    loss = air_absorption(f) * distance  # dB
    left = 10 ** (-loss / 10)
    sphere = 4 * np.pi * distance**2
    return left / sphere


def diffuse_power(f: Signal, volume: float, rt60: float) -> Signal:
    """Power (F,) of a hall's diffuse field, 4 / A.

    A is Sabine's absorbing area in m^2 and the air's 4 m V. Kuttruff 2009, Room Acoustics, ch. 5;
    `volume` V in m^3, `rt60` in s where air takes nothing.
    """
    walls = 0.161 * volume / rt60
    air = 4 * volume * air_absorption(f) * np.log(10) / 10
    return 4 / (walls + air)
