"""Who spoke when: the stages from a recording to its turns, and how wrong they are."""
