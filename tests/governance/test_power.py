"""`governance.power`: powers are what the snapshot block's hash proves, or an assumption that is called one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from typing import Any, NamedTuple

import pytest
import rlp

from chain import dag_cbor
from chain.blocks import BlockRef
from chain.cid import CID, dag_cbor_cid
from chain.errors import CodedError
from chain.header import decode_header
from chain.keccak import keccak256
from chain.networks import DEVNET_CHAIN_ID
from chain.state_proof import mapping_slot
from governance.power import PowerTable, build_evidence, combine, open_evidence
from tests.chain.forge import account_rlp, header_fields, path, storage_trie, trie_of, word_key
from tests.governance.space_values import CODE_HASH, TOKEN, person, settings, spelled

SETTINGS = settings().strategies[0]
VOTERS = [person(f"voter {n}") for n in range(60)]
BALANCES = {voter: (n % 9) * 10**18 + (n % 2) for n, voter in enumerate(VOTERS)}
"""Some of them hold nothing, which is proved as well."""


class Evidence(NamedTuple):
    """Blocks of evidence behind their root."""

    root: CID
    blocks: dict[CID, bytes]


class Token(NamedTuple):
    """A token at a snapshot block, with what a node gives about it."""

    block: BlockRef
    header: bytes
    nodes: tuple[bytes, ...]


@cache
def token(code_hash: bytes = CODE_HASH, extra: int = 0) -> Token:
    """The token with everybody's balances, in a state of its own."""
    slots = {voter: mapping_slot("vyper", 1, voter) for voter in VOTERS}
    words = storage_trie({slots[voter]: balance + extra for voter, balance in BALANCES.items()})
    others = {keccak256(b"account %d" % n): account_rlp() for n in range(9)}
    state = trie_of({keccak256(TOKEN): account_rlp(words.root_hash, code_hash), **others})
    header = rlp.encode(header_fields(state_root=state.root_hash, number=40))
    nodes = (*path(state, keccak256(TOKEN)), *path(words, *(word_key(slot) for slot in slots.values())))
    return Token(decode_header(header).ref(DEVNET_CHAIN_ID), header, nodes)


BLOCK = token().block


def proved(powers: Mapping[bytes, int] = BALANCES, at: Token | None = None) -> Evidence:
    """Evidence with proofs."""
    found = at or token()
    built = build_evidence(
        number=1, settings=SETTINGS, block=found.block, powers=powers, header=found.header, nodes=found.nodes
    )
    return Evidence(*built)


def assumed(powers: Mapping[bytes, int] = BALANCES) -> Evidence:
    """Evidence without proofs."""
    return Evidence(*build_evidence(number=1, settings=SETTINGS, block=BLOCK, powers=powers))


def opened(evidence: Evidence, **changed: Any) -> PowerTable:
    """Open evidence as a verifier does."""
    told = {"number": 1, "settings": SETTINGS, "block": BLOCK} | changed
    return open_evidence(evidence.blocks[evidence.root], evidence.blocks.__getitem__, **told)


def altered(evidence: Evidence, kind: str, change: Callable[[dict[str, Any]], object]) -> Evidence:
    """Change the first block of a kind, and make the links above it fit again, as a forger would."""
    blocks = dict(evidence.blocks)
    root: Any = dag_cbor.decode(blocks[evidence.root])
    if kind == "power-evidence":
        change(root)
    else:
        key = {"power-values": "values", "trie-nodes": "nodes"}[kind]
        block: Any = dag_cbor.decode(blocks[root[key][0]])
        change(block)
        data = dag_cbor.encode(block)
        root[key][0] = dag_cbor_cid(data)
        blocks[root[key][0]] = data
    data = dag_cbor.encode(root)
    return Evidence(dag_cbor_cid(data), blocks | {dag_cbor_cid(data): data})


def refusal(evidence: Evidence, **changed: Any) -> CodedError:
    """The refusal of evidence."""
    with pytest.raises(CodedError) as caught:
        opened(evidence, **changed)
    return caught.value


