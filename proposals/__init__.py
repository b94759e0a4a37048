"""What is asked: documents, parts and calls, lint, plain words, and the life of a proposal.

Everything here is a pure function of values; nothing is voted, signed or paid in this room.
"""
