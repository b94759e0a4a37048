"""What people do, step by step: each step reads what it needs, acts, and leaves facts in the journal.

A step decides the order of effects; whether a fact is true is decided by the numbered checks that a verifier will run
(`dao.record.checks`), before the journal takes it. No checker, no fact.
"""
