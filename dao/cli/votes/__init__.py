"""The commands about what was decided: votes are cast, checked, counted, explained, audited."""
