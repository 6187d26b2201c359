"""Built-in simulations of sound, for when real recordings can't be had."""
