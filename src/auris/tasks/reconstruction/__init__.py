"""How much passes through a bottleneck?"""
