"""The commands about a workspace itself: its journal, settings, keys, health, and its embedded chain."""
