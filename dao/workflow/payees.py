"""Whom the fund has paid before: what a new payee must not only look like, and who is no stranger any more.

Decides by executed parts alone, as their voted bytes say; what a contract passed on is not known here.
"""

from __future__ import annotations

from collections.abc import Iterator

from dao.record.case import Row, cid_of
from dao.store.journal import Journal
from governance.commitment import Commitment, read_commitment
from governance.messages import read_envelope
from proposals.parts import decode_parts
from treasury.binding import paying


def commitments(journal: Journal) -> Iterator[tuple[bytes, Commitment]]:
    """Yield each proposal's id and what it binds, in journal order."""
    for index, leaf in enumerate(journal.leaves):
        if leaf.kind == "proposal":
            envelope = read_envelope(journal.get(cid_of(Row(index, leaf), "envelope")))
            yield envelope.id, read_commitment(envelope.message.get("plugins"))


def paid_payees(journal: Journal) -> frozenset[bytes]:
    """Return everybody whom an executed part paid."""
    executed = [leaf.body for leaf in journal.leaves if leaf.kind == "executed"]
    bound = dict(commitments(journal)) if executed else {}
    return frozenset(payee for body in executed for payee in _payees(journal, bound, body["proposal"], body["part"]))


def _payees(journal: Journal, bound: dict[bytes, Commitment], proposal: object, part: object) -> Iterator[bytes]:
    assert isinstance(proposal, bytes), "the leaf's schema says so"
    assert isinstance(part, int), "the leaf's schema says so"
    cid = bound[proposal].parts
    if cid is not None:
        made = decode_parts(journal.get(cid))[part - 1]
        yield from (paid.payee for call in made.calls if (paid := paying(call, made.chain_id)))
