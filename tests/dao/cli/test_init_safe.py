"""`dao init --safe`: a space around a Safe that exists, read through a node of another chain than the devnet."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from chain.clients.devnet import Devnet
from chain.clients.node import Node
from dao.cli.start.demo import cast
from dao.cli.workspace.devnet_serve import DevnetServer
from dao.keys import Keyring
from dao.store.journal import Journal
from tests.dao.cli import served_chain
from tests.dao.cli.conftest import Outcome
from tests.dao.cli.served_chain import CHAIN_ID, OWNERS, Served

Dao = Callable[..., Outcome]


@pytest.fixture(scope="module")
def chain() -> Iterator[Served]:
    """One chain for every test here; no test changes it but by what it deploys itself."""
    with served_chain.served() as found:
        yield found


@pytest.fixture
def here(chain: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to work in, with the node's URL and everybody's key in variables and a passphrase in a file."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CLUB_NODE", chain.url)
    for name in (*OWNERS, "eve"):
        monkeypatch.setenv(f"{name.upper()}_KEY", "0x" + served_chain.key(name).hex())
    (tmp_path / "passphrase").write_text("correct horse\n", "utf-8")
    return tmp_path


def init(dao: Dao, chain: Served, *more: object, folder: str = "club", safe: str = "safe") -> Outcome:
    return dao(
        "init", "--dir", folder, "--space", "club.eth", "--safe", chain.safe(safe), "--rpc-env", "CLUB_NODE",
        "--passphrase-file", "passphrase", *more,
    )  # fmt: skip


def with_token(chain: Served) -> tuple[str, ...]:
    return ("--token", chain.places["token"], "--holder", served_chain.address("eve"))


def test_everything_about_the_safe_is_read(dao: Dao, chain: Served, here: Path) -> None:
    """Owners, threshold, version and token come from the chain, and the draft makes settings with the defaults."""
    outcome = init(dao, chain, *with_token(chain), "--json")

    made = outcome.document
    settings = {row["setting"]: row for row in made["settings"]}
    assert 0 == outcome.status, outcome.err
    assert (CHAIN_ID, "1.4.1", 2) == (made["chain_id"], made["safe"]["version"], made["safe"]["threshold"])
    assert {served_chain.address(name) for name in OWNERS} == {row["address"] for row in made["safe"]["owners"]}
    assert ("200 votes", "default") == (settings["quorum.minimum"]["value"], settings["quorum.minimum"]["origin"])
    assert "chain" == settings["strategies"]["origin"]
    assert settings["notice"]["why"].startswith("Longer than a vote")
    draft = json.loads((here / "club" / "settings.draft.json").read_text("utf-8"))
    assert {"symbol": "CLUB", "decimals": 18, "address": chain.places["token"]} == draft["strategies"][0]["params"]
    assert [{"chain_id": CHAIN_ID, "finality_depth": 64}] == draft["chains"]
    assert ["ETH", "CLUB"] == [asset["symbol"] for asset in draft["funds"][0]["assets"]]


def test_the_place_of_balances_is_found(dao: Dao, chain: Served, here: Path) -> None:
    """With somebody who holds the token, power can be proved; with nobody it is taken on trust, and that is said."""
    known = init(dao, chain, *with_token(chain), "--json")
    unknown = init(dao, chain, "--token", chain.places["token"], "--json", folder="other")

    proofs = [
        json.loads((here / name / "settings.draft.json").read_text("utf-8"))["strategies"][0]["proof"]
        for name in ("club", "other")
    ]
    assert [("vyper", "0"), None] == [proof and (proof["layout"], proof["slot"]) for proof in proofs]
    assert "W_POWER_UNPROVED" not in codes(known.document)
    assert "W_POWER_UNPROVED" in codes(unknown.document)


def test_the_chain_id_comes_from_the_node_when_no_prefix_names_it(dao: Dao, chain: Served, here: Path) -> None:
    """A bare address is taken to be on the node's own chain."""
    outcome = dao(
        "init", "--dir", "club", "--space", "club.eth", "--safe", chain.places["safe"], "--rpc-env", "CLUB_NODE",
        "--passphrase-file", "passphrase", "--json",
    )  # fmt: skip

    assert (0, CHAIN_ID) == (outcome.status, outcome.document["chain_id"])


