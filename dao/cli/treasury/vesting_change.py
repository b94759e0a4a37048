"""`dao vesting change`: one side's signature under a change of beneficiary, and the plan's row that it belongs to."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from chain.address import checksum
from dao.cli import steps
from dao.cli.answer import Answer
from dao.cli.options import Account, Dir, Key, KeyEnv, PassphraseFile, WalletEnv
from dao.cli.treasury.vesting_plan import OneGrant, PlanName, choose, find_grant, moment, party
from dao.session import KeySource
from proposals.times import spell_instant
from treasury.allocation import Plan, PlanError
from treasury.beneficiaries import Ground, message_of, side_of, typed
from treasury.vesting_check import need_token

EXAMPLES = ("dao vesting change --plan p --grant ann --to 0x… --time 2026-03-01T00:00:00Z",)


class WhyOption(StrEnum):
    """Why a beneficiary changes."""

    AGREED = "agreed"
    SUCCESSOR = "successor"


def command(
    plan: PlanName,
    *,
    grant: OneGrant,
    to: Annotated[str, typer.Option("--to", help="The new beneficiary.", metavar="ADDRESS")],
    time: Annotated[str, typer.Option("--time", help="When; both sides sign the same.", metavar="TIME")],
    why: Annotated[
        WhyOption, typer.Option("--why", help="agreed, or successor after death or loss of the key.", metavar="KIND")
    ] = WhyOption.AGREED,
    key: Key = "",
    key_env: KeyEnv = "",
    wallet_env: WalletEnv = "",
    account: Account = "",
    passphrase_file: PassphraseFile = None,
    folder: Dir = Path(),
) -> Answer:
    """Sign one side of a change of beneficiary: the beneficiary's, or the successor's, or the steward's.

    A change counts when the plan has a row with both signatures. Parts that were voted pay whom they name: supersede
    them. A VestingWallet pays its owner, who alone can pass it on.
    """
    chosen = choose(plan, time, "")
    one, ground = find_grant(chosen, grant), ground_of(chosen.plan)
    payee, at = party(to), moment(time)
    other = side_of(ground, one, payee, why.value)
    source = KeySource(key, key_env, wallet_env, account, passphrase_file)
    with steps.open_for(folder, source) as session:
        signer = session.signer(source)
        if signer.address not in (other, ground.steward):
            facts = {"signer": checksum(signer.address), "expected": checksum(other)}
            raise PlanError("E_PLAN", "no_side", grant=one.id, **facts)
        signature = "0x" + signer.sign_typed(typed(message_of(ground, one, payee, why.value, at))).hex()
    side = "steward" if signer.address == ground.steward else "by"
    row = {"grant": one.id, "to": checksum(payee), "why": why.value, "at": spell_instant(at), "by": "…", "steward": "…"}
    row[side] = signature
    document = {"ok": True, **row, "signer": checksum(signer.address), "side": side}
    lines = steps.done("STEP_CHANGE", grant=one.id)
    return Answer(document, [*lines, "[[change]]", *(f'{name} = "{value}"' for name, value in row.items())])


def ground_of(plan: Plan) -> Ground:
    """What a change is about; raise `PlanError` where the plan names no token, or nobody who speaks for the DAO."""
    if plan.steward is None:
        raise PlanError("E_PLAN_FILE", "missing", place="plan", key="steward")
    return Ground(plan.name, plan.chain_id or 0, need_token(plan), plan.steward)
