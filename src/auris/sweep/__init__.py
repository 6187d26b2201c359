"""A search for the hyperparameters with the best validation figure: auris sweep."""
