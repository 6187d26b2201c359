"""Auris in Python: what a notebook or another program calls."""
