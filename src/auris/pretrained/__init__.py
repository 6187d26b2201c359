"""Weights that others trained: by name, verified, and never unpickled."""