def test_owners_sign_in_workspaces_of_their_own(dao: Dao, chain: Served, here: Path) -> None:
    """The draft travels to an owner, his signature travels back, and the writer founds the space."""
    init(dao, chain, *with_token(chain))
    draft = here / "club" / "settings.draft.json"
    joined = dao(
        "init", "--dir", "bens", "--space", "club.eth", "--safe", chain.safe(), "--rpc-env", "CLUB_NODE", "--draft",
        draft, "--json",
    )  # fmt: skip
    signed = dao("settings", "sign", "--key-env", "BEN_KEY", "--dir", "bens", "--out", "ben.json", "--json")
    early = dao("settings", "found", "--dir", "club", "--passphrase-file", "passphrase")
    taken = dao(
        "settings", "sign", "--key-env", "ANN_KEY", "--in", "ben.json", "--dir", "club", "--passphrase-file",
        "passphrase", "--json",
    )  # fmt: skip
    founded = dao("settings", "found", "--dir", "club", "--passphrase-file", "passphrase", "--json")

    assert [0, 0, 1, 0, 0] == [outcome.status for outcome in (joined, signed, early, taken, founded)], founded.err
    assert not (here / "bens" / "keys").exists()
    assert [served_chain.address("ben")] == signed.document["signed"]
    assert sorted(map(served_chain.address, ("ann", "ben"))) == sorted(taken.document["signed"])
    assert (0, True) == (founded.document["leaf"], founded.document["is_new"])
    assert not (here / "club" / "settings.signatures.json").exists()
    assert (here / "club" / "checkpoint").exists()
    with Journal(here / "club" / "journal.sqlite") as journal:
        assert ["settings"] == [leaf.kind for leaf in journal.leaves]


def test_whoever_joins_does_not_found(dao: Dao, chain: Served, here: Path) -> None:
    """Without the journal's private key there is nothing to found with, however many have signed."""
    init(dao, chain, *with_token(chain))
    joined = init(dao, chain, "--draft", "club/settings.draft.json", folder="bens")
    for name in ("BEN_KEY", "CHO_KEY"):
        assert 0 == dao("settings", "sign", "--key-env", name, "--dir", "bens").status

    outcome = dao("settings", "found", "--dir", "bens")

    assert 0 == joined.status
    assert (1, True) == (outcome.status, "[E_KEY_FILE]" in outcome.err)
    assert "does not write the journal" in outcome.err


def test_a_journal_key_that_was_made_before(dao: Dao, chain: Served, here: Path) -> None:
    """`dao keys journal` prints what the workspace then names; another key beside it is refused."""
    key = dao("keys", "journal", "--dir", "club", "--passphrase-file", "passphrase", "--json").document["public_key"]
    wrong = init(dao, chain, "--journal-key", "ab" * 32)
    made = init(dao, chain, "--json")

    assert (1, True) == (wrong.status, "[E_KEY_FILE]" in wrong.err)
    assert key == made.document["journal_key"]
    assert made.document["duties"][5]["rule"].startswith("This workspace")


def test_people_are_called_by_the_names_of_their_keys(dao: Dao, chain: Served, here: Path) -> None:
    """A reviewer whose keystore lies here is named by it; the table says the name."""
    Keyring(here / "club" / "keys", "correct horse").save("lea", served_chain.key("lea"), work=4096)

    made = init(dao, chain, "--reviewer", "lea", "--reviewer", served_chain.address("ben"), "--json").document

    assert ["lea", None] == [holder["name"] for holder in made["duties"][2]["holders"]]
    assert ("W_DUTIES", "review") in {(row["code"], row["place"]) for row in made["findings"]}


class Refusal(NamedTuple):
    told: str
    line: str
    status: int
    code: str
    says: str = ""


