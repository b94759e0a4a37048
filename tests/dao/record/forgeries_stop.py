"""Forgeries of what was stopped and of what ended unpaid: checks 50, 52, 59, 64, and what the books say of it.

Most rows change the record of a proposal that was vetoed, or that of the next one, which got the money.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from chain.cid import raw_cid
from chain.safe import safe_tx_hash
from dao.cli.start.demo import cast
from dao.record.safe_tx_block import read_safe_tx
from governance.acts import act_message, read_act, sign_act
from tests.dao.record.forge import Bench, Slot
from tests.dao.record.forgeries_proposal import edit_envelope
from tests.dao.record.row import Row

ACTS, STOPPED, SPENT, ENDED, ENTRIES, COVER = (
    (50, "acts.signature"), (52, "parts.stopped"), (59, "payout.spent"), (64, "payout.ended"), (71, "books.entries"),
    (72, "books.cover"),
)  # fmt: skip
Change = Callable[[Bench], None]


def veto(bench: Bench, after: Slot, name: str, part: int = 0, reason: bytes = b"No.") -> Slot:
    """Let somebody veto behind a leaf."""
    message = act_message(
        proposal=bench.proposal, part=part, kind="veto", evidence=raw_cid(reason).digest, timestamp=after.leaf.time
    )
    raw = sign_act(message, cast.signer(name))
    body = {
        "id": read_act(raw).id,
        "proposal": bench.proposal,
        "envelope": bench.raw(raw),
        "evidence": bench.raw(reason),
    }
    return bench.insert(after, "act", body)


def _the_veto(bench: Bench) -> Slot:
    return bench.one("act", 1, proposal=bench.proposal)


def _owners_veto_before_the_queue(bench: Bench) -> None:
    """Two owners had vetoed part 1, and the demo paid it all the same."""
    first = veto(bench, bench.entry("committed/1", 2), "ann", 1)
    veto(bench, first, "cho", 1)


def _owners_veto_what_is_paid(bench: Bench) -> None:
    veto(bench, bench.entry("paid/1", 1), "ann", 1)


def _vetoed_by(name: str, **members: Any) -> Change:
    return lambda bench: bench.sign_act(_the_veto(bench), cast.key(name), **members)


def _another_reason(bench: Bench) -> None:
    bench.edit_raw(_the_veto(bench), "evidence", lambda raw: raw.replace(b"stolen", b"broken"))


def _without_reason(bench: Bench) -> None:
    bench.edit(_the_veto(bench), evidence=None)


def _blank_reason(bench: Bench) -> None:
    slot = _the_veto(bench)
    bench.sign_act(slot, cast.key("ivo"), evidence="0x" + raw_cid(b" ").digest.hex())
    bench.edit(slot, evidence=bench.raw(b" "))


def _vetoed_twice(bench: Bench) -> None:
    veto(bench, _the_veto(bench), "cho")


def _behind_the_veto(kind: str, number: int = 1) -> Change:
    return lambda bench: bench.move(bench.one(kind, number), _the_veto(bench))


def _spent(**changes: Any) -> Change:
    """Change the transaction that spent the nonce, and its hash with it."""

    def change(bench: Bench) -> None:
        slot = bench.one("spent")
        bench.edit_map(slot, "safe_tx", **changes)
        bench.edit(slot, hash=safe_tx_hash(read_safe_tx(bench.blocks[slot.body["safe_tx"]])))

    return change


def _spent_under_another_hash(bench: Bench) -> None:
    bench.edit(bench.one("spent"), hash=bytes(32))


def _spent_by_another_receipt(bench: Bench) -> None:
    bench.edit(bench.one("spent"), receipt=bench.one("executed").body["receipt"])


def _spent_with_a_damaged_proof(bench: Bench) -> None:
    slot = bench.one("spent")
    nodes = list(bench.map_of(slot, "receipt")["receipt_nodes"])
    nodes[0] = nodes[0][:-1] + bytes([nodes[0][-1] ^ 1])
    bench.edit_map(slot, "receipt", receipt_nodes=nodes)


def _spent_on_another_chain(bench: Bench) -> None:
    bench.on_chain(bench.one("spent"), 1)


def _spent_twice(bench: Bench) -> None:
    bench.copy(bench.one("spent"))


def _never_spent(bench: Bench) -> None:
    bench.drop(bench.one("spent"))


def _spent_later(bench: Bench) -> None:
    bench.move(bench.one("spent"), bench.entry("released/1", 2))


def _never_vetoed(bench: Bench) -> None:
    bench.drop(_the_veto(bench))


def _ended_before_the_veto(bench: Bench) -> None:
    bench.move(bench.one("ended"), bench.one("confirmation"))


def _another_cause(bench: Bench) -> None:
    bench.edit(bench.one("ended"), cause="expired")


def _ended_twice(bench: Bench) -> None:
    bench.copy(bench.one("ended"))


def _part_that_is_not_there(bench: Bench) -> None:
    bench.edit(bench.one("ended"), part=3)


def _ended_in_time(bench: Bench) -> None:
    """The demo's second part is said to have ended before it was queued."""
    body = {"proposal": bench.proposal, "part": 2, "cause": "expired"}
    bench.insert(bench.entry("paid/1", 1), "ended", body)


