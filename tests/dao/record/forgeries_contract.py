"""Forgeries of votes that contracts signed, and of what was asked again at the close: checks 30 and 32."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from chain import dag_cbor, erc1271
from chain.address import checksum
from dao.cli.start.demo import cast
from governance.messages import envelope_json, message_id
from tests.dao.record.forge import Bench, Slot
from tests.dao.record.forgeries_proposal import edit_envelope
from tests.dao.record.forgeries_vote import add_vote
from tests.dao.record.row import Row

SIGNATURE, CLOSED = (30, "votes.signature"), (32, "votes.closed")
STORY = "contracts"
BY_KEYS, ON_CHAIN, WALLET = 3, 4, 5
"""Which vote of the journal, from 1, is whose."""

Forge = Callable[[Bench], None]


def voted(bench: Bench, number: int) -> Slot:
    return bench.one("vote", number)


def evidence(number: int, **values: object) -> Forge:
    """Other values in what was kept of a contract's answer."""
    return lambda bench: bench.edit_map(voted(bench, number), "contract", **values)


def state(number: int, change: Callable[[dict[str, Any]], object]) -> Forge:
    """Another proof of a Safe's state."""

    def forge(bench: Bench) -> None:
        slot = voted(bench, number)
        found: Any = dag_cbor.decode(bench.blocks[bench.map_of(slot, "contract")["state"]])
        change(found)
        bench.edit_map(slot, "contract", state=bench.map(found))

    return forge


def _flip(field: str) -> Callable[[dict[str, Any]], None]:
    def change(found: dict[str, Any]) -> None:
        found[field] = found[field][:-1] + bytes([found[field][-1] ^ 1])

    return change


def _without_evidence(bench: Bench) -> None:
    slot = voted(bench, BY_KEYS)
    body = slot.body
    del body["contract"]
    slot.leaf = type(slot.leaf)(kind="vote", time=slot.leaf.time, block=slot.leaf.block, body=body)


def _one_owner_less(bench: Bench) -> None:
    edit_envelope(bench, "vote", BY_KEYS, lambda envelope: envelope.update(sig=envelope["sig"][: 2 + 130]))


def _other_choice(bench: Bench) -> None:
    """Choice 2 under the owners' signatures over choice 1."""
    slot = voted(bench, BY_KEYS)
    edit_envelope(bench, "vote", BY_KEYS, lambda envelope: envelope["data"]["message"].update(choice=2))
    bench.edit(slot, id=message_id("Vote", bench.message(slot)))
    bench.close_again()


def _of_the_other_safe(bench: Bench) -> None:
    other = bench.map_of(voted(bench, ON_CHAIN), "contract")["state"]
    bench.edit_map(voted(bench, BY_KEYS), "contract", state=other)


def _in_the_name_of_a_key(bench: Bench) -> None:
    """The journal's writer says that a contract has voted, and the voter is a person."""
    wallet, kim = voted(bench, WALLET), cast.address("kim")
    message = {**bench.message(wallet), "from": checksum(kim)}
    raw, id_ = envelope_json("Vote", message, kim, b"\x01" * 130), message_id("Vote", message)
    bench.edit(add_vote(bench, raw, id_, after=wallet), contract=wallet.body["contract"])


def _wallet_proves_nothing(bench: Bench) -> None:
    bench.edit_map(voted(bench, WALLET), "contract", header=None, nodes=[])


def _surplus_node(bench: Bench) -> None:
    found = bench.map_of(voted(bench, WALLET), "contract")
    bench.edit_map(voted(bench, WALLET), "contract", nodes=sorted([*found["nodes"], b"\xc0"]))


def _again(*rows: tuple[int, bool]) -> Forge:
    """The close says that votes were asked again; True: with the evidence of before, which is of another block."""

    def forge(bench: Bench) -> None:
        asked = [
            [voted(bench, number).body["id"], voted(bench, number).body.get("contract") if is_known else None]
            for number, is_known in rows
        ]
        bench.edit(bench.one("closed"), again=asked)

    return forge


def _again_unordered(bench: Bench) -> None:
    ids = sorted(voted(bench, number).body["id"] for number in (BY_KEYS, ON_CHAIN))
    bench.edit(bench.one("closed"), again=[[id_, None] for id_ in reversed(ids)])


def _dropped_at_will(bench: Bench) -> None:
    """A vote that stood at the count is said to have lost its block, so the scores are others."""
    _again((BY_KEYS, False))(bench)


OLD = erc1271.YES["erc-1271-bytes"]
ROWS = (
    Row("a contract's vote without evidence", _without_evidence, *SIGNATURE, "E_1271_UNCHECKED", story=STORY),
    Row("another answer", evidence(WALLET, answer=bytes(31) + b"\x01"), *SIGNATURE, "E_1271_INVALID", story=STORY),
    Row("the old form", evidence(WALLET, method="erc-1271-bytes", answer=OLD), *SIGNATURE, "E_1271_INVALID",
        story=STORY),
    Row("a wallet not yet there", evidence(WALLET, method="erc-6492"), *SIGNATURE, "E_6492", story=STORY),
    Row("an unknown form", evidence(WALLET, method="erc-9999"), *SIGNATURE, "E_VERSION", story=STORY),
    Row("nobody who was asked", evidence(WALLET, providers=[]), *SIGNATURE, "E_1271_INVALID", story=STORY),
    Row("a wallet that nothing proves", _wallet_proves_nothing, *SIGNATURE, "E_1271_INVALID", story=STORY),
    Row("a node too many", _surplus_node, *SIGNATURE, "E_PROOF", story=STORY),
    Row("a contract in a person's name", _in_the_name_of_a_key, *SIGNATURE, "E_PROOF", story=STORY),
    Row("an owner's signature less", _one_owner_less, *SIGNATURE, "E_SAFE_SIGS", story=STORY),
    Row("the owners' signatures over another choice", _other_choice, *SIGNATURE, "E_SAFE_SIGS", story=STORY),
    Row("another Safe's state", _of_the_other_safe, *SIGNATURE, "E_1271_BLOCK", story=STORY),
    Row("a Safe of another chain", state(BY_KEYS, lambda found: found.update(chain_id=1)), *SIGNATURE, "E_1271_BLOCK",
        story=STORY),
    Row("another header", state(BY_KEYS, _flip("header")), *SIGNATURE, "E_1271_BLOCK", story=STORY),
    Row("no word on chain", state(ON_CHAIN, lambda found: found["nodes"].pop()), *SIGNATURE, "E_PROOF", story=STORY),
    Row("asked again at the block of before", _again((WALLET, True)), *CLOSED, "E_1271_BLOCK", story=STORY),
    Row("a key's vote asked again", _again((1, False)), *CLOSED, "E_LOG_INCONSISTENT", story=STORY),
    Row("asked again in another order", _again_unordered, *CLOSED, "E_LOG_INCONSISTENT", story=STORY),
    Row("a contract's vote dropped at will", _dropped_at_will, 41, "tally.scores", "E_RESULT_MISMATCH", story=STORY),
)  # fmt: skip
