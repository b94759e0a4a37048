"""Booking rules: from a fact to its one balanced entry, each rule under a version.

Decides accounts and signs, nothing else: facts come in checked (`treasury.income`, the journal), cover is checked in
`treasury.fund`, and posting is the ledger's. Every rule is a pure function, so a verifier books the facts of a record
again and compares; a rule that changes gets a new version and the old one stays.

The accounts, for a fund called `iip` and its proposal 12 (debits positive):

    Assets:Receivable:IIP               its tenth of premiums, still at the proxy
    Assets:Safe:IIP                     what its Safe holds
    Income:Premiums:IIP  Income:Donations:IIP
    Expenses:Rebate:IIP                 what `forward()` pays to its caller
    Expenses:IIP-12:Part-2              what a part paid
    Expenses:Refunds:IIP:IIP-12:Part-2  what came back of it, a credit
    Equity:Conversions:IIP:IIP-12:Part-2  what a part gave for another asset, a debit, and what it got, a credit
    Equity:Asked:IIP:IIP-12             memorandum: open votes ask for this
    Equity:Committed:IIP:IIP-12:Part-2  memorandum: passed and not yet paid
    Equity:Memo:IIP                     the other side of both, as encumbrances are kept in fund accounting
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from treasury.assets import Amounts, asset_id, native
from treasury.conversion import ConversionFact
from treasury.errors import TreasuryError
from treasury.income import DonationFact, ForwardFact, Origin, PremiumFact, PremiumsFact
from treasury.ledger import REVERSED, Entry, Posting, is_fund_name, opposite
from treasury.payouts import PayoutId

PREMIUM = "premium/1"
PREMIUMS = "premiums/1"
FORWARD = "forward/1"
DONATION = "donation/1"
ASKED = "asked/1"
COMMITTED = "committed/1"
PAID = "paid/1"
REFUNDED = "refunded/1"
RELEASED = "released/1"
CONVERTED = "converted/1"


class BookingError(TreasuryError):
    """A fact that no rule can book (`E_BOOKING`)."""


def component(fund: str) -> str:
    """A fund's name as a component of an account: `iip` becomes `IIP`. One to one, because names are lower case."""
    if not is_fund_name(fund):
        raise BookingError("E_BOOKING", "fund", found=fund)
    return fund.upper()


def premium(fact: PremiumFact, *, fund: str, source: int) -> Entry:
    """`premium/1`: the fund's share lies at the proxy, so it is income and a receivable."""
    name, asset = component(fund), native(fact.origin.chain_id)
    lines = (
        Posting(f"Assets:Receivable:{name}", asset, fact.share),
        Posting(f"Income:Premiums:{name}", asset, -fact.share),
    )
    return Entry(id=entry_id_of(PREMIUM, fact.origin), source=source, rule=PREMIUM, fund=fund, postings=lines)


def premiums(fact: PremiumsFact, *, fund: str, source: int) -> Entry:
    """`premiums/1`: as `premium/1`, the sum of a range of the mutual's blocks; the rows are its evidence."""
    name, asset = component(fund), native(fact.last.chain_id)
    lines = (
        Posting(f"Assets:Receivable:{name}", asset, fact.share),
        Posting(f"Income:Premiums:{name}", asset, -fact.share),
    )
    about = f"eip155:{fact.last.chain_id}:0x{fact.contract.hex()}:{fact.first}-{fact.last.number}"
    entry_id = f"{PREMIUMS}:{about}@0x{fact.last.hash.hex()}"
    return Entry(id=entry_id, source=source, rule=PREMIUMS, fund=fund, postings=lines)


def forward(fact: ForwardFact, *, fund: str, source: int) -> Entry | None:
    """`forward/1`: the proxy's balance reaches the Safe, less the caller's rebate. None when the proxy was empty."""
    name, asset = component(fund), native(fact.origin.chain_id)
    lines = _nonzero(
        Posting(f"Assets:Safe:{name}", asset, fact.forwarded),
        Posting(f"Expenses:Rebate:{name}", asset, fact.rebate),
        Posting(f"Assets:Receivable:{name}", asset, -(fact.rebate + fact.forwarded)),
    )
    if not lines:
        return None
    return Entry(id=entry_id_of(FORWARD, fact.origin), source=source, rule=FORWARD, fund=fund, postings=lines)


def donation(fact: DonationFact, *, fund: str, source: int) -> Entry:
    """`donation/1`: a token or coin that arrived in the Safe from anybody."""
    name, asset = component(fund), asset_id(fact.origin.chain_id, fact.token)
    lines = (
        Posting(f"Assets:Safe:{name}", asset, fact.amount),
        Posting(f"Income:Donations:{name}", asset, -fact.amount),
    )
    return Entry(id=entry_id_of(DONATION, fact.origin), source=source, rule=DONATION, fund=fund, postings=lines)


def asked(proposal: bytes, *, fund: str, iip: int, amounts: Amounts, source: int) -> Entry | None:
    """`asked/1`: a vote opened and its parts together ask for `amounts`. None when they ask for no money."""
    lines = _lines(ASKED, amounts, {_asked(fund, iip): -1, _memo(fund): 1})
    return _entry(ASKED, PayoutId(proposal, 0), lines, fund=fund, iip=iip, source=source)


def committed(payout: PayoutId, *, fund: str, iip: int, amounts: Amounts, source: int) -> Entry | None:
    """`committed/1`: the vote passed; what this part asked for is promised. None when it moves no money."""
    lines = _lines(COMMITTED, amounts, {_asked(fund, iip): 1, _committed(fund, iip, payout.part): -1})
    return _entry(COMMITTED, payout, lines, fund=fund, iip=iip, source=source)


