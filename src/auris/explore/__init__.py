"""A map of all clips that can be heard: what is alike, and what should be labelled anew."""
