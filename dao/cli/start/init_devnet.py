"""A new space on an embedded chain: genuine Safe contracts, a Safe, a votes token, people with public keys.

Decides who is on the new chain: everybody who was named as an owner, holder, proposer or reviewer has a key that is
made of the name, and so belongs to everybody. Gas is free there, so nobody needs coins to begin with.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from chain.address import parse as parse_address
from chain.clients import devnet_contracts, safe_deploy, token_read
from chain.clients.contracts import load
from chain.clients.devnet import FAUCET_KEY, Devnet
from chain.clients.node import Node
from chain.clients.token_read import BalancePlace
from chain.errors import ChainError
from chain.signature import address_of
from dao.cli.start.init_answers import TOKEN_SYMBOL, Answers, is_symbol, read_holder
from dao.cli.start.init_ground import Ground
from dao.cli.steps import check_key_name
from dao.errors import UsageError
from dao.keys import LIGHT_SCRYPT, Keyring, devnet_key
from dao.passphrase import DEVNET_FILE
from dao.store import durable
from dao.workflow.founding import read_treasury
from dao.workspace import JOURNAL_KEY

JOURNAL = "journal"
"""The name of which the devnet's journal key is made."""
PASSPHRASE = "devnet"  # noqa: S105 - the keys behind it are public
NEW = "new"
"""As --iip-share: the contract is made, too."""


def check(answers: Answers) -> None:
    """Refuse what no devnet can be made of, before one is."""
    if answers.safe or answers.rpc_env or answers.draft or answers.journal_key or answers.assets:
        raise UsageError("E_USAGE", "devnet_only")
    if not answers.owners:
        raise UsageError("E_USAGE", "owners")
    for name in people(answers):
        check_key_name(name)
        if name.startswith("0x"):  # an address that lost its checksum is nobody's name
            raise UsageError("E_ADDRESS", "form", address=name)
    if len(set(answers.owners)) < len(answers.owners):
        raise UsageError("E_SAFE_CONFIG", "owner_twice", owners=answers.owners)
    if threshold_of(answers) > len(answers.owners):
        raise UsageError("E_SAFE_CONFIG", "init_threshold", threshold=threshold_of(answers), owners=len(answers.owners))
    holders = [name for name, _ in map(read_holder, answers.holders)]
    if len(set(holders)) < len(holders):
        raise UsageError("E_USAGE", "holder_twice", holders=holders)
    if answers.token and not is_symbol(answers.token):
        raise UsageError("E_USAGE", "symbol", symbol=answers.token)
    if answers.iip_share not in {"", NEW}:
        raise UsageError("E_USAGE", "iip_share", new=NEW)


def threshold_of(answers: Answers) -> int:
    """The Safe's threshold: as asked, or more than half of the owners."""
    return answers.threshold or len(answers.owners) // 2 + 1


def people(answers: Answers) -> list[str]:
    """Everybody who was called by a name, once."""
    holders = [name for name, _ in map(read_holder, answers.holders)]
    named = [*answers.owners, *holders, *answers.proposers, *answers.reviewers]
    return [name for name in dict.fromkeys(named) if not _is_address(name)]


def build(file: Path, answers: Answers, start: int) -> Ground:
    """Make the chain in a new file, with everything on it."""
    with Devnet.create(file, start) as devnet:
        node = devnet.node()
        safe_deploy.deploy_safe_contracts(node, FAUCET_KEY)
        owners = [_address(name) for name in answers.owners]
        safe = safe_deploy.create_safe(node, FAUCET_KEY, owners=owners, threshold=threshold_of(answers))
        token = _make_token(node, answers)
        source = devnet_contracts.deploy_iip_proxy(node, FAUCET_KEY, safe) if answers.iip_share else None
        # a snapshot is of the block before the head, so the last transfer must not stand in the head itself
        devnet.time_travel(devnet.now() + 1)
        head = node.head()
        treasury = read_treasury(node, safe, head.ref.number)
        return Ground(
            state=treasury.state,
            version=treasury.version,
            finality_depth=0,
            token=None if token is None else token_read.read_token(node, token, head.ref.number),
            place=None if token is None else _place(),
            source=source,
            names={name: _address(name) for name in people(answers)},
        )


def save_keys(folder: Path, names: Iterable[str]) -> bytes:
    """Write everybody's keystore, the journal's key and the passphrase of them all; return the journal's key.

    Those that a making left that was cut off stay as they are: they are made of the same names.
    """
    ring = Keyring(folder, PASSPHRASE)
    for name in names:
        if not (folder / f"{name}.json").exists():
            ring.save(name, devnet_key(name), work=LIGHT_SCRYPT)
    if not (folder / JOURNAL_KEY).exists():
        ring.save_journal_key(devnet_key(JOURNAL))
    durable.replace(folder / DEVNET_FILE, f"{PASSPHRASE}\n".encode())
    return devnet_key(JOURNAL)


def _make_token(node: Node, answers: Answers) -> bytes | None:
    """Make a token whose whole supply is what the holders were given."""
    holdings = dict(map(read_holder, answers.holders))
    if not holdings:
        return None
    symbol = answers.token or TOKEN_SYMBOL
    supply = sum(holdings.values())
    token = devnet_contracts.deploy_votes_token(node, FAUCET_KEY, name=symbol, symbol=symbol, supply=supply)
    for name, units in holdings.items():
        devnet_contracts.transfer(node, FAUCET_KEY, token, _address(name), units)
    return token


def _place() -> BalancePlace:
    """Where our own token keeps its balances, as its artifact says."""
    artifact = load("VotesToken")
    return BalancePlace("vyper", artifact.slots["balanceOf"], artifact.runtime_code_hash)


def _address(name: str) -> bytes:
    return parse_address(name) if _is_address(name) else address_of(devnet_key(name))


def _is_address(text: str) -> bool:
    try:
        parse_address(text)
    except ChainError:
        return False
    return True
