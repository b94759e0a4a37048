"""Facts that nobody's step would offer: the desk takes none that a verifier would refuse, and a batch whole or not."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from chain.cid import raw_cid
from chain.clients import devnet_contracts
from chain.clients.safe_read import fetch_safe_state
from chain.errors import CodedError
from chain.json_text import canonical
from chain.safe import SafeTx, safe_tx_hash
from dao.cli.start.demo import cast, world
from dao.record.case import need
from dao.record.safe_tx_block import write_safe_tx
from dao.workflow import founding, income, paying, voting
from dao.workflow.desk import Blocks, Fact
from dao.workflow.proposing import Published, settings_in_force
from governance.space import settings_cid
from tests.dao.workflow.refusing import nothing_kept, refuses, state
from tests.dao.workflow.stage import Stage, eth
from treasury.confirmations import sign_safe_tx


def take(stage: Stage, published: Published | None, *facts: Fact, blocks: Blocks | None = None) -> Callable[[], object]:
    proposal = bytes(32) if published is None else published.id
    return lambda: stage.desk.take(list(facts), Blocks() if blocks is None else blocks, proposal)


def test_facts_without_a_checker_or_a_form(stage: Stage) -> None:
    """An unknown kind, a missing field, a link that leads nowhere: none of them becomes a leaf."""
    refuses(stage, "E_VERSION", "leaf", take(stage, None, Fact("bribe", {})))
    refuses(stage, "E_CANONICAL", "leaf", take(stage, None, Fact("parts", {})))
    refuses(stage, "E_CANONICAL", "leaf", take(stage, None, Fact("parts", {"parts": raw_cid(b"")})))
    missing = Fact("document", {"iip": 1, "author": cast.address("dora"), "document": raw_cid(b"nowhere")})
    refuses(stage, "E_IO_JOURNAL", "block", take(stage, None, missing))
    blocks = Blocks()
    junk = Fact("document", {"iip": 1, "author": cast.address("dora"), "document": blocks.raw(b"\xff no document")})
    refuses(stage, "E_TEXT", "utf8", take(stage, None, junk, blocks=blocks))
    other = Fact("document", {**junk.body, "document": blocks.raw(stage.document(2, eth("1")))})
    refuses(stage, "E_IIP_DUP", "number", take(stage, None, other, blocks=blocks))
    derived = Fact("transition", {"iip": 1, "event": "tally_pass", "document": raw_cid(b"")})
    refuses(stage, "E_STATE", "derived", take(stage, None, derived))
    early = Fact("transition", {"iip": 1, "event": "freeze", "document": raw_cid(b"")})
    refuses(stage, "E_STATE", "step_document", take(stage, None, early))


def test_a_batch_is_taken_whole_or_not_at_all(stage: Stage) -> None:
    """One bad fact behind good ones keeps all of them out."""
    blocks = Blocks()
    good = Fact("document", {
        "iip": 1, "author": cast.address("dora"), "document": blocks.raw(stage.document(1, eth("1"))),
    })  # fmt: skip
    bad = Fact("transition", {"iip": 1, "event": "freeze", "document": good.body["document"]})

    refuses(stage, "E_STATE", "event", take(stage, None, good, bad, blocks=blocks))
    take(stage, None, good, blocks=blocks)()
    assert "document" == stage.desk.journal.leaves[-1].kind


def test_entries_by_hand(stage: Stage) -> None:
    """Nobody posts an entry that no rule made: not unbalanced, not from nowhere, not twice."""
    entry = next(leaf.body for leaf in stage.desk.journal.leaves if leaf.kind == "entry")
    lines: Any = entry["postings"]
    more = [
        {**lines[0], "amount": str(2 * int(lines[0]["amount"]))},
        {**lines[1], "amount": str(2 * int(lines[1]["amount"]))},
    ]

    refuses(stage, "E_LEDGER", "posted_twice", take(stage, None, Fact("entry", entry)))
    refuses(stage, "E_LEDGER", "not_rule",
            take(stage, None, Fact("entry", {**entry, "id": f"{entry['id']}x", "postings": more})))  # fmt: skip
    refuses(stage, "E_UNBALANCED", "",
            take(stage, None, Fact("entry", {**entry, "id": f"{entry['id']}x", "postings": more[:1]})))  # fmt: skip
    foreign = {**entry, "id": f"donation/1:0x{'11' * 32}/1", "rule": "donation/1", "iip": 7}
    refuses(stage, "E_LEDGER", "foreign", take(stage, None, Fact("entry", foreign)))


def test_income_that_is_none(stage: Stage) -> None:
    """Another kind, another log, another fund, another token, the proxy's own transfer: nothing of it is booked."""
    node, there = stage.desk.node, stage.there
    gift = devnet_contracts.transfer(node, cast.key("dora"), there.token, there.safe, cast.UNIT).transaction_hash
    elsewhere = devnet_contracts.transfer(node, cast.key("dora"), there.token, cast.address("jan"), 1).transaction_hash
    premium = devnet_contracts.bring_premium(node, cast.key(cast.BUYER), there.proxy, cast.UNIT).transaction_hash

    def books(kind: Any, transaction: bytes, log: int = 0, fund: str = cast.FUND) -> Callable[[], int]:
        return lambda: income.book_income(stage.desk, kind, fund, transaction, log=log)

    refuses(stage, "E_LEDGER", "contract", books("premium", gift))
    refuses(stage, "E_LEDGER", "asset", books("donation", premium))
    refuses(stage, "E_PREM_EVENT", "form", books("forward", premium))
    refuses(stage, "E_LEDGER", "log", books("donation", gift, log=1))
    refuses(stage, "E_LEDGER", "fund", books("donation", gift, fund="other"))
    refuses(stage, "E_DONATION", "recipient", books("donation", elsewhere))
    books("donation", gift)()
    refuses(stage, "E_LEDGER", "twice", books("donation", gift))
    assert stage.verifies(stage.pass_(1, eth("0.5")))


