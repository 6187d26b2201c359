"""Constants of nature."""

SPEED_OF_SOUND = 343.0  # m/s, in air at 20 degrees Celsius
