"""The shape of every refusal: a code, a reason, and the facts.

An error here says *what* was refused, never in which language: the sentence is made at the edge, from one catalogue, by
code and reason (design: bad news). `CodedError` is what the command line catches; each package has one root below it,
so a caller of one room can catch that room's refusals and nothing else.
"""

from __future__ import annotations


class CodedError(Exception):
    """A refusal that a person will read: `code` as in the hostile catalogue, `reason` a short stable word that picks
    the sentence among those of one code, and `facts` by name: the offending item, expected and found, limits.
    """

    def __init__(self, code: str, reason: str = "", **facts: object) -> None:
        self.code = code
        self.reason = reason
        self.facts = facts
        super().__init__(code, reason)  # what pickle calls again where a worker process refuses; facts travel beside it

    def __str__(self) -> str:
        told = ", ".join(f"{name}={value!r}" for name, value in self.facts.items())
        return f"{self.code}{f' ({self.reason})' if self.reason else ''}{f': {told}' if told else ''}"


class ChainError(CodedError):
    """Root of what `chain` refuses: bytes, numbers, addresses, hashes, signatures, proofs, and nodes that fail."""


class UncheckableError(ChainError):
    """Something could not be checked rather than being false: exit status 2, never 1."""
