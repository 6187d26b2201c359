"""What is asked of the data. A new task is one folder and one short YAML."""
