"""`dao vesting draft`: the tranches of a plan's grants as a proposal whose parts have their dates.

Decides what the plan is held against: the fund's token and its decimals, and tranches that a proposal of this journal
pays already. The draft is made as `dao draft` makes one; nothing is paid but what its vote then authorises.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, cast

import typer

from chain import amount
from chain.address import checksum, with_chain
from chain.clients.vesting_read import read_wallet
from dao.cli import steps
from dao.cli.answer import Answer
from dao.cli.options import Dir, PassphraseFile
from dao.cli.proposals.draft import begin
from dao.cli.proposals.draft_ask import Said
from dao.cli.treasury.vesting_plan import Chosen, Grants, PlanName, Tge, choose, find_grant
from dao.record.case import Row, cid_of
from dao.record.leaves import Leaf
from dao.session import Session
from dao.workflow.proposing import settings_in_force
from governance.commitment import read_commitment
from governance.messages import read_envelope
from governance.settings import Asset, FundSettings, Settings
from proposals.draft import budget_row
from proposals.parts import decode_parts
from proposals.tables import BudgetRow
from treasury.allocation import Grant, PlanError
from treasury.assets import erc20
from treasury.binding import paying
from treasury.bucket_funds import asset_of, is_same
from treasury.payout_batches import GAS_MAX, GAS_OF_TOKENS
from treasury.vesting_check import check_grant, need_token, payable
from treasury.vesting_tranches import Dated, Tranche, fundings, of_a_term, parts_by_date, tranches_of

EXAMPLES = (
    "dao vesting draft --plan plan.toml --title … --description … --author …",
    "dao vesting draft --plan plan.toml --grant ann --fund reserve --title … --json",
    "dao vesting draft --plan plan.toml --wallets --title … --description …",
)


def command(
    plan: PlanName,
    *,
    title: Annotated[str, typer.Option("--title", help="Title, one line.")],
    description: Annotated[str, typer.Option("--description", help="One sentence.")],
    author: Annotated[str, typer.Option("--author", help="As `Dora (@dora), 0x…`.")],
    discussions_to: Annotated[str, typer.Option("--discussions-to", help="Address of the discussion.", metavar="URL")],
    grant: Grants = None,
    wallets: Annotated[
        bool, typer.Option("--wallets", help="Fund the wallets that grants name, each once, instead of tranches.")
    ] = False,
    tge: Tge = "",
    fund: Annotated[str, typer.Option("--fund", help="The fund that pays, where there are several.")] = "",
    number: Annotated[int, typer.Option("--number", help="Number; without it the next free one.", min=0)] = 0,
    out: Annotated[Path | None, typer.Option("--out", help="File to write; else iips/iip-N.md.")] = None,
    passphrase_file: PassphraseFile = None,
    folder: Dir = Path(),
) -> Answer:
    """Draft a proposal that pays grants on their dates out of the Safe, without a contract.

    Each date is a part that nobody can sign before it; a line is paid by the month. Without --grant all grants that
    name no wallet are paid, by the fund that their bucket names, if it names one. One document pays twelve months;
    tranches that an open or passed proposal pays already are left out, and said. The vote authorises these parts and
    nothing else. With --wallets each grant's whole amount goes into the wallet that it names, which must be the plan's
    and empty.
    """
    chosen = choose(plan, tge, "")
    grants = _with_wallets(chosen, grant or ()) if wallets else chosen_grants(chosen, grant or ())
    dated = fundings(grants) if wallets else tranches_of(chosen.plan, grants, chosen.tge)
    said = Said(
        title=title, description=description, author=author, discussions_to=discussions_to, pay=None, part=(), due=()
    )
    with steps.open_for(folder, passphrase_file=passphrase_file) as session:
        known = len(dated)
        payer = _payer(chosen, grants, settings_in_force(session.desk), fund)
        asset = _asset(chosen, payer)
        for one in grants if wallets else ():
            _check_empty(chosen, session, one)
        in_parts = _held(chosen, session)
        owed = [row for row in dated if row.tranche not in in_parts]
        if not owed:
            raise PlanError("E_PLAN", "drafted", name=chosen.plan.name)
        dated = of_a_term(owed, session.desk.now())
        budget = _budget(payer, asset, dated)
        drafted = begin(session, said, number, out, budget, fund=payer)
    made = cast("dict[str, Any]", drafted.document)
    total = sum(row.tranche.amount for row in dated)
    parts, held, later = budget[-1].part, known - len(owed), len(owed) - len(dated)
    names = [one.id for one in grants]
    document = {**made, "grants": names, "parts": parts, "total": str(total), "held": held, "later": later}
    spelled = f"{chosen.spell(total)} {asset.symbol}"
    told = steps.noted("STEP_TRANCHES", parts=parts, total=spelled)
    if held:
        told += steps.noted("STEP_TRANCHES", "held", count=held)
    if later:
        told += steps.noted("STEP_TRANCHES", "later", count=later)
    return Answer(document, [*told, *drafted.lines], drafted.status)


def chosen_grants(chosen: Chosen, names: Sequence[str]) -> tuple[Grant, ...]:
    """The grants that were named, each once, or all that no wallet pays."""
    if names:
        return tuple(find_grant(chosen, id_) for id_ in dict.fromkeys(names))
    found = tuple(one for one in chosen.plan.grants if one.wallet is None)
    if not found:
        raise PlanError("E_PLAN", "no_grant", name=chosen.plan.name)
    return found


def _payer(chosen: Chosen, grants: Sequence[Grant], settings: Settings, name: str) -> FundSettings:
    """The fund that the grants' bucket names, or the one that was chosen; refused where it pays other buckets."""
    buckets = [chosen.plan.bucket(one.bucket) for one in grants]
    named = {bucket.fund for bucket in buckets}
    payer = steps.choose_fund(settings, name or (named.pop() or "" if len(named) == 1 else ""))
    pays = {bucket.fund for bucket in chosen.plan.buckets}
    for one, bucket in zip(grants, buckets, strict=True):
        if bucket.fund != payer.name and (bucket.fund is not None or payer.name in pays):
            raise PlanError("E_PLAN", "fund_pays", grant=one.id, bucket=bucket.id, fund=payer.name)
    return payer


