"""Where people look at runs beside each other: TensorBoard, Weights & Biases, MLflow."""
