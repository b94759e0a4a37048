"""`dao group request`: a member of a working group asks for something to be done with its account."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import Annotated

import typer

from chain.amount import AmountError, parse
from dao.cli import carrying, steps
from dao.cli.answer import Answer
from dao.cli.options import Account, Dir, Key, KeyEnv, Out, PassphraseFile, WalletEnv
from dao.cli.treasury.group_step import answer_of
from dao.errors import UsageError
from dao.session import KeySource
from dao.views.numbers import UnknownNameError
from dao.workflow import grouping, proposing
from governance.settings import Settings
from treasury.assets import asset_id

EXAMPLES = (
    "dao group request writers deposit 2 ETH --about donation/1:eip155:… --key ann",
    'dao group request writers transfer 0.5 ETH --about "to readers" --key ann',
    'dao group request writers credit 1 ETH --about "until July" --key ann --json',
)


class What(Enum):
    """What is asked for."""

    deposit = "deposit"
    transfer = "transfer"
    repay = "repay"
    credit = "credit"
    withdraw = "withdraw"


_INPUTS = {What.deposit: "E01", What.transfer: "E04", What.repay: "E04", What.credit: "E07", What.withdraw: "E10"}


def command(
    group: Annotated[str, typer.Argument(help="The group's name.", metavar="GROUP")],
    what: Annotated[What, typer.Argument(help="What is asked for.")],
    amount: Annotated[str, typer.Argument(help="Whole units, as 0.5.", metavar="AMOUNT")],
    symbol: Annotated[str, typer.Argument(help="An asset of the group's fund.", metavar="SYMBOL")],
    *,
    about: Annotated[
        str,
        typer.Option("--about", help="A deposit's entry, `to GROUP` of a transfer, else why.", metavar="TEXT"),
    ] = "",
    key: Key = "",
    key_env: KeyEnv = "",
    wallet_env: WalletEnv = "",
    account: Account = "",
    passphrase_file: PassphraseFile = None,
    out: Out = None,
    folder: Dir = Path(),
) -> Answer:
    """Ask, as a member of a working group, for something to be done with its account.

    A deposit claims a donation that stands in the books; a transfer goes to another active group of the fund; credit is
    drawn within the group's limit and what the fund has available, and repaid; a withdrawal takes the whole balance and
    closes the account. Another person confirms or rejects it. A newer request of the same kind replaces an older one.
    """
    source = KeySource(key, key_env, wallet_env, account, passphrase_file)
    with steps.open_for(folder, source) as session:
        desk = carrying.desk_for(session, out)
        asset, units = _asset(proposing.settings_in_force(desk), group, amount, symbol)
        if what is What.repay and about:
            raise UsageError("E_USAGE", "repay_about")
        business = "repay" if what is What.repay else about
        if not business:
            raise UsageError("E_USAGE", "about")
        request = grouping.Request(_INPUTS[what], asset, units, business)
        raw = grouping.sign_request(desk, group, request, session.signer(source))
        leaf = grouping.take_group_step(desk, raw)
        story = None if out else grouping.story_of(desk)
    return answer_of(raw, leaf, story, out)


def _asset(settings: Settings, group: str, amount: str, symbol: str) -> tuple[str, int]:
    found = next((one for one in settings.groups if one.name == group), None)
    if found is None:
        raise UnknownNameError("E_GROUP", "unknown", group=group, known=[one.name for one in settings.groups])
    fund = settings.fund(found.fund)
    assert fund is not None, "settings refuse a group of no fund"
    asset = next((one for one in fund.assets if one.symbol == symbol), None)
    if asset is None:
        raise UsageError("E_USAGE", "group_symbol", symbol=symbol, known=[one.symbol for one in fund.assets])
    try:
        return asset_id(fund.chain_id, asset.address), parse(amount, asset.decimals)
    except AmountError as error:
        raise UsageError(error.code, error.reason, **error.facts) from None
