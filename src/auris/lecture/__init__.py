"""The lecture: each item an idea as a command, a picture, a sound, a figure beside its law."""
