"""The standard tree: equal to OpenZeppelin's own, and no proof but a leaf's leads to its root.

The package comes from npm at test time: `npm ci --prefix tests/npm/openzeppelin --ignore-scripts`. Without it the test
that needs it skips, and fails instead with CI=true.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chain.keccak import keccak256
from treasury.claim_file import Distribution, claim_call, read_claims, write_claims
from treasury.merkle_tree import Claim, ClaimTree, MerkleError, is_proved

FOLDER = Path(__file__).resolve().parents[1] / "npm" / "openzeppelin"
PACKAGE = FOLDER / "node_modules" / "@openzeppelin" / "merkle-tree"

README = (Claim(b"\x11" * 20, 5 * 10**18), Claim(b"\x22" * 20, 25 * 10**17))
"""Payees and amounts of the example in the package's README, "Building a Tree"."""
README_ROOT = "d4dee0beab2d53f2cc83e567171bd2820e49898130a22622b10ead383e90bd77"
README_PROOF = "b92c48e9d7abe27fd8dfd6b5dfdbfb1c9a463f80c712b66f3a5180a090cccafc"
"""Of the first payee, as the package prints it."""

claims = st.dictionaries(st.binary(min_size=20, max_size=20), st.integers(1, 2**256 - 1), min_size=1, max_size=40).map(
    lambda paid: [Claim(*item) for item in paid.items()]
)


def made_of(listed: list[Claim]) -> Distribution:
    return Distribution(1, b"\x0d" * 20, b"\x70" * 20, ClaimTree(listed))


def test_the_published_example() -> None:
    """Root and proof are those that OpenZeppelin's package prints for its own example."""
    tree = ClaimTree(README)

    assert README_ROOT == tree.root.hex()
    assert [README_PROOF] == [node.hex() for node in tree.proof(README[0].payee)]
    assert (README[0], 75 * 10**17) == (tree.claim(b"\x11" * 20), tree.total)


def test_one_claim_is_its_own_root() -> None:
    """With an empty proof."""
    tree = ClaimTree(README[:1])

    assert (README[0].leaf, ()) == (tree.root, tree.proof(README[0].payee))


@given(claims)
def test_every_claim_is_proved_and_no_other_is(listed: list[Claim]) -> None:
    """A unit more, another payee, a proof that is too short or another's: none leads to the root."""
    tree = ClaimTree(listed)

    for claim in listed:
        proof = tree.proof(claim.payee)
        assert is_proved(claim, proof, tree.root)
        assert not is_proved(claim._replace(amount=claim.amount - 1), proof, tree.root)
        assert not is_proved(claim._replace(payee=keccak256(claim.payee)[:20]), proof, tree.root)
        assert not proof or not is_proved(claim, proof[:-1], tree.root)
    assert ClaimTree(reversed(listed)).root == tree.root


def test_an_inner_node_is_no_claim() -> None:
    """The hash of 64 bytes that are two nodes is not taken for a leaf's: leaves are hashed twice."""
    tree = ClaimTree([Claim(bytes([n]) * 20, n) for n in (1, 2, 3, 4)])
    left, right = tree.nodes[3], tree.nodes[4]
    posing = Claim(left[12:], int.from_bytes(right, "big"))

    assert not is_proved(posing, tree.proof(b"\x01" * 20)[1:], tree.root)


@pytest.mark.parametrize(
    ("listed", "reason"),
    [
        ([], "empty"),
        ([Claim(b"\x01" * 20, 0)], "amount"),
        ([Claim(b"\x01" * 20, 2**256)], "amount"),
        ([Claim(b"\x01" * 20, 1), Claim(b"\x01" * 20, 2)], "twice"),
    ],
)
def test_what_is_no_list(listed: list[Claim], reason: str) -> None:
    """Nobody, nothing, too much, one payee twice."""
    with pytest.raises(MerkleError) as refused:
        ClaimTree(listed)

    assert ("E_MERKLE", reason) == (refused.value.code, refused.value.reason)


