"""`--wallet-env`: a wallet elsewhere signs what it was shown, in the words of Frame and Clef; nothing else is taken."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from chain.address import checksum
from dao.cli.start.demo import cast
from tests.dao.cli import steps_workspace
from tests.dao.cli.conftest import Outcome
from tests.dao.cli.wallet import Wallet, serving

Dao = Callable[..., Outcome]
SECRET = "wallet-secret-7f3a"


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    return steps_workspace.copy_of(made, tmp_path / "there")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return steps_workspace.build(tmp_path_factory.mktemp("wallet") / "made")


@pytest.mark.parametrize("clef", [False, True])
def test_a_wallet_votes_signs_and_sends(dao: Dao, folder: Path, monkeypatch: pytest.MonkeyPatch, *, clef: bool) -> None:
    """One wallet does a voter's, an owner's and a sender's part; the journal takes it all."""
    wallet = Wallet([cast.key(name) for name in ("ann", "eve")], clef=clef)
    with serving(wallet) as url:
        monkeypatch.setenv("WALLET", url)
        by = ("--wallet-env", "WALLET", "--dir", folder, "--json", "--account")
        ann, eve = (checksum(cast.address(name)) for name in ("ann", "eve"))
        voted = dao("vote", "cast", "IIP-2", "For", *by, eve)
        signed = dao("sign", "IIP-1/1", *by, f"devnet:{ann}")
        dao("sign", "IIP-1/1", "--key", "cho", "--dir", folder)
        sent = dao("execute", "IIP-1/1", *by, ann)

    assert (0, eve) == (voted.status, voted.document["voter"])
    assert (0, ann, 1) == (signed.status, signed.document["owner"], signed.document["confirmations"])
    assert (0, "sent") == (sent.status, sent.document["state"])
    assert ("account_signTransaction" if clef else "eth_signTransaction") == wallet.asked[-1]


@pytest.mark.parametrize(
    ("way", "words", "code"),
    [
        ("user says no", "vote cast IIP-2 For", "E_SIGNER"),
        ("other data", "vote cast IIP-2 For", "E_SIGNER"),
        ("other account", "vote cast IIP-2 For", "E_SIGNER"),
        ("short", "vote cast IIP-2 For", "E_SIGNER"),
        ("text", "vote cast IIP-2 For", "E_SIGNER"),
        ("user says no", "sign IIP-1/1", "E_SIGNER"),
        ("other data", "sign IIP-1/1", "E_SIGNER"),
        ("other fee", "execute IIP-1/1", "E_SIGNER"),
        ("other payee", "execute IIP-1/1", "E_SIGNER"),
        ("other account", "execute IIP-1/1", "E_SIGNER"),
        ("legacy", "execute IIP-1/1", "E_SIGNER"),
        ("text", "execute IIP-1/1", "E_SIGNER"),
        ("sends only", "execute IIP-1/1", "E_SIGNER"),
    ],
)
def test_a_wallet_that_does_something_else(
    dao: Dao, folder: Path, monkeypatch: pytest.MonkeyPatch, way: str, words: str, code: str
) -> None:
    """One sentence, nothing is kept or sent, and the wallet's URL shows nowhere."""
    if words.startswith("execute"):
        for owner in ("ann", "cho"):
            dao("sign", "IIP-1/1", "--key", owner, "--dir", folder)
    before = steps_workspace.state(folder)
    name = "eve" if words.startswith("vote") else "ann"
    with serving(Wallet([cast.key(name), cast.key("jan")], way=way)) as url:
        monkeypatch.setenv("WALLET", url)
        account = checksum(cast.address(name))
        refused = dao(*words.split(), "--wallet-env", "WALLET", "--account", account, "--dir", folder)

    assert (1, before) == (refused.status, steps_workspace.state(folder))
    assert f"[{code}]" in refused.err
    assert SECRET not in refused.out + refused.err
    again = dao(*words.split(), "--key", name, "--dir", folder)
    assert 0 == again.status, again.err


def test_a_hardware_wallet_says_v_0(dao: Dao, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A recovery id of 0 or 1 is the same signature, and is kept in its one spelling."""
    with serving(Wallet([cast.key("ann")], way="hardware")) as url:
        monkeypatch.setenv("WALLET", url)
        signed = dao("sign", "IIP-1/1", "--wallet-env", "WALLET", "--dir", folder, "--json")

    assert (0, 1) == (signed.status, signed.document["confirmations"]), signed.err


@pytest.mark.parametrize(
    ("told", "status", "code"),
    [
        ("--wallet-env NOT_SET_ANYWHERE", 1, "E_KEY_ENV"),
        ("--wallet-env NO_URL", 1, "E_KEY_ENV"),
        ("--wallet-env NOBODY", 2, "E_RPC_ANSWER"),
        ("--wallet-env WALLET", 1, "E_SIGNER"),
        ("--wallet-env WALLET --account {jan}", 1, "E_SIGNER"),
        ("--wallet-env WALLET --account 0x12", 1, "E_ADDRESS"),
        ("--wallet-env WALLET --account eip155:1:{ann}", 1, "E_ADDRESS"),
        ("--wallet-env WALLET --key ann", 64, "E_USAGE"),
        ("--key ann --account {ann}", 64, "E_USAGE"),
    ],
)
def test_mistakes_with_wallets(
    dao: Dao, folder: Path, monkeypatch: pytest.MonkeyPatch, told: str, status: int, code: str
) -> None:
    """Nothing there, nobody chosen, somebody who is not in it, an account of another chain."""
    monkeypatch.setenv("NO_URL", "wallet.example")
    monkeypatch.setenv("NOBODY", f"http://127.0.0.1:9/{SECRET}")
    before = steps_workspace.state(folder)
    with serving(Wallet([cast.key("ann"), cast.key("ben")])) as url:
        monkeypatch.setenv("WALLET", url)
        words = told.format(**{name: checksum(cast.address(name)) for name in ("ann", "jan")}).split()
        refused = dao("sign", "IIP-1/1", *words, "--dir", folder)

    assert (status, before) == (refused.status, steps_workspace.state(folder)), refused.err
    assert f"[{code}]" in refused.err
    assert SECRET not in refused.out + refused.err