def paid(payout: PayoutId, *, fund: str, iip: int, amounts: Amounts, source: int, block: bytes) -> Entry | None:
    """`paid/1`: the part was executed in the block of this hash; the promise ends and the money is spent."""
    moves = {
        _committed(fund, iip, payout.part): 1,
        _memo(fund): -1,
        f"Expenses:IIP-{iip}:Part-{payout.part}": 1,
        f"Assets:Safe:{component(fund)}": -1,
    }
    lines = _lines(PAID, amounts, moves)
    return _entry(PAID, payout, lines, fund=fund, iip=iip, source=source, block=f"@0x{block.hex()}")


def refunded(payout: PayoutId, fact: DonationFact, *, fund: str, iip: int, source: int) -> Entry:
    """`refunded/1`: what a part paid came back to the Safe, or some of it; no income, and no promise again."""
    name, asset = component(fund), asset_id(fact.origin.chain_id, fact.token)
    lines = (
        Posting(f"Assets:Safe:{name}", asset, fact.amount),
        Posting(f"Expenses:Refunds:{name}:IIP-{iip}:Part-{payout.part}", asset, -fact.amount),
    )
    _check_number(REFUNDED, iip)
    about = entry_id_of(REFUNDED, fact.origin).removeprefix(f"{REFUNDED}:")
    return Entry(id=f"{REFUNDED}:{payout}:{about}", source=source, rule=REFUNDED, fund=fund, iip=iip, postings=lines)


def converted(payout: PayoutId, fact: ConversionFact, *, fund: str, iip: int, source: int) -> Entry:
    """`converted/1`: what a part gave is no cost and what it got no gift; each side balances by itself."""
    safe, between = (
        f"Assets:Safe:{component(fund)}",
        f"Equity:Conversions:{component(fund)}:IIP-{iip}:Part-{payout.part}",
    )
    lines = _nonzero(
        Posting(between, fact.given, fact.given_amount),
        Posting(f"Expenses:IIP-{iip}:Part-{payout.part}", fact.given, -fact.booked),
        Posting(safe, fact.given, fact.booked - fact.given_amount),
        Posting(f"Income:Donations:{component(fund)}" if fact.was_income else safe, fact.got, fact.got_amount),
        Posting(between, fact.got, -fact.got_amount),
    )
    _check_number(CONVERTED, iip)
    about = entry_id_of(CONVERTED, fact.origin).removeprefix(f"{CONVERTED}:")
    return Entry(id=f"{CONVERTED}:{payout}:{about}", source=source, rule=CONVERTED, fund=fund, iip=iip, postings=lines)


def released(
    payout: PayoutId, *, fund: str, iip: int, amounts: Amounts, source: int, of: Literal["asked", "committed"]
) -> Entry | None:
    """`released/1`: an ask (part 0: the whole proposal's, else that part's) or a commitment ended without payment."""
    account = _asked(fund, iip) if of == "asked" else _committed(fund, iip, payout.part)
    lines = _lines(RELEASED, amounts, {account: 1, _memo(fund): -1})
    return _entry(RELEASED, payout, lines, fund=fund, iip=iip, source=source)


def reversal(entry: Entry, *, source: int) -> Entry:
    """`reversed/1`: take back an entry whose block was reorganised away; the entry itself stays for ever."""
    return Entry(id=f"{REVERSED}:{entry.id}", source=source, rule=REVERSED, fund=entry.fund, iip=entry.iip,
                 postings=opposite(entry.postings))  # fmt: skip


def _asked(fund: str, iip: int) -> str:
    return f"Equity:Asked:{component(fund)}:IIP-{iip}"


def _committed(fund: str, iip: int, part: int) -> str:
    return f"Equity:Committed:{component(fund)}:IIP-{iip}:Part-{part}"


def _memo(fund: str) -> str:
    return f"Equity:Memo:{component(fund)}"


def entry_id_of(rule: str, origin: Origin) -> str:
    """The id under which a rule books what one log says."""
    return f"{rule}:eip155:{origin.chain_id}:0x{origin.transaction.hex()}:{origin.log}@0x{origin.block.hex()}"


def _lines(rule: str, amounts: Amounts, moves: Mapping[str, int]) -> tuple[Posting, ...]:
    """Move amounts between accounts by sign; assets in the order of their ids, so that a rule has one result."""
    for asset, amount in amounts.items():
        if type(amount) is not int or amount < 0:
            raise BookingError("E_BOOKING", "amount", rule=rule, asset=asset, found=amount)
    return tuple(
        Posting(account, asset, sign * amounts[asset])
        for asset in sorted(amounts)
        if amounts[asset]
        for account, sign in moves.items()
    )


def _entry(
    rule: str, payout: PayoutId, lines: tuple[Posting, ...], *, fund: str, iip: int, source: int, block: str = ""
) -> Entry | None:
    _check_number(rule, iip)
    if not lines:
        return None
    return Entry(id=f"{rule}:{payout}{block}", source=source, rule=rule, fund=fund, iip=iip, postings=lines)


def _check_number(rule: str, iip: int) -> None:
    if type(iip) is not int or iip < 1:
        raise BookingError("E_BOOKING", "iip", rule=rule, found=iip)


def _nonzero(*lines: Posting) -> tuple[Posting, ...]:
    return tuple(line for line in lines if line.amount)