def test_a_stranger_has_no_claim() -> None:
    """Neither a proof nor a call."""
    for ask in (ClaimTree(README).proof, lambda payee: claim_call(ClaimTree(README), payee)):
        with pytest.raises(MerkleError, match="absent"):
            ask(b"\x33" * 20)


@given(claims)
def test_a_file_is_read_back(listed: list[Claim]) -> None:
    """Also with other blanks and its keys in another order."""
    made = made_of(listed)
    raw = write_claims(made)
    loose = json.dumps(dict(reversed(json.loads(raw).items())), indent=2).encode()

    for read in (read_claims(raw), read_claims(loose)):
        assert write_claims(read) == raw
        assert (made.tree.root, made.distributor, made.token) == (read.tree.root, read.distributor, read.token)


def changes() -> list[tuple[str, object]]:
    """Every field of a small file, changed."""
    value = json.loads(write_claims(made_of(list(README))))
    other = "0x" + "33" * 20
    return [
        ("format", value | {"format": "simple-v1"}),
        ("encoding", value | {"leafEncoding": ["address", "uint128"]}),
        ("node", value | {"tree": [*value["tree"][:2], "0x" + "00" * 32]}),
        ("payee", value | {"values": [{**value["values"][0], "value": [other, "1"]}, value["values"][1]]}),
        ("place", value | {"values": [{**each, "treeIndex": 1} for each in value["values"]]}),
        ("missing", value | {"values": value["values"][:1]}),
        ("total", value | {"mutualDao": value["mutualDao"] | {"total": "1"}}),
        ("more", value | {"mutualDao": value["mutualDao"] | {"more": 1}}),
        ("chain", value | {"mutualDao": value["mutualDao"] | {"chainId": "1"}}),
        ("version", value | {"mutualDao": value["mutualDao"] | {"version": 2}}),
        ("theirs", {name: each for name, each in value.items() if name != "mutualDao"}),
        ("amount", value | {"values": [{**each, "value": [other, "01"]} for each in value["values"]]}),
        ("list", []),
        ("row", value | {"values": [7]}),
    ]


@pytest.mark.parametrize(("name", "value"), changes(), ids=[name for name, _ in changes()])
def test_a_changed_file_is_refused(name: str, value: object) -> None:
    """By code, never by a traceback."""
    with pytest.raises(MerkleError) if name != "amount" else pytest.raises(Exception, match="base_units") as refused:
        read_claims(json.dumps(value).encode())

    assert refused.value.code == ({"version": "E_VERSION", "amount": "E_AMOUNT"}.get(name, "E_MERKLE"))


def test_openzeppelin_makes_the_same_tree(tmp_path: Path) -> None:
    """Its package makes the same dump out of the same 1,000 values, loads our file, and finds the same proofs."""
    if shutil.which("node") is None or not PACKAGE.is_dir():
        reason = "Node and `npm ci --prefix tests/npm/openzeppelin --ignore-scripts` install OpenZeppelin's tree"
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(reason)
    made = made_of([Claim(keccak256(b"payee %d" % n)[12:], n * 10**15 + 1) for n in range(1_000)])
    (tmp_path / "claims.json").write_bytes(write_claims(made))

    done = subprocess.run(
        ["node", str(FOLDER / "tree.mjs"), str(tmp_path / "claims.json")], capture_output=True, text=True, check=True
    )

    told = json.loads(done.stdout)
    ours = json.loads(write_claims(made))
    assert (ours["tree"], ours["values"], "0x" + made.tree.root.hex()) == (told["tree"], told["values"], told["root"])
    assert [["0x" + node.hex() for node in made.tree.proof(claim.payee)] for claim in made.tree.claims] == told[
        "proofs"
    ]
    assert ["0x" + README_ROOT, ["0x" + README_PROOF]] == told["readme"]
