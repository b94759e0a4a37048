"""Where a workspace keeps what it knows: one SQLite file with the journal and the blocks that its leaves link to."""
