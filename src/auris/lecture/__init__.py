"""The lecture, item by item: an idea as a command, a picture, a sound and a figure beside its law."""