REFUSALS = (
    Refusal("an account", "--safe {account}", 1, "E_SAFE_CONFIG", "it is an account, or nothing"),
    Refusal("nothing at all", "--safe {nothing}", 1, "E_SAFE_CONFIG", "it is an account, or nothing"),
    Refusal("a contract that is no Safe", "--safe {token}", 1, "E_SAFE_CONFIG", "is not a Safe of an official release"),
    Refusal("a Safe before 1.3.0", "--safe {old}", 1, "E_REPLAY", "is of version 1.1.1"),
    Refusal(
        "a proxy of a copied singleton", "--safe {copy}", 1, "E_SAFE_CONFIG", "which the Safe project never deployed"
    ),
    Refusal("a Safe with a module", "--safe {module}", 1, "E_SAFE_CONFIG", "has the modules"),
    Refusal("an owner with a devnet key", "--safe {of_a_devnet}", 1, "E_DEVNET", "has a devnet key"),
    Refusal("owners who cannot sign", "--safe {of_contracts}", 1, "E_SAFE_CONFIG", "cannot sign settings here"),
    Refusal("another chain", "--safe eth:{bare}", 2, "E_RPC_CHAIN", "chain 1 was asked for"),
    Refusal("an unknown chain", "--safe mars:{bare}", 64, "E_ADDRESS"),
    Refusal("the devnet's prefix", "--safe devnet:{bare}", 1, "E_DEVNET"),
    Refusal("an address in one case", "--safe eip155:31337:{lower}", 64, "E_ADDRESS"),
    Refusal("no node", "--safe {safe} --rpc-env NOT_SET_ANYWHERE", 1, "E_RPC_ENV", "NOT_SET_ANYWHERE"),
    Refusal("a URL for a variable", "--safe {safe} --rpc-env http://127.0.0.1:1/a-secret-path", 64, "E_USAGE"),
    Refusal(
        "a node that is away",
        "--safe {safe} --rpc-env AWAY",
        2,
        "E_RPC_ANSWER",
        "No node could be reached at 127.0.0.1",
    ),
    Refusal("a token that is an account", "--safe {safe} --token {account}", 1, "E_TOKEN", "is no token on this chain"),
    Refusal("a token without decimals", "--safe {safe} --token {proxy}", 1, "E_TOKEN", "does not say its decimals"),
    Refusal("a token with a strange name", "--safe {safe} --token {odd}", 64, "E_TOKEN"),
    Refusal("an asset without decimals", "--safe {safe} --token {token} --asset {proxy}", 1, "E_TOKEN"),
    Refusal("a source without code", "--safe {safe} --iip-share {account}", 64, "E_TOKEN"),
    Refusal(
        "a quorum above the supply",
        "--safe {safe} --token {token} --quorum 1001",
        64,
        "E_RULE_UNSAFE",
        "more than the supply of 1000 votes",
    ),
    Refusal("a quorum of nothing", "--safe {safe} --token {token} --quorum 0", 1, "E_RULE_UNSAFE"),
    Refusal("a quorum without a token", "--safe {safe} --quorum 10", 64, "E_USAGE"),
    Refusal("an unknown reviewer", "--safe {safe} --reviewer lea", 64, "E_USAGE"),
    Refusal("a devnet's name", "--safe {safe} --space club.devnet", 64, "E_DEVNET"),
    Refusal("owners of its own", "--safe {safe} --owner ann", 64, "E_USAGE"),
    Refusal("a key that is none", "--safe {safe} --journal-key abc", 64, "E_USAGE"),
)


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda refusal: refusal.told.replace(" ", "_"))
def test_what_is_refused_leaves_nothing(
    dao: Dao, chain: Served, here: Path, refusal: Refusal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One sentence with its code, and no folder, key or file; the node's URL stands nowhere."""
    monkeypatch.setenv("AWAY", "http://127.0.0.1:1/a-secret-path")
    before = sorted(path.name for path in here.iterdir())
    safes = {name: chain.safe(name) for name in chain.places if name not in {"token", "proxy", "odd"}}
    facts: dict[str, Any] = {**chain.places, **safes, "bare": chain.places["safe"]}
    if "--safe {account}" not in refusal.line:
        facts["account"] = chain.places["account"]
    if "--safe {token}" in refusal.line:
        facts["token"] = chain.safe("token")
    facts["lower"] = chain.places["safe"].lower()
    arguments = refusal.line.format(**facts).split()
    filled = ["--space", "club.eth", "--rpc-env", "CLUB_NODE", *arguments]

    outcome = dao("init", "--dir", "club", "--passphrase-file", "passphrase", *filled)

    refusals = [line for line in outcome.err.splitlines() if line.startswith("dao: ")]
    assert (refusal.status, 1) == (outcome.status, len(refusals)), outcome.err + outcome.out
    assert refusals[0].endswith(f"[{refusal.code}]")
    assert refusal.says in refusals[0]
    assert before == sorted(path.name for path in here.iterdir())
    assert "a-secret-path" not in outcome.err + outcome.out
    assert chain.url not in outcome.err + outcome.out


def test_keys_that_were_there_stay(dao: Dao, chain: Served, here: Path) -> None:
    """A refusal takes away what it made, and neither the keys nor the files that the folder had."""
    dao("keys", "journal", "--dir", "club", "--passphrase-file", "passphrase")
    (here / "club" / "notes.txt").write_text("mine", "utf-8")

    outcome = init(dao, chain, "--token", chain.places["token"], "--quorum", "0")

    assert (1, True) == (outcome.status, "[E_RULE_UNSAFE]" in outcome.err)
    assert ["journal.pem"] == [file.name for file in (here / "club" / "keys").iterdir()]
    assert ["keys", "notes.txt"] == sorted(file.name for file in (here / "club").iterdir())


def test_H115_a_served_devnet_is_no_chain_of_ones_own(dao: Dao, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The devnet's id is refused behind a node, whatever the Safe is called."""
    with Devnet.temporary(cast.GENESIS) as devnet, DevnetServer(devnet, 0) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        monkeypatch.setenv("CLUB_NODE", server.url)
        outcome = dao(
            "init", "--dir", "club", "--space", "club.eth", "--safe", served_chain.address("ann"), "--rpc-env",
            "CLUB_NODE",
        )  # fmt: skip
        server.shutdown()
        thread.join()

    assert (1, True) == (outcome.status, "[E_DEVNET]" in outcome.err)


def test_a_draft_of_another_space_is_not_joined(dao: Dao, chain: Served, here: Path) -> None:
    """What a draft says of space, Safe and journal is held against what was typed."""
    init(dao, chain, *with_token(chain))
    line = ("init", "--rpc-env", "CLUB_NODE", "--draft", "club/settings.draft.json", "--dir", "bens")
    space = dao(*line, "--space", "other.eth", "--safe", chain.safe())
    safe = dao(*line, "--space", "club.eth", "--safe", chain.safe("of_a_devnet"))
    key = dao(*line, "--space", "club.eth", "--safe", chain.safe(), "--journal-key", "ab" * 32)
    beside = dao(*line, "--space", "club.eth", "--safe", chain.safe(), "--quorum", "10")

    assert [1, 1, 1, 64] == [outcome.status for outcome in (space, safe, key, beside)]
    assert ["E_SETTINGS"] * 3 + ["E_USAGE"] == [
        outcome.err.rpartition("[")[2].strip("]\n") for outcome in (space, safe, key, beside)
    ]
    assert not (here / "bens").exists()


def test_the_token_is_held_against_the_chain(dao: Dao, chain: Served, here: Path) -> None:
    """Wrong decimals, code or place of the balances are errors; nobody signs them."""
    init(dao, chain, *with_token(chain))
    draft = here / "club" / "settings.draft.json"
    kept = draft.read_text("utf-8")
    # somebody who holds votes must be known for the place to be tried
    Keyring(here / "club" / "keys", "correct horse").save("eve", served_chain.key("eve"), work=4096)
    found = {}
    for name, old, new in (
        ("decimals", '"decimals": 18, "symbol": "CLUB"', '"decimals": 6, "symbol": "CLUB"'),
        ("code", '"code_hash": "0x', '"code_hash": "0xffffffff'),
        ("slot", '"slot": "0"', '"slot": "1"'),
    ):
        changed = kept.replace(old, new, 1)
        if name == "code":
            at = changed.index('"0xffffffff') + 11
            changed = changed[:at] + changed[at + 8 :]
        draft.write_text(changed, "utf-8")
        outcome = dao("settings", "check", "--dir", "club", "--json")
        refused = dao("settings", "sign", "--key-env", "ANN_KEY", "--dir", "club", "--passphrase-file", "passphrase")
        found[name] = (outcome.status, sorted(codes(outcome.document, "error")), refused.err.rpartition("[")[2])

    assert {name: (1, ["E_TOKEN"], "E_DRAFT]\n") for name in ("code", "slot")} == {
        name: found[name] for name in ("code", "slot")
    }
    assert "E_TOKEN" in found["decimals"][1]
    assert not (here / "club" / "settings.signatures.json").exists()


def test_the_node_is_asked_again_when_a_space_runs(dao: Dao, chain: Served, here: Path) -> None:
    """Status and settings of a founded space are read through the node whose variable dao.toml names."""
    init(dao, chain, *with_token(chain))
    for name in ("ANN_KEY", "CHO_KEY"):
        dao("settings", "sign", "--key-env", name, "--dir", "club", "--passphrase-file", "passphrase")
    dao("settings", "found", "--dir", "club", "--passphrase-file", "passphrase")

    outcome = dao("status", "--dir", "club", "--json")

    assert (0, Node(chain.url).head().timestamp) == (outcome.status, outcome.document["now"])


def codes(document: Any, level: str = "") -> set[str]:
    return {row["code"] for row in document["findings"] if not level or row["level"] == level}
