"""What is asked of the data. A new task is one class and one short YAML."""
