"""Families of models: functions from in_shape to out_shape. A new one is one class and one
short YAML.
"""
