"""Ways of finding the model that `torch.optim` lacks. A new one is one class and one short YAML."""
