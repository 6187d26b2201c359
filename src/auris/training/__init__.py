"""A configuration becomes a trained model."""
