"""`dao vesting release`: what is vested of a grant goes from its wallet to its beneficiary."""

from __future__ import annotations

from pathlib import Path

from chain.clients.vesting_read import read_wallet
from chain.vesting_wallet import ERC20_RELEASED, release_call
from dao.cli import steps
from dao.cli.answer import FALSE, Answer
from dao.cli.options import Account, Dir, Key, KeyEnv, PassphraseFile, WalletEnv
from dao.cli.text import message, rows, say, told
from dao.cli.treasury.vesting_plan import OneGrant, PlanName, Tge, choose, find_grant, need_chain
from dao.session import KeySource
from treasury.vesting_check import check_grant, payable

EXAMPLES = (
    "dao vesting release --plan plan.toml --grant ann --key ben",
    "dao vesting release --plan plan.toml --grant ann --key-env SENDER_KEY --json",
)

_BOOKS = frozenset({"unbooked", "invented", "booked", "released", "amount"})
"""Findings about books and sums, which a release neither mends nor makes worse."""


def command(
    plan: PlanName,
    *,
    grant: OneGrant,
    tge: Tge = "",
    key: Key = "",
    key_env: KeyEnv = "",
    wallet_env: WalletEnv = "",
    account: Account = "",
    passphrase_file: PassphraseFile = None,
    folder: Dir = Path(),
) -> Answer:
    """Release what is vested of a grant; anybody may, and the money goes to the beneficiary.

    The wallet is checked first: one of another beneficiary, other times or unknown code is refused. What is shown at
    the end is the row for the books; a release is booked once.
    """
    chosen = choose(plan, tge, "")
    where = payable(chosen.plan, (find_grant(chosen, grant),))
    (one,) = where.grants
    wallet = one.wallet or b""
    source = KeySource(key, key_env, wallet_env, account, passphrase_file)
    with steps.open_for(folder, source) as session:
        need_chain(chosen, session.node.chain_id())
        sender, node = session.signer(source), session.node
        head = node.head().ref.number
        state = read_wallet(node, wallet, where.token, head, head)
        wrong = [row for row in check_grant(chosen.plan, one, chosen.tge, state) if row.reason not in _BOOKS]
        if wrong:
            findings = [{"code": row.code, "reason": row.reason, "message": message(row)} for row in wrong]
            lines = [line for row in wrong for line in told(row)]
            return Answer({"ok": False, "grant": one.id, "findings": findings}, lines, FALSE)
        fields = node.prepare(sender.address, wallet, data=release_call(where.token))
        receipt = node.wait(node.send_raw(sender.sign_transaction(fields)))
    logs = [
        entry.log for entry in receipt.logs if entry.log.address == wallet and entry.log.topics[0] == ERC20_RELEASED
    ]
    units = sum(int.from_bytes(log.data, "big") for log in logs)
    transaction = "0x" + receipt.transaction_hash.hex()
    document = {"ok": receipt.status == 1, "grant": one.id, "amount": str(units), "transaction": transaction}
    if receipt.status != 1:
        return Answer(document, steps.noted("STEP_RELEASED", "failed", grant=one.id), FALSE)
    row = f'grant = "{one.id}", amount = "{chosen.spell(units)}", transaction = "{transaction}"'
    booking = [(say("VESTING", "books_row"), f"released: {row}")] if units else []
    return Answer(
        document, [*steps.done("STEP_RELEASED", grant=one.id, amount=chosen.spell_named(units)), *rows(booking)]
    )