def _paid_and_ended(bench: Bench) -> None:
    """A part that another proposal was paid is said to have ended, by whoever wants its money back."""
    executed = bench.one("executed")
    bench.insert(bench.slots[-1], "ended", {
        "proposal": executed.body["proposal"], "part": executed.body["part"], "cause": "expired",
    })  # fmt: skip


def _nothing_given_back(bench: Bench) -> None:
    """Of a journal in which nobody has asked for the money since."""
    last = bench.entry("released/1", 2)
    bench.drop(*bench.slots[bench.slots.index(last) :])


def _committed_twice(bench: Bench) -> None:
    """The next proposal was promised money that a vetoed part had not given back."""
    bench.drop(bench.entry("released/1", 2))


def _given_back(change: Callable[[dict[str, Any]], dict[str, Any]]) -> Change:
    """Change every line of the first entry that gave something back."""

    def forge(bench: Bench) -> None:
        slot = bench.entry("released/1")
        bench.edit(slot, postings=[{**line, **change(line)} for line in slot.body["postings"]])

    return forge


def _more(line: dict[str, Any]) -> dict[str, Any]:
    return {"amount": line["amount"] + "0"}


def _of_another_number(line: dict[str, Any]) -> dict[str, Any]:
    return {"account": line["account"].replace("IIP-1:Part-2", "IIP-2:Part-1")}


def _given_back_without_an_end(bench: Bench) -> None:
    bench.drop(bench.one("ended"))


def _given_back_for_another_part(bench: Bench) -> None:
    slot = bench.entry("released/1")
    bench.edit(slot, id=slot.body["id"].replace("/2", "/1"))


def _given_back_by_nobody(bench: Bench) -> None:
    """An end of a payout that never was, and money from it."""
    ended = bench.insert(bench.slots[-1], "ended", {"proposal": b"\x77" * 32, "part": 1, "cause": "expired"})
    entry = bench.entry("released/1").body
    invented = {**entry, "id": f"released/1:0x{'77' * 32}/1", "source": ended.label}
    bench.insert(ended, "entry", invented)


# --- superseded


def _newer(bench: Bench, kind: str) -> Slot:
    """A leaf of IIP-2, in the story of both."""
    return bench.all(kind)[-1]


def _without_its(kind: str) -> Change:
    return lambda bench: bench.drop(_newer(bench, kind))


def _twice_its(kind: str) -> Change:
    return lambda bench: (bench.copy(_newer(bench, kind)), None)[1]


def _with_more_for(bench: Bench) -> None:
    result = _newer(bench, "result")
    bench.edit(result, scores=[str(int(result.body["scores"][0]) + 1), *result.body["scores"][1:]])


