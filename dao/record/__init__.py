"""The decision record: one file that carries a vote, its payout and everything that proves both; and what else leaves a
workspace as a file.

`leaves` fixes the facts a journal may hold, `story` picks those of one proposal, `checks` are the numbered checks of
`docs/reference/verify.md`, `pack` writes a record and `verify` reads one. `export` is a journal as one file, `carrier`
a signed thing with what it rests on. All of it is pure: bytes in, bytes or verdicts out. The journal itself, and
whatever reads a chain, live elsewhere.
"""
