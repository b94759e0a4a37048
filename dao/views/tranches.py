"""Which tranches of a plan's token the parts of proposals pay, or have paid, as a journal has them.

Decides nothing about a plan: whatever such a part pays to whom, not before when, is listed.
"""

from __future__ import annotations

from dao.record.case import Row, cid_of
from dao.record.foreign_entries import payout_named
from dao.record.leaves import Leaf
from dao.store.journal import Journal
from dao.views.money import books_of
from governance.commitment import read_commitment
from governance.messages import read_envelope
from proposals.parts import decode_parts
from treasury import booking
from treasury.allocation import Plan
from treasury.assets import erc20
from treasury.binding import paying
from treasury.payouts import PayoutId
from treasury.vesting_check import need_token
from treasury.vesting_tranches import Tranche


def tranches_in_parts(journal: Journal, plan: Plan) -> dict[Tranche, bool]:
    """Each tranche that some part pays, or can still pay, and whether it has: of proposals that are open or passed, but
    for parts that ended.
    """
    leaves, get = journal.leaves, journal.get
    asset = erc20(plan.chain_id or 0, need_token(plan))
    over = {leaf.body["proposal"] for leaf in leaves if leaf.kind == "cancel" or _is_refused(leaf)}
    ended = {(leaf.body["proposal"], leaf.body["part"]) for leaf in leaves if leaf.kind == "ended"}
    paid = _paid(journal)
    found: dict[Tranche, bool] = {}
    for leaf in leaves:
        if leaf.kind != "proposal" or leaf.body["id"] in over:
            continue
        bound = read_commitment(read_envelope(get(cid_of(Row(0, leaf), "envelope"))).message.get("plugins"))
        for number, part in enumerate(() if bound.parts is None else decode_parts(get(bound.parts)), 1):
            payout = (leaf.body["id"], number)
            for payment in (paying(call, part.chain_id) for call in part.calls):
                if payment is not None and payment.asset == asset and payout not in ended:
                    tranche = Tranche(part.not_before, payment.payee, payment.amount)
                    found[tranche] = found.get(tranche, False) or payout in paid
    return found


def _is_refused(leaf: Leaf) -> bool:
    return leaf.kind == "result" and not leaf.body["released"]


def _paid(journal: Journal) -> set[PayoutId]:
    rows, ledger = books_of(journal)
    named = (payout_named(entry) for _, _, entry in rows if entry.rule == booking.PAID and ledger.stands(entry.id))
    return {payout for payout in named if payout is not None}
