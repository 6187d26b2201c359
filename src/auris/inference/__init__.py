"""A trained model put to work."""