def test_payout_facts_by_hand(stage: Stage) -> None:
    """Confirmations of strangers or of nothing, transactions of another Safe, executions without a receipt."""
    published = stage.pass_(1, eth("0.5"))
    tx = paying.queue(stage.desk, published.id, 1)
    good = sign_safe_tx(tx, cast.signer("ann"))
    body = {"hash": safe_tx_hash(tx), "owner": good.owner, "signature": good.signature}
    jan = sign_safe_tx(tx, cast.signer("jan"))

    def confirms(**changes: object) -> Callable[[], object]:
        return take(stage, published, Fact("confirmation", {**body, **changes}))

    refuses(stage, "E_SAFE_SIGS", "stranger", confirms(owner=jan.owner, signature=jan.signature))
    refuses(stage, "E_SAFE_SIGS", "other_signer", confirms(owner=cast.address("ben")))
    refuses(stage, "E_SAFE_SIGS", "malformed", confirms(signature=bytes(65)))
    refuses(stage, "E_CANONICAL", "leaf", confirms(signature=bytes(64)))
    refuses(stage, "E_TIMELOCK", "", confirms())

    def queues(other: SafeTx, part: int = 1, **changes: object) -> Callable[[], object]:
        blocks = Blocks()
        fields = {
            "proposal": published.id, "part": part, "hash": safe_tx_hash(other),
            "safe_tx": blocks.map(write_safe_tx(other)), **changes,
        }  # fmt: skip
        return take(stage, published, Fact("queued", fields), blocks=blocks)

    refuses(stage, "E_SAFE_CONFIG", "unknown_safe", queues(replace(tx, safe=cast.address("jan"), nonce=9)))
    refuses(stage, "E_HASH_MISMATCH", "payee", queues(replace(tx, to=cast.address("jan"), nonce=9)))
    refuses(stage, "E_HASH_MISMATCH", "hash", queues(replace(tx, nonce=9), hash=bytes(32)))
    refuses(stage, "E_HASH_MISMATCH", "no_part", queues(replace(tx, nonce=9), part=2))
    refuses(stage, "E_DOUBLE_PAY", "live", queues(replace(tx, nonce=9)))
    refuses(stage, "E_LOG_INCONSISTENT", "other_proposal", queues(replace(tx, nonce=9), proposal=bytes(32)))

    blocks = Blocks()
    gift = devnet_contracts.transfer(stage.desk.node, cast.key("dora"), stage.there.token, tx.safe, 1)
    head = stage.desk.node.head().ref.number
    executed = {
        "proposal": published.id, "part": 1, "hash": safe_tx_hash(tx),
        "receipt": blocks.map(stage.desk.node.receipt_proof(gift.transaction_hash).to_map()),
        "state": blocks.map(fetch_safe_state(stage.desk.node, tx.safe, head - 1).to_map()),
    }  # fmt: skip
    refuses(stage, "E_EXECUTION", "absent", take(stage, published, Fact("executed", executed), blocks=blocks))

    stage.there.wait(2 * cast.DAY + 60)
    stage.sign(published, 1, tx)
    paying.execute(stage.desk, published.id, 1, tx, cast.signer("ann"))
    assert stage.verifies(published)


