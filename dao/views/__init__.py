"""What a workspace shows: readings of the journal as people ask for them, and no writing.

A view derives everything from leaves and the numbered checks, so that two views cannot disagree about a fact. How it is
laid out, and as what JSON, is decided by the commands.
"""
