"""How unlike normal sound is it?"""
