"""How sound is seen: waves (B, C, T) to features (B, C', F, T')."""
