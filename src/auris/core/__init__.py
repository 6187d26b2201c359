"""What any program needs: errors, files, figures, and objects from configurations. It knows
nothing of sound.
"""