def test_H67_result_by_hand(stage: Stage) -> None:
    """A result whose score, verdict or release is not what counting gives is not taken, and the true one still is."""
    published = stage.publish(1, eth("0.5"))
    stage.vote(published, 2, "eve", "hana")
    stage.there.wait_until(published.end + 60)
    voting.close(stage.desk, published.id)
    before = state(stage.desk)
    case = voting.count(stage.desk, published.id)
    result = next(case.rows("result")).leaf.body
    assert before != state(stage.desk)

    for changes in ({"released": True}, {"verdict": "passed"}, {"scores": ["1", "0", "0"]}, {"closed": 0}):
        with nothing_kept(stage), pytest.raises(CodedError):
            take(stage, published, Fact("result", {**result, **changes}))()
    assert stage.verifies(published)


def _newer(stage: Stage, **changes: object) -> str:
    return canonical({**json.loads(settings_in_force(stage.desk).text), **changes})


def test_H100_settings_need_the_safe(stage: Stage) -> None:
    """Newer settings are signed by enough owners of the Safe, over what came before, for the same Safe and space."""
    text = _newer(stage, timelock=3 * cast.DAY)
    previous = settings_cid(settings_in_force(stage.desk).text).digest
    ann, ben, jan = (cast.signer(name) for name in ("ann", "ben", "jan"))

    def founds(signatures: bytes, what: str = text) -> Callable[[], int]:
        return lambda: founding.found(stage.desk, what, signatures)

    refuses(stage, "E_SETTINGS", "too_few", founds(founding.sign_settings(text, [ann], previous)))
    refuses(stage, "E_SETTINGS", "not_owner", founds(founding.sign_settings(text, [ann, jan], previous)))
    refuses(stage, "E_SETTINGS", "signature", founds(b"\x01" * 65))
    first = settings_in_force(stage.desk).text
    for what in (text, first):  # signed as if nothing came before: the hash is another, and so are the signers
        with nothing_kept(stage), pytest.raises(CodedError, match="E_SETTINGS"):
            founds(founding.sign_settings(what, [ann, ben]), what)()
    other = _newer(stage, space="other.devnet")
    refuses(stage, "E_SETTINGS", "other_space", founds(founding.sign_settings(other, [ann, ben], previous), other))
    later = _newer(stage, housekeeping=["rotate"])
    refuses(stage, "E_VERSION", "settings_later", founds(founding.sign_settings(later, [ann, ben], previous), later))

    founds(founding.sign_settings(text, [ann, ben], previous))()
    assert 2 * cast.DAY == settings_in_force(stage.desk).timelock
    stage.there.wait(cast.HOUR)
    assert 3 * cast.DAY == settings_in_force(stage.desk).timelock
    assert stage.verifies(stage.pass_(1, eth("0.5")))


def test_H65_newer_settings_never_touch_an_open_vote(stage: Stage) -> None:
    """A quorum that is raised while a vote is open decides later votes; this one keeps its own."""
    published = stage.publish(1, eth("0.5"))
    text = _newer(stage, quorum={"kind": "all_choices", "minimum": str(900_000 * cast.UNIT)})
    previous = settings_cid(settings_in_force(stage.desk).text).digest
    owners = [cast.signer("ann"), cast.signer("ben")]
    founding.found(stage.desk, text, founding.sign_settings(text, owners, previous))
    stage.vote(published, 1, "eve", "hana")
    stage.decide(published)
    second = stage.pass_(2, eth("0.5"))

    checks = (10, 20, 21, 22, 23, 24, 30, 31, 32, 40, 41, 42)
    assert "passed" == need(stage.desk.case(published.id, *checks).verdict).state
    assert "quorum_not_met" == need(stage.desk.case(second.id, *checks).verdict).state
    assert stage.verifies(published)
    assert stage.verifies(second)


def test_settings_of_a_safe_that_is_not_there(stage: Stage) -> None:
    """Settings that name an address without a Safe are refused, whoever signed them."""
    there = replace(stage.there, safe=cast.address("jan"))
    text = world.settings_text(there)

    with nothing_kept(stage), pytest.raises(CodedError):
        founding.found(stage.desk, text, founding.sign_settings(text, [cast.signer("ann"), cast.signer("ben")]))
