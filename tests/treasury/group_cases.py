"""A fund with two working groups, and steps that people sign for them."""

from __future__ import annotations

from collections.abc import Mapping

from chain.signature import address_of
from chain.signer import KeySigner
from governance.group_steps import GroupStep, read_group_step, sign_group_step
from governance.settings import Credit, GroupSettings
from treasury.assets import native
from treasury.group_accounts import Groups, take
from treasury.ledger import Entry, Ledger, Posting

ETH = native(1)
KEYS = {name: bytes([number]) * 32 for number, name in enumerate(("ann", "ben", "cat", "eve"), 1)}
PEOPLE = {name: address_of(key) for name, key in KEYS.items()}
MEMBERS, CONFIRMERS = (PEOPLE["ann"], PEOPLE["ben"]), (PEOPLE["ben"], PEOPLE["cat"])
SETTINGS = tuple(
    GroupSettings(name=name, fund="iip", members=MEMBERS, confirmers=CONFIRMERS, credit=(Credit(None, 50),))
    for name in ("writers", "readers")
)
NONE: Mapping[str, object] = {}
GIFT, GRANT = "donation/1:gift", "paid/1:0xab/1"


def books(gift: int = 100, grant: int = 0) -> Ledger:
    """A premium of 1,000, a gift, and a part that was paid."""
    moves = [("forward/1:a", "Assets:Receivable:IIP", 1_000), (GIFT, "Income:Donations:IIP", gift),
             (GRANT, "Expenses:IIP-4:Part-1", -grant)]  # fmt: skip
    return Ledger(
        Entry(
            id=name, source=1, rule=name.partition(":")[0], fund="iip", iip=4 if name == GRANT else 0,
            postings=(Posting("Assets:Safe:IIP", ETH, amount), Posting(account, ETH, -amount)),
        )
        for name, account, amount in moves
        if amount
    )  # fmt: skip


class Club:
    """The accounts as steps go on, and the books with what they book."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.groups = Groups()
        self.entries: list[Entry] = []

    def step(
        self,
        who: str,
        group: str,
        input_: str,
        amount: int,
        business: str = "because",
        *,
        is_signed: bool = True,
        other: Mapping[str, object] = NONE,
    ) -> str:
        """Sign a step over the account as it is, and take it; return the state after it."""
        account = self.groups.account(group)
        made = (
            self.signed(who, group, input_, amount, business, other)
            if is_signed
            else GroupStep(
                raw=b"",
                address=PEOPLE[who],
                signature=b"",
                id=bytes(32),
                space="club.eth",
                group=group,
                number=account.steps + 1,
                state=account.state,
                input=input_,
                asset=ETH,
                amount=amount,
                business=business,
                timestamp=1_700_000_000,
            )
        )
        self.groups, entry = take(self.groups, made, SETTINGS, self.ledger, 9)
        if entry is not None:
            self.entries.append(entry)
        return self.groups.account(group).state

    def signed(
        self,
        who: str,
        group: str,
        input_: str,
        amount: int,
        business: str = "because",
        other: Mapping[str, object] = NONE,
    ) -> GroupStep:
        account = self.groups.account(group)
        message: Mapping[str, object] = {
            "space": "club.eth", "group": group, "number": account.steps + 1, "state": account.state, "input": input_,
            "transaction": f"{ETH} {amount}", "business": business, "timestamp": 1_700_000_000, **other,
        }  # fmt: skip
        return read_group_step(sign_group_step(message, KeySigner(KEYS[who])))

    def deposit(self, group: str, amount: int, entry: str = GIFT) -> None:
        self.step("ann", group, "E01", amount, entry)
        self.step("cat", group, "E03", amount)

    def balance(self, group: str) -> tuple[int, int]:
        """What a group may use, and what of it was drawn."""
        account = self.groups.account(group)
        return account.balance.get(ETH, 0), account.credit.get(ETH, 0)

    def sums(self) -> dict[str, int]:
        """What the accounts of the books hold after the steps' entries."""
        ledger = Ledger([*self.ledger, *self.entries])
        return {row.account: row.amount for row in ledger.balances()}
