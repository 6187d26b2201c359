"""New sounds of a trained model, each beside the training clip that it is most like."""