def _with_wallets(chosen: Chosen, names: Sequence[str]) -> tuple[Grant, ...]:
    named = tuple(find_grant(chosen, id_) for id_ in dict.fromkeys(names)) or chosen.plan.grants
    return payable(chosen.plan, named).grants


def _check_empty(chosen: Chosen, session: Session, grant: Grant) -> None:
    """Refuse to fund a wallet that is not the plan's, or that has or had money: it would have it twice."""
    head, token = session.node.head().ref.number, need_token(chosen.plan)
    state = read_wallet(session.node, grant.wallet or b"", token, head, head)
    wrong = [row.reason for row in check_grant(chosen.plan, grant, chosen.tge, state) if row.reason not in _OF_MONEY]
    if wrong:
        raise PlanError("E_PLAN", "wallet_differs", grant=grant.id, wallet=checksum(grant.wallet or b""))
    if state.held or state.released:
        raise PlanError("E_PLAN", "wallet_funded", grant=grant.id, wallet=checksum(grant.wallet or b""))


_OF_MONEY = frozenset({"amount", "released", "unbooked", "invented", "booked"})


def _asset(chosen: Chosen, fund: FundSettings) -> Asset:
    """The plan's token among the fund's assets, with the plan's decimals and one of its names."""
    token, asset = need_token(chosen.plan), asset_of(chosen.plan, fund)
    if asset is None:
        raise PlanError("E_PLAN", "no_asset", fund=fund.name, token=checksum(token))
    if not is_same(chosen.plan, asset):
        facts = {"symbol": asset.symbol, "decimals": asset.decimals, "name": chosen.plan.name}
        raise PlanError("E_PLAN", "asset_differs", **facts)
    return asset


def _held(chosen: Chosen, session: Session) -> set[Tranche]:
    """The tranches that some part pays, or can still pay: of proposals that are open or passed, but for what ended."""
    leaves, get = session.journal.leaves, session.desk.get
    asset = erc20(chosen.plan.chain_id or 0, need_token(chosen.plan))
    over = {leaf.body["proposal"] for leaf in leaves if leaf.kind == "cancel" or _is_refused(leaf)}
    ended = {(leaf.body["proposal"], leaf.body["part"]) for leaf in leaves if leaf.kind == "ended"}
    found = set()
    for leaf in leaves:
        if leaf.kind != "proposal" or leaf.body["id"] in over:
            continue
        bound = read_commitment(read_envelope(get(cid_of(Row(0, leaf), "envelope"))).message.get("plugins"))
        for number, part in enumerate(() if bound.parts is None else decode_parts(get(bound.parts)), 1):
            for payment in (paying(call, part.chain_id) for call in part.calls):
                if payment is not None and payment.asset == asset and (leaf.body["id"], number) not in ended:
                    found.add(Tranche(part.not_before, payment.payee, payment.amount))
    return found


def _is_refused(leaf: Leaf) -> bool:
    return leaf.kind == "result" and not leaf.body["released"]


def _budget(fund: FundSettings, asset: Asset, dated: Sequence[Dated]) -> list[BudgetRow]:
    numbers = parts_by_date(dated, GAS_MAX // GAS_OF_TOKENS)
    return [
        budget_row(
            number,
            f"{amount.spell(row.tranche.amount, asset.decimals)} {asset.symbol} to "
            f"{with_chain(row.tranche.payee, fund.chain_id)}",
            purpose=f"{row.grant.id}: {row.grant.title}".replace("|", "/").replace("\\", "/"),
            not_before=row.tranche.at,
        )
        for number, row in zip(numbers, dated, strict=True)
    ]
