"""What a model is given: some clips as they are, and as training changes them."""
