"""What was decided: spaces and their settings, signed messages, ballots, power, tallies, and acts.

Everything but `governance.clients` is a pure function of values: time, history and the answers of chains are handed
in. Nothing here pays or books.
"""
