"""The commands that a newcomer meets first: a workspace is made, a record is verified."""
