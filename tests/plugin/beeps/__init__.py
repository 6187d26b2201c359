"""A task of its own, outside of Auris: how many beeps are in a clip?"""
