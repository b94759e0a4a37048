"""A Safe votes by commands: its owners sign one file in turn, or copies of it that are joined, and it is cast."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from chain import abi
from chain.address import checksum
from chain.clients import safe_deploy
from chain.clients.devnet import FAUCET_KEY, Devnet
from chain.safe import SIGN_MESSAGE_LIBS, SafeTx, join_signatures, safe_tx_hash
from chain.signature import sign
from dao.cli.start.demo import cast
from dao.workspace import DEVNET_FILE, read_anchors
from tests.dao.cli import steps_workspace
from tests.dao.cli.conftest import Outcome

Dao = Callable[..., Outcome]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace to copy, in which the Safe holds tokens and IIP-2 is open."""
    return steps_workspace.build(tmp_path_factory.mktemp("safe") / "workspace")


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    return steps_workspace.copy_of(made, tmp_path / "workspace")


def safe_of(folder: Path) -> str:
    return checksum(read_anchors(folder).safe)


def test_owners_sign_a_file_in_turn(dao: Dao, folder: Path) -> None:
    """One owner is too few for the Safe, a stranger is none, two are enough; the file is an ordinary vote."""
    file, at = folder / "safe.vote.json", ("--dir", folder, "--json")
    begun = dao("vote", "cast", "IIP-2", "For", "--safe", safe_of(folder), "--key", "ann", "--out", file, *at)
    before = steps_workspace.state(folder)
    early = dao("vote", "cast", "IIP-2", "--file", file, *at)
    kept = file.read_bytes()
    stranger = dao("vote", "sign", file, "--key", "eve", *at)

    assert (0, [checksum(cast.address("ann"))], 2) == (
        begun.status, begun.document["signed"], begun.document["threshold"]
    )  # fmt: skip
    assert (1, "E_1271_INVALID") == (early.status, early.document["error"]["code"])
    assert (1, "E_SAFE_SIGS") == (stranger.status, stranger.document["error"]["code"])
    assert (before, kept) == (steps_workspace.state(folder), file.read_bytes())
    unsigned = dao("vote", "check", file, *at)
    assert (1, "E_1271_INVALID") == (unsigned.status, unsigned.document["code"])

    signed = dao("vote", "sign", file, "--key", "cho", *at)
    cast_ = dao("vote", "cast", "IIP-2", "--file", file, *at)

    assert (0, 2) == (signed.status, len(signed.document["signed"]))
    assert begun.document["id"] == signed.document["id"] == cast_.document["id"]
    assert (0, safe_of(folder), []) == (cast_.status, cast_.document["voter"], cast_.document["warnings"])
    checked, asked = dao("vote", "check", file, "--json"), dao("vote", "check", file, *at)
    assert (2, "E_1271_UNCHECKED") == (checked.status, checked.document["code"])
    assert (0, None, safe_of(folder)) == (asked.status, asked.document["code"], asked.document["signer"])
    assert asked.document["contract"]["proved"] is True


def test_copies_are_joined(dao: Dao, folder: Path) -> None:
    """Owners who signed copies of one file are taken into one; a copy of another vote is refused."""
    at = ("--dir", folder, "--json")
    file, copy, other = (folder / name for name in ("safe.vote.json", "ben.vote.json", "other.vote.json"))
    dao("vote", "cast", "IIP-2", "Against", "--safe", safe_of(folder), "--key", "ann", "--out", file, *at)
    dao("vote", "cast", "IIP-2", "For", "--safe", safe_of(folder), "--key", "ann", "--out", other, *at)
    envelope = json.loads(file.read_bytes())
    copy.write_text(json.dumps({**envelope, "sig": "0x"}))
    dao("vote", "sign", copy, "--key", "ben", *at)
    refused = dao("vote", "sign", file, "--in", other, *at)
    joined = dao("vote", "sign", file, "--in", copy, *at)
    taken = dao("take", file, *at)

    assert (1, "E_SIGNATURES") == (refused.status, refused.document["error"]["code"])
    assert (0, 2) == (joined.status, len(joined.document["signed"]))
    assert (0, "taken") == (taken.status, taken.document["files"][0]["state"])
    assert (0, "already") == (0, dao("take", file, *at).document["files"][0]["state"])


def test_safe_signs_on_chain(dao: Dao, folder: Path) -> None:
    """Without a key the file is unsigned; when the Safe has signed on chain, it is cast as it is."""
    file, at = folder / "safe.vote.json", ("--dir", folder, "--json")
    begun = dao("vote", "cast", "IIP-2", "For", "--safe", safe_of(folder), "--out", file, *at)
    early = dao("vote", "cast", "IIP-2", "--file", file, *at)
    with Devnet.open(folder / DEVNET_FILE) as devnet:
        _sign_on_chain(devnet, read_anchors(folder).safe, bytes.fromhex(begun.document["id"][2:]))
    cast_ = dao("vote", "cast", "IIP-2", "--file", file, *at)

    assert (0, []) == (begun.status, begun.document["signed"])
    assert (1, "E_1271_INVALID") == (early.status, early.document["error"]["code"])
    assert (0, begun.document["id"]) == (cast_.status, cast_.document["id"])


def _sign_on_chain(devnet: Devnet, safe: bytes, digest: bytes) -> None:
    node = devnet.node()
    library = next(iter(SIGN_MESSAGE_LIBS["1.4.1"]))
    call = abi.encode_call("signMessage(bytes)", [digest])
    nonce = int.from_bytes(node.call(safe, abi.encode_call("nonce()", [])), "big")
    tx = SafeTx(chain_id=node.chain_id(), safe=safe, version="1.4.1", to=library, value=0, data=call, operation=1,
                nonce=nonce)  # fmt: skip
    signed = {cast.address(name): sign(safe_tx_hash(tx), cast.key(name)) for name in ("ann", "ben")}
    safe_deploy.execute_safe_tx(node, FAUCET_KEY, tx, join_signatures(signed))


@pytest.mark.parametrize(
    ("arguments", "status", "code"),
    [
        (("vote", "cast", "IIP-2", "For", "--safe", "SAFE", "--key", "ann"), 64, "E_USAGE"),
        (("vote", "cast", "IIP-2", "For", "--safe", "TOKENLESS", "--out", "OUT"), 1, "E_SAFE_CONFIG"),
        (("vote", "cast", "IIP-2", "For", "--safe", "SAFE", "--key", "eve", "--out", "OUT"), 1, "E_SAFE_SIGS"),
        (("vote", "sign", "NONE", "--key", "ann"), 2, "E_IO_READ"),
        (("vote", "sign", "NONE"), 64, "E_USAGE"),
    ],
)
def test_mistakes(dao: Dao, folder: Path, arguments: tuple[str, ...], status: int, code: str) -> None:
    """A Safe's vote goes to a file, an account is no Safe, a stranger signs nothing; no file is left."""
    names = {"SAFE": safe_of(folder), "OUT": str(folder / "out.json"), "NONE": str(folder / "none.json"),
             "TOKENLESS": checksum(cast.address("eve"))}  # fmt: skip
    before = steps_workspace.everything(folder)
    refused = dao(*(names.get(argument, argument) for argument in arguments), "--dir", folder, "--json")

    assert (status, code) == (refused.status, refused.document["error"]["code"])
    assert before == steps_workspace.everything(folder)