def _with_other_powers(bench: Bench) -> None:
    slot = _newer(bench, "power")
    bench.edit(slot, evidence=bench.all("power")[0].body["evidence"])


def _signed_by_nobody(number: int) -> Change:
    """The proposal of this number has the signature of a vote."""
    return lambda bench: edit_envelope(
        bench, "proposal", number, lambda envelope: envelope.update(sig=bench.envelope(bench.one("vote"))["sig"])
    )


def _queued_behind_the_result(bench: Bench) -> None:
    bench.move(bench.one("queued"), _newer(bench, "result"))


def _older(kind: str) -> Change:
    return lambda bench: bench.drop(bench.one(kind))


def _older_that_failed(bench: Bench) -> None:
    bench.edit(bench.one("result"), released=False)


def _older_that_was_over(bench: Bench) -> None:
    before = bench.entry("asked/1", 1)
    for slot in bench.all("ended"):
        bench.move(slot, before)


def _never_frozen(bench: Bench) -> None:
    bench.drop(bench.one("transition", iip=2, event="freeze"))


V, AFTER = partial(Row, story="vetoed"), partial(Row, story="after a veto")
OLDER, NEWER, RULES = partial(Row, story="superseded"), partial(Row, story="superseding"), (24, "proposal.rules")

ROWS = (
    Row("vetoed by two owners and queued all the same", _owners_veto_before_the_queue, *STOPPED, "E_VETO"),
    Row("a veto on what is paid", _owners_veto_what_is_paid, *STOPPED, "E_ALREADY"),
    V("a queue behind the veto", _behind_the_veto("queued", 2), *STOPPED, "E_VETO"),
    V("a signature behind the veto", _behind_the_veto("confirmation"), *STOPPED, "E_VETO"),
    V("a veto by a stranger", _vetoed_by("jan"), *ACTS, "E_ACT"),
    V("a veto by the author", _vetoed_by("dora"), *ACTS, "E_ACT"),
    V("a veto on a part that is not there", _vetoed_by("ivo", part=3), *ACTS, "E_ACT"),
    V("a veto for another reason", _another_reason, *ACTS, "E_ACT"),
    V("a veto without its reason", _without_reason, *ACTS, "E_ACT"),
    V("a veto for no reason", _blank_reason, *ACTS, "E_ACT"),
    V("a veto on what is vetoed", _vetoed_twice, *ACTS, "E_ACT"),
    V("a nonce spent on a gift", _spent(value="1"), *SPENT, "E_NO_VOTE"),
    V("a nonce spent on another Safe", _spent(safe=b"\x11" * 20, to=b"\x11" * 20), *SPENT, "E_SAFE_CONFIG"),
    V("another nonce that was never spent", _spent(nonce=7), *SPENT, "E_EXECUTION"),
    V("a nonce spent by a Safe of another version", _spent(version="1.3.0"), *SPENT, "E_HASH_MISMATCH"),
    V("a spent nonce under another hash", _spent_under_another_hash, *SPENT, "E_HASH_MISMATCH"),
    V("a spent nonce with another receipt", _spent_by_another_receipt, *SPENT, "E_EXECUTION"),
    V("a spent nonce with a damaged proof", _spent_with_a_damaged_proof, *SPENT, "E_PROOF"),
    V("a nonce spent on another chain", _spent_on_another_chain, *SPENT, "E_EXECUTION"),
    V("a nonce spent twice", _spent_twice, *SPENT, "E_DUPLICATE"),
    V("ended, and its nonce never spent", _never_spent, *ENDED, "E_NONCE"),
    V("ended before its nonce was spent", _spent_later, *ENDED, "E_NONCE"),
    V("ended, and never vetoed", _never_vetoed, *ENDED, "E_STATE"),
    V("ended by one owner's veto", _vetoed_by("ann"), *ENDED, "E_STATE"),
    V("ended before the veto", _ended_before_the_veto, *ENDED, "E_STATE"),
    V("ended for another cause", _another_cause, 64, "payout.ended", "E_STATE"),
    V("ended twice", _ended_twice, *ENDED, "E_ALREADY"),
    V("the end of a part that is not there", _part_that_is_not_there, *ENDED, "E_HASH_MISMATCH"),
    Row("ended while it could be paid", _ended_in_time, *ENDED, "E_STATE"),
    V("another proposal's paid part is said to have ended", _paid_and_ended, *ENDED, "E_ALREADY"),
    V("ended, and nothing given back", _nothing_given_back, *COVER, "E_LEDGER"),
    V("ended, nothing given back, and promised again", _committed_twice, *COVER, "E_BUDGET"),
    V("ended, and more given back", _given_back(_more), *ENTRIES, "E_LEDGER"),
    AFTER("another's nonce that was never spent", _never_spent, *ENDED, "E_NONCE"),
    AFTER("another's end before its nonce was spent", _spent_later, *ENDED, "E_NONCE"),
    AFTER("another's payout queued behind its end", lambda bench: bench.move(
        bench.one("queued", 2), bench.entry("released/1", 2)), *ENDED, "E_STATE"),
    AFTER("another's payout signed behind its end", lambda bench: bench.move(
        bench.one("confirmation"), bench.entry("released/1", 2)), *ENDED, "E_STATE"),
    AFTER("another's promise given back without an end", _given_back_without_an_end, *ENTRIES, "E_LEDGER"),
    AFTER("more of another's promise given back", _given_back(_more), *ENTRIES, "E_LEDGER"),
    AFTER("a third one's promise given back", _given_back(_of_another_number), *ENTRIES, "E_LEDGER"),
    AFTER("a promise given back for another part", _given_back_for_another_part, *ENTRIES, "E_LEDGER"),
    AFTER("a promise given back that nobody had", _given_back_by_nobody, *ENTRIES, "E_LEDGER"),
    OLDER("superseded by a vote with a ballot less", _without_its("vote"), *STOPPED, "E_LOG_INCONSISTENT"),
    OLDER("superseded by a vote that never closed", _without_its("closed"), *STOPPED, "E_LOG_INCONSISTENT"),
    OLDER("superseded by a vote that closed twice", _twice_its("closed"), *STOPPED, "E_SPLIT_VIEW"),
    OLDER("superseded by a vote without powers", _without_its("power"), *STOPPED, "E_LOG_INCONSISTENT"),
    OLDER("superseded by a vote with other powers", _with_other_powers, *STOPPED, "E_POWER"),
    OLDER("superseded by a vote that was miscounted", _with_more_for, *STOPPED, "E_RESULT_MISMATCH"),
    OLDER("superseded by a proposal that nobody signed", _signed_by_nobody(2), *STOPPED, "E_SIG_SIGNER"),
    OLDER("superseded by a proposal without its document", _without_its("document"), *STOPPED, "E_REVISION"),
    OLDER("superseded by a proposal that nobody froze", _never_frozen, *STOPPED, "E_STATE"),
    OLDER("a queue behind the newer one's result", _queued_behind_the_result, *STOPPED, "E_SUPERSEDED"),
    OLDER("superseded, and the newer one never counted", _without_its("result"), *ENDED, "E_STATE"),
    OLDER("superseded, and ended as vetoed", lambda bench: bench.edit(bench.one("ended"), cause="vetoed"),
          *ENDED, "E_STATE"),
    NEWER("superseding what is not there", _older("proposal"), *RULES, "E_PROPOSAL"),
    NEWER("superseding what was never counted", _older("result"), *RULES, "E_STATE"),
    NEWER("superseding what failed", _older_that_failed, *RULES, "E_STATE"),
    NEWER("superseding what asked for nothing", _older("parts"), *RULES, "E_STATE"),
    NEWER("superseding what was over", _older_that_was_over, *RULES, "E_STATE"),
    NEWER("superseding what nobody signed", _signed_by_nobody(1), *RULES, "E_SIG_SIGNER"),
)  # fmt: skip
