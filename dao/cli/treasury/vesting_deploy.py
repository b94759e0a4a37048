"""`dao vesting deploy`: the wallet of one grant, from an artifact whose code is known."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from chain.address import checksum
from chain.clients.devnet import SINGLETON_FACTORY
from chain.clients.node import Node
from chain.clients.safe_deploy import SafeDeployError, create2_address
from chain.clients.vesting_read import read_wallet
from chain.vesting_artifact import MAX_BYTES, read_artifact
from chain.vesting_wallet import init_code, version_of, wallet_salt
from dao.cli import steps
from dao.cli.answer import Answer
from dao.cli.files import read
from dao.cli.options import Account, Dir, Key, KeyEnv, PassphraseFile, WalletEnv
from dao.cli.text import rows, say
from dao.cli.treasury.vesting_plan import OneGrant, PlanName, Tge, choose, find_grant, need_chain
from dao.session import KeySource
from treasury.allocation import Grant, PlanError
from treasury.vesting_check import need_times, need_token

EXAMPLES = (
    "dao vesting deploy --plan plan.toml --grant ann --artifact w.json --key ben",
    "dao vesting deploy --plan p.toml --grant ann --artifact w.json --key b --json",
)


def command(
    plan: PlanName,
    *,
    grant: OneGrant,
    artifact: Annotated[
        Path, typer.Option("--artifact", help="VestingWallet.json of OpenZeppelin's npm package.", metavar="FILE")
    ],
    tge: Tge = "",
    key: Key = "",
    key_env: KeyEnv = "",
    wallet_env: WalletEnv = "",
    account: Account = "",
    passphrase_file: PassphraseFile = None,
    folder: Dir = Path(),
) -> Answer:
    """Deploy the VestingWallet that pays a grant, with the plan's beneficiary and times.

    The artifact's code must be of a known release; the key pays the gas and has no right in the wallet. Its address
    follows from the grant, so run twice it finds the wallet that is there; a grant that names another one is refused.
    Nothing is paid into it: that is a part of a proposal (`dao vesting draft --wallets`).
    """
    chosen = choose(plan, tge, "")
    one = find_grant(chosen, grant)
    token = need_token(chosen.plan)
    times = need_times(chosen.plan, one, chosen.tge)
    code = read_artifact(read(artifact, MAX_BYTES))
    source = KeySource(key, key_env, wallet_env, account, passphrase_file)
    with steps.open_for(folder, source) as session:
        need_chain(chosen, session.node.chain_id())
        sender, node = session.signer(source), session.node
        salt = wallet_salt(token, chosen.plan.name, one.id)
        init = init_code(code.code, one.beneficiary, times.start, times.duration)
        address = create2_address(SINGLETON_FACTORY, salt, init)
        _refuse_another(node, one, address)
        sent = None
        if not node.code(address):
            fields = node.prepare(sender.address, SINGLETON_FACTORY, data=salt + init)
            sent = node.wait(node.send_raw(sender.sign_transaction(fields)))
        head = node.head().ref.number
        made = read_wallet(node, address, token, head, head)
    found = (made.owner, made.start, made.duration, version_of(made.code))
    is_new, done = sent is not None, found == (one.beneficiary, times.start, times.duration, code.version)
    told = checksum(address) if made.code else None
    document = {
        "ok": done,
        "is_new": is_new,
        "grant": one.id,
        "wallet": told,
        "version": code.version,
        "beneficiary": checksum(one.beneficiary),
        "start": times.start,
        "duration": times.duration,
        "amount": str(one.amount),
        "transaction": None if sent is None else "0x" + sent.transaction_hash.hex(),
    }
    if not done:
        return Answer(document, steps.noted("STEP_WALLET", "failed" if is_new else "changed", grant=one.id), 1)
    lines = steps.done("STEP_WALLET", "" if is_new else "already", grant=one.id, wallet=address, version=code.version)
    facts = [
        (say("VESTING", "plan_line"), f'wallet = "{told}"'),
        (say("VESTING", "to_pay"), chosen.spell_named(one.amount)),
    ]
    return Answer(document, [*lines, *rows(facts)])


def _refuse_another(node: Node, grant: Grant, address: bytes) -> None:
    """Refuse a second wallet for a grant that names one, and a chain without the factory."""
    if grant.wallet not in (None, address):
        raise PlanError("E_PLAN", "wallet_named", grant=grant.id, wallet=checksum(grant.wallet or b""))
    if not node.code(SINGLETON_FACTORY):
        raise SafeDeployError("E_SAFE_DEPLOY", "factory", factory=checksum(SINGLETON_FACTORY))
