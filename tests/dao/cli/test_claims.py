"""`dao pay --merkle` and `dao claim`: a file becomes a list and a draft, a list becomes claims, or nothing is kept."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from chain.abi import encode_call
from chain.address import ZERO, checksum
from chain.cid import raw_cid
from chain.clients.devnet import FAUCET_KEY, Devnet
from chain.clients.devnet_contracts import deploy_iip_proxy
from chain.networks import DEVNET_CHAIN_ID
from dao.cli.start.demo import cast
from dao.record.checks_proposal import assets_of
from dao.session import open_session
from dao.workflow.proposing import settings_in_force
from proposals.compile import compile_parts
from proposals.document import parse_document
from tests.dao.cli import steps_workspace
from tests.dao.cli.conftest import Outcome
from tests.dao.cli.steps_workspace import everything
from tests.treasury import weird
from treasury.claim_file import read_claims

Dao = Callable[..., Outcome]
SAID = (
    "--title", "Rewards", "--description", "Pays many", "--author", "Dora (@dora)",
    "--discussions-to", "https://forum.example.org/t/rewards/3",
)  # fmt: skip
NORA, EVE = (checksum(cast.address(name)) for name in ("nora", "eve"))
ROWS = ("payee,amount,asset", f"{NORA},0.5,ETH", f"{EVE},0.25,ETH")


class Made:
    """A workspace with distributors on its chain."""

    def __init__(self, folder: Path) -> None:
        self.folder = steps_workspace.build(folder)
        with open_session(self.folder) as session:
            fund = settings_in_force(session.desk).funds[0]
            self.safe, self.assets = fund.safe, assets_of(fund)
        (self.symbol,) = (symbol for symbol, asset in self.assets.items() if asset.address)
        token = self.assets[self.symbol].address
        with Devnet.open(self.folder / "devnet.sqlite") as devnet:
            self.node = devnet.node()
            self.of_coins = self._distributor(self.safe, ZERO)
            self.of_tokens = self._distributor(self.safe, token)
            self.of_others = self._distributor(cast.address("eve"), ZERO)
            self.silent = checksum(deploy_iip_proxy(self.node, FAUCET_KEY, b"\x77" * 20))

    def _distributor(self, owner: bytes, token: bytes | None) -> str:
        return checksum(weird.deploy(self.node, "MerkleDistributor", ["address", "address"], [owner, token]))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return Made(tmp_path_factory.mktemp("claims") / "workspace")


@pytest.fixture
def folder(made: Made, tmp_path: Path) -> Path:
    return steps_workspace.copy_of(made.folder, tmp_path / "workspace")


def pay(dao: Dao, folder: Path, tmp_path: Path, distributor: str, *lines: str) -> Outcome:
    file = tmp_path / "pay.csv"
    file.write_text("\n".join(lines) + "\n", "utf-8")
    return dao("pay", file, "--merkle", distributor, *SAID, "--dir", folder, "--json")


def test_a_file_becomes_a_list_and_a_draft(dao: Dao, made: Made, folder: Path, tmp_path: Path) -> None:
    """One part with the money and the root of the list, whose CID the document names; again it is the same draft."""
    before = everything(folder)
    rows = ("payee,amount,asset", f"{NORA},0.5,{made.symbol}", f"{EVE},0.25,{made.symbol}")

    first, again = (pay(dao, folder, tmp_path, made.of_tokens, *rows) for _ in range(2))

    assert (0, True, False) == (first.status, first.document["is_new"], again.document["is_new"])
    claims = first.document["claims"]
    raw = Path(claims["file"]).read_bytes()
    tree = read_claims(raw).tree
    assert (claims["root"], claims["cid"]) == ("0x" + tree.root.hex(), str(raw_cid(raw)))
    text = Path(first.document["file"]).read_bytes()
    (part,) = compile_parts(parse_document(text), chain_id=DEVNET_CHAIN_ID, safe=made.safe, assets=made.assets)
    token, distributor = made.assets[made.symbol].address, bytes.fromhex(made.of_tokens[2:])
    total = 75 * 10 ** (made.assets[made.symbol].decimals - 2)
    assert [
        (token, 0, encode_call("transfer(address,uint256)", [distributor, total])),
        (distributor, 0, encode_call("setMerkleRoot(bytes32)", [tree.root])),
    ] == list(part.calls)
    assert claims["cid"].encode() in text
    added = {name for name, digest in everything(folder).items() if before.get(name) != digest}
    assert {"iips/iip-3.md", f"iips/annex/claims-{tree.root.hex()[:16]}.json"} == added


def test_coins_are_sent_with_the_root(dao: Dao, made: Made, folder: Path, tmp_path: Path) -> None:
    """One call, because a contract that gets coins among other payments could refuse them."""
    outcome = pay(dao, folder, tmp_path, f"devnet:{made.of_coins}", *ROWS)

    text = Path(outcome.document["file"]).read_bytes()
    (part,) = compile_parts(parse_document(text), chain_id=DEVNET_CHAIN_ID, safe=made.safe, assets=made.assets)
    root = bytes.fromhex(outcome.document["claims"]["root"][2:])
    data = encode_call("setMerkleRoot(bytes32)", [root])
    assert [(bytes.fromhex(made.of_coins[2:]), 75 * 10**16, data)] == list(part.calls)


def test_what_a_list_forbids_is_named_by_line(dao: Dao, made: Made, folder: Path, tmp_path: Path) -> None:
    """A payee twice in other amounts, which a plain file may do, and a second asset; nothing is written."""
    before = everything(folder)

    outcome = pay(dao, folder, tmp_path, made.of_coins, *ROWS, f"{NORA},0.125,ETH", f"{EVE},1,{made.symbol}")

    found = [(each["line"], each["code"]) for each in outcome.document["findings"] if each["level"] == "error"]
    assert (1, [(4, "E_DOUBLE_PAY"), (5, "E_MERKLE")]) == (outcome.status, sorted(found))
    assert before == everything(folder)


@pytest.mark.parametrize(
    ("which", "told"), [("payee", "no contract"), ("of_tokens", "says that it pays"), ("of_others", "obeys")]
)
def test_another_distributor_is_refused(
    dao: Dao, made: Made, folder: Path, tmp_path: Path, which: str, told: str
) -> None:
    """No contract, one of another asset, one that obeys somebody else; one that says nothing is taken."""
    before = everything(folder)

    outcome = pay(dao, folder, tmp_path, EVE if which == "payee" else getattr(made, which), *ROWS)

    assert (1, "E_MERKLE") == (outcome.status, outcome.document["error"]["code"])
    assert told in outcome.document["error"]["message"]
    assert before == everything(folder)
    assert 0 == pay(dao, folder, tmp_path, made.silent, *ROWS).status


def test_a_claim_out_of_a_list(dao: Dao, made: Made, folder: Path, tmp_path: Path) -> None:
    """The list is checked, a claim is the call that the distributor takes, and a file holds it or all proofs."""
    claims = pay(dao, folder, tmp_path, made.of_coins, *ROWS).document["claims"]
    one, proofs = tmp_path / "claim.json", tmp_path / "proofs.json"

    whole = dao("claim", claims["file"], "--root", claims["root"], "--out", proofs, "--json")
    nora = dao("claim", claims["file"], NORA, "--out", one, "--json")

    assert (0, 2, str(75 * 10**16), None) == (
        whole.status, whole.document["claims"], whole.document["total"], whole.document["claim"],
    )  # fmt: skip
    claim = nora.document["claim"]
    proof = [bytes.fromhex(node[2:]) for node in claim["proof"]]
    data = encode_call("claim(address,uint256,bytes32[])", [cast.address("nora"), 5 * 10**17, proof])
    assert ("0x" + data.hex(), made.of_coins) == (claim["data"], claim["to"])
    assert claim == json.loads(one.read_text("utf-8")) == json.loads(proofs.read_text("utf-8"))[NORA]
    assert claim["data"] in dao("claim", claims["file"], NORA).out


def test_what_is_no_claim_is_refused(dao: Dao, made: Made, folder: Path, tmp_path: Path) -> None:
    """A stranger, another root, a root that is none, a changed list, no list, no file; no file is written."""
    claims = pay(dao, folder, tmp_path, made.of_coins, *ROWS).document["claims"]
    changed, out = tmp_path / "changed.json", tmp_path / "out.json"
    changed.write_bytes(Path(claims["file"]).read_bytes().replace(b"500000000000000000", b"900000000000000000"))
    lines = [
        (claims["file"], checksum(cast.address("ivo"))), (claims["file"], "--root", "0x" + "11" * 32),
        (claims["file"], "--root", "0x11"), (changed,), (tmp_path / "pay.csv",), (tmp_path / "none.json",),
    ]  # fmt: skip

    said = [dao("claim", *line, "--out", out, "--json") for line in lines]

    assert [1, 1, 64, 1, 1, 2] == [outcome.status for outcome in said]
    assert ["E_MERKLE", "E_MERKLE", "E_USAGE", "E_MERKLE", "E_PARSE", "E_IO_READ"] == [
        outcome.document["error"]["code"] for outcome in said
    ]
    assert not out.exists()