def test_powers_are_proved_from_the_block_hash() -> None:
    """Every value, also the zeros, follows from the header by account and storage proofs."""
    assert PowerTable(powers=BALANCES, proved=True) == opened(proved())


def test_powers_without_a_proof_are_an_assumption() -> None:
    """They are read, and `proved` says what they are."""
    assert PowerTable(powers=BALANCES, proved=False) == opened(assumed())
    assert PowerTable(powers={}, proved=False) == opened(assumed({}))


def test_evidence_has_one_spelling() -> None:
    """The order in which a node gives its nodes, repeated ones and superfluous ones change nothing."""
    at = token()
    shuffled = at._replace(nodes=(*at.nodes[::-1], *at.nodes[:5], *token(extra=1).nodes))

    assert proved() == proved(at=shuffled)


def test_one_voters_proof_is_enough_for_him() -> None:
    """Evidence for some voters carries only their nodes."""
    some = {VOTERS[0]: BALANCES[VOTERS[0]], VOTERS[3]: BALANCES[VOTERS[3]]}

    evidence = proved(some)

    assert some == opened(evidence).powers
    assert sum(map(len, evidence.blocks.values())) < sum(map(len, proved().blocks.values()))


@pytest.mark.parametrize("wrong", [10**18 - 1, 10**18 + 1, 0, 5 * 10**18])
def test_a_power_that_the_proof_does_not_give_is_refused(wrong: int) -> None:
    """The refusal names the voter, what was said and what is proved."""
    voter = VOTERS[18]  # holds nothing, and VOTERS[1] one token and a unit
    for victim, balance in ((voter, 0), (VOTERS[1], 10**18 + 1)):
        if wrong == balance:
            continue
        rows = [[v, str(wrong if v == victim else b)] for v, b in sorted(BALANCES.items())]
        refused = refusal(altered(proved(), "power-values", lambda block, rows=rows: block.update(values=rows)))

        assert ("E_POWER", "voter") == (refused.code, refused.reason)
        assert (wrong, balance) == (refused.facts["said"], refused.facts["proved"])
        assert len(str(refused.facts["voter"])) == 42


def test_wrong_powers_are_not_even_written() -> None:
    """Building proves as opening does."""
    with pytest.raises(CodedError) as caught:
        proved(BALANCES | {VOTERS[5]: 1})
    assert spelled("voter 5") == caught.value.facts["voter"]


def test_a_stranger_cannot_be_added() -> None:
    """A voter beyond the proof's nodes has no proof."""
    rows = sorted({**BALANCES, person("mallory"): 10**24}.items())
    forged = altered(proved(), "power-values", lambda block: block.update(values=[[v, str(p)] for v, p in rows]))

    assert refusal(forged).code in {"E_POWER", "E_PROOF"}


def test_H59_power_at_another_block() -> None:
    """The header must be that of the snapshot block, by number and hash."""
    later = token(extra=1)

    refused = refusal(proved(), block=later.block)
    assert ("E_POWER", "subject") == (refused.code, refused.reason)

    moved = altered(proved(), "power-evidence", lambda root: root.update(block=later.block.to_map()))
    refused = refusal(moved, block=later.block)
    assert ("E_POWER", "block") == (refused.code, refused.reason)


def test_another_tokens_code_proves_nothing() -> None:
    """Storage means balances only behind the code that the settings name."""
    with pytest.raises(CodedError) as caught:
        proved(at=token(code_hash=keccak256(b"other code")))
    assert ("E_POWER", "code") == (caught.value.code, caught.value.reason)


def test_a_proof_that_the_settings_give_no_rule_for_is_refused() -> None:
    """Without the storage layout a proof shows nothing; without a proof the values stay an assumption."""
    unproved = replace(SETTINGS, proof=None)

    refused = refusal(proved(), settings=unproved)

    assert ("E_POWER", "no_rule") == (refused.code, refused.reason)
    assert not opened(assumed(), settings=unproved).proved


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        ("trie-nodes", lambda block: block.update(nodes=sorted([*block["nodes"], b"\xc0" * 40]))),
        ("power-evidence", lambda root: root.update(account_nodes=sorted([*root["account_nodes"], b"\xc0" * 40]))),
    ],
)
def test_surplus_nodes_are_refused(kind: str, change: Callable[[dict[str, Any]], object]) -> None:
    """Evidence with padding would have many spellings, and bytes that nobody checks."""
    refused = refusal(altered(proved(), kind, change))

    assert ("E_POWER", "surplus") == (refused.code, refused.reason)


