"""`dao vesting deploy`: the wallet of one grant, from an artifact whose code is known."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from chain.address import checksum
from chain.clients.vesting_read import read_wallet
from chain.vesting_artifact import MAX_BYTES, read_artifact
from chain.vesting_wallet import init_code, version_of
from dao.cli import steps
from dao.cli.answer import Answer
from dao.cli.files import read
from dao.cli.options import Account, Dir, Key, KeyEnv, PassphraseFile, WalletEnv
from dao.cli.text import rows, say
from dao.cli.treasury.vesting_plan import PlanName, Tge, choose, find_grant, need_chain
from dao.session import KeySource
from treasury.vesting_check import need_times, need_token

EXAMPLES = (
    "dao vesting deploy --plan plan.toml --grant ann --artifact w.json --key ben",
    "dao vesting deploy --plan p.toml --grant ann --artifact w.json --key b --json",
)


def command(
    plan: PlanName,
    *,
    grant: Annotated[str, typer.Option("--grant", help="The grant, by its id.", metavar="ID")],
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

    The artifact's code must be of a known release; the key pays the gas and has no right in the wallet. Nothing is paid
    into it: that is a part of a proposal, to the address that is shown. Run twice it makes two wallets; the plan names
    the one that counts.
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
        data = init_code(code.code, one.beneficiary, times.start, times.duration)
        receipt = node.wait(node.send_raw(sender.sign_transaction(node.prepare(sender.address, None, data=data))))
        address = receipt.contract or b""
        made = read_wallet(node, address, token, receipt.block.number, receipt.block.number) if address else None
    found = (made.owner, made.start, made.duration, version_of(made.code)) if made else None
    done = receipt.status == 1 and found == (one.beneficiary, times.start, times.duration, code.version)
    told = checksum(address) if address else None
    document = {
        "ok": done,
        "grant": one.id,
        "wallet": told,
        "version": code.version,
        "beneficiary": checksum(one.beneficiary),
        "start": times.start,
        "duration": times.duration,
        "amount": str(one.amount),
        "transaction": "0x" + receipt.transaction_hash.hex(),
    }
    if not done:
        return Answer(document, steps.noted("STEP_WALLET", "failed", grant=one.id), 1)
    amount = f"{chosen.spell(one.amount)} {chosen.plan.asset}"
    lines = steps.done("STEP_WALLET", grant=one.id, wallet=address, version=code.version)
    facts = [(say("VESTING", "plan_line"), f'wallet = "{told}"'), (say("VESTING", "to_pay"), amount)]
    return Answer(document, [*lines, *rows(facts)])
