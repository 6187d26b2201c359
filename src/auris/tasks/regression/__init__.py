"""How large is it? Numbers of a table, such as a reverberation time."""