@pytest.mark.parametrize(
    ("kind", "change", "code"),
    [
        ("trie-nodes", lambda block: block["nodes"].pop(3), "E_PROOF"),
        ("trie-nodes", lambda block: block["nodes"].reverse(), "E_POWER"),
        ("trie-nodes", lambda block: block["nodes"].append(block["nodes"][-1]), "E_POWER"),
        ("trie-nodes", lambda block: block.update(nodes=[1]), "E_POWER"),
        ("trie-nodes", lambda block: block.update(kind="power-values"), "E_POWER"),
        ("power-values", lambda block: block.update(v=2), "E_VERSION"),
        ("power-values", lambda block: block.update(values=[]), "E_POWER"),
        ("power-values", lambda block: block["values"].reverse(), "E_POWER"),
        ("power-values", lambda block: block["values"].insert(0, block["values"][0]), "E_POWER"),
        ("power-values", lambda block: block["values"][0].append(1), "E_POWER"),
        ("power-values", lambda block: block["values"][0].__setitem__(1, 5), "E_POWER"),
        ("power-values", lambda block: block["values"][0].__setitem__(1, "05"), "E_POWER"),
        ("power-values", lambda block: block["values"][0].__setitem__(0, bytes(19)), "E_POWER"),
        ("power-evidence", lambda root: root.update(v=2), "E_VERSION"),
        ("power-evidence", lambda root: root.update(extra=1), "E_VERSION"),
        ("power-evidence", lambda root: root.pop("header"), "E_POWER"),
        ("power-evidence", lambda root: root.update(header=None), "E_POWER"),
        ("power-evidence", lambda root: root.update(header="0x"), "E_POWER"),
        ("power-evidence", lambda root: root.update(header=b"\xc0"), "E_PROOF"),
        ("power-evidence", lambda root: root.update(strategy=2), "E_POWER"),
        ("power-evidence", lambda root: root.update(name="erc20-votes"), "E_POWER"),
        ("power-evidence", lambda root: root.update(version=2), "E_POWER"),
        ("power-evidence", lambda root: root.update(values=["x"]), "E_POWER"),
        ("power-evidence", lambda root: root.update(nodes=[]), "E_PROOF"),
    ],
)
def test_another_form_is_refused(kind: str, change: Callable[[dict[str, Any]], object], code: str) -> None:
    """Order, kinds, versions, keys and the subject itself."""
    assert code == refusal(altered(proved(), kind, change)).code


def test_many_voters_travel_in_full_chunks() -> None:
    """8,000 rows a block, in ascending order through all of them; a chunk that is not full is refused."""
    many = {keccak256(b"%d" % n)[12:]: n for n in range(8_100)}
    evidence = assumed(many)
    root: Any = dag_cbor.decode(evidence.blocks[evidence.root])

    assert 2 == len(root["values"])
    assert many == opened(evidence).powers
    assert all(len(block) <= dag_cbor.MAX_BLOCK for block in evidence.blocks.values())

    short = altered(evidence, "power-values", lambda block: block["values"].pop())
    assert "E_POWER" == refusal(short).code
    turned = altered(evidence, "power-evidence", lambda block: block["values"].reverse())
    assert "E_POWER" == refusal(turned).code


def test_strategies_add_up() -> None:
    """Powers are summed by voter; whoever one strategy lacks is left out, and one assumption makes all one."""
    first = PowerTable(powers={VOTERS[0]: 5, VOTERS[1]: 7}, proved=True)
    second = PowerTable(powers={VOTERS[0]: 11, VOTERS[2]: 1}, proved=True)

    assert PowerTable(powers={VOTERS[0]: 16}, proved=True) == combine([first, second])
    assert first == combine([first])
    assert not combine([first, replace(second, proved=False)]).proved
