"""The books: what cannot be an entry, what is posted once, and sums that hold after every prefix."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treasury.assets import AssetError, AssetName, asset_id, erc20, native, parse_asset, total
from treasury.ledger import Entry, Ledger, LedgerError, Posting, opposite

ETH = native(1)
TOKEN = erc20(1, bytes.fromhex("6b175474e89094c44da98b954eedeac495271d0f"))

AMOUNTS = st.integers(-(10**30), 10**30).filter(bool)
NAMES = st.sampled_from(["Assets:Safe:IIP", "Income:Donations:IIP", "Equity:Memo:IIP", "Expenses:IIP-1:Part-1"])


def entry(*postings: Posting, name: str = "gift/1:a", source: int = 3, fund: str = "iip", iip: int = 0) -> Entry:
    lines = postings or (Posting("Assets:Safe:IIP", ETH, 5), Posting("Income:Donations:IIP", ETH, -5))
    return Entry(id=name, source=source, rule=name.partition(":")[0], fund=fund, iip=iip, postings=lines)


def reversal_of(original: Entry, source: int = 9) -> Entry:
    return replace(
        original, id=f"reversed/1:{original.id}", rule="reversed/1", source=source, postings=opposite(original.postings)
    )


@st.composite
def entries(draw: st.DrawFn) -> Entry:
    """A balanced entry over two accounts and one or two assets."""
    debit, credit = draw(st.lists(NAMES, min_size=2, max_size=2, unique=True))
    lines = [
        line
        for asset in draw(st.lists(st.sampled_from([ETH, TOKEN]), min_size=1, max_size=2, unique=True))
        for amount in [draw(AMOUNTS)]
        for line in (Posting(debit, asset, amount), Posting(credit, asset, -amount))
    ]
    name = f"gift/1:{draw(st.integers(0, 40))}"
    return entry(*lines, name=name, source=draw(st.integers(0, 3)), fund=draw(st.sampled_from(["iip", "grants"])))


def refusal(**changes: object) -> tuple[str, str]:
    with pytest.raises(LedgerError) as refused:
        replace(entry(), **changes)
    return refused.value.code, refused.value.reason


def test_an_unbalanced_entry_cannot_exist() -> None:
    """One wei too few on either side is refused when the entry is made, with the asset and the difference."""
    lines = (Posting("Assets:Safe:IIP", ETH, 5), Posting("Income:Donations:IIP", ETH, -4))
    with pytest.raises(LedgerError) as refused:
        entry(*lines)

    assert "E_UNBALANCED" == refused.value.code
    assert {"entry": "gift/1:a", "asset": ETH, "sum": 1} == refused.value.facts


def test_every_asset_balances_by_itself() -> None:
    """Five wei against five tokens is no balance, although the numbers are equal."""
    with pytest.raises(LedgerError) as refused:
        entry(Posting("Assets:Safe:IIP", ETH, 5), Posting("Income:Donations:IIP", TOKEN, -5))

    assert ("E_UNBALANCED", ETH) == (refused.value.code, refused.value.facts["asset"])


@pytest.mark.parametrize(
    "account",
    ["Assets", "assets:Safe", "Asset:Safe", "Assets:", "Assets:safe", "Assets:Sa fe", "Assets:Säfe", "Assets:Safe:", 7],
)
def test_accounts_stand_under_five_roots(account: object) -> None:
    """A component starts with a capital and holds letters, digits and hyphens; the root is one of five."""
    for good in ("Assets:Safe:IIP", "Liabilities:V", "Equity:Asked:IIP:IIP-1", "Income:P", "Expenses:IIP-1:Part-2"):
        entry(Posting(good, ETH, 5), Posting("Assets:Other", ETH, -5))

    lines = (Posting(account, ETH, 5), Posting("Assets:Other", ETH, -5))  # type: ignore[arg-type]
    assert ("E_ENTRY", "account") == refusal(postings=lines)


@pytest.mark.parametrize("amount", [0, True, 2**256, -(2**256), "5", None])
def test_amounts_are_whole_and_not_zero(amount: object) -> None:
    """A posting moves at least one base unit and fits a uint256."""
    lines = (Posting("Assets:Safe:IIP", ETH, amount), Posting("Assets:Other", ETH, -5))  # type: ignore[arg-type]

    assert ("E_ENTRY", "amount") == refusal(postings=lines)


@pytest.mark.parametrize("asset", ["ETH", "eip155:1/slip44:61", TOKEN.lower(), "eip155:01/slip44:60", ETH + "\n", None])
def test_assets_have_one_spelling(asset: object) -> None:
    """An asset is CAIP-19 text with an EIP-55 address; anything else would be a second name for the same thing."""
    lines = (Posting("Assets:Safe:IIP", asset, 5), Posting("Assets:Other", asset, -5))  # type: ignore[arg-type]

    assert ("E_ENTRY", "asset") == refusal(postings=lines)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"id": "gift/1:ä"}, "id"), ({"id": ""}, "id"), ({"id": 7}, "id"), ({"id": "gift/1:a b"}, "id"),
        ({"rule": "gift"}, "rule"), ({"rule": "gift/0"}, "rule"), ({"rule": "other/1"}, "rule"),
        ({"source": -1}, "source"), ({"source": True}, "source"),
        ({"fund": "IIP"}, "fund"), ({"fund": ""}, "fund"), ({"fund": "9"}, "fund"),
        ({"iip": -1}, "iip"), ({"iip": True}, "iip"), ({"iip": "1"}, "iip"),
        ({"postings": ()}, "empty"), ({"postings": [Posting("Assets:A", ETH, 1)]}, "postings"),
        ({"postings": (("Assets:A", ETH, 1),)}, "postings"),
    ],
)  # fmt: skip
def test_the_head_of_an_entry(changes: dict[str, object], reason: str) -> None:
    """Id, rule, source, fund and proposal have one form each, and the id begins with its rule."""
    assert "gift/1:a" == entry().id
    assert ("E_ENTRY", reason) == refusal(**changes)


def test_one_line_an_account_and_asset() -> None:
    """Two lines on one account and asset would be two spellings of one entry."""
    twice = Posting("Assets:Safe:IIP", ETH, 2)

    assert ("E_ENTRY", "twice") == refusal(postings=(twice, twice, Posting("Assets:Other", ETH, -4)))


def test_the_same_entry_twice_is_one() -> None:
    """Posting again changes nothing and says so."""
    ledger = Ledger()

    assert ledger.post(entry()) is True
    assert ledger.post(entry()) is False
    assert (1, 5) == (len(ledger), ledger.balance("Assets", ETH))


@pytest.mark.parametrize(
    ("changes", "reason"),
    [({"source": 4}, "source"), ({"iip": 2}, "content"), ({"postings": opposite(entry().postings)}, "content")],
)
def test_another_entry_under_the_same_id_clashes(changes: dict[str, object], reason: str) -> None:
    """A known id with other content, or from another leaf, is refused and the books stay."""
    ledger = Ledger([entry()])
    before = ledger.balances()
    with pytest.raises(LedgerError) as refused:
        ledger.post(replace(entry(), **changes))

    assert ("E_ENTRY_CLASH", reason) == (refused.value.code, refused.value.reason)
    assert (before, 1) == (ledger.balances(), len(ledger))


@pytest.mark.parametrize("second", ["gift/1:tx:0@0xbb", "gift/2:tx:0@0xaa"])
def test_H94_one_fact_stands_once(second: str) -> None:
    """A log cannot be booked from a second block, or by a second version of its rule, while the first entry stands."""
    ledger = Ledger([entry(name="gift/1:tx:0@0xaa"), entry(name="gift/1:tx:1@0xaa")])
    with pytest.raises(LedgerError) as refused:
        ledger.post(entry(name=second))

    assert ("E_ENTRY_CLASH", "stands") == (refused.value.code, refused.value.reason)
    assert 2 == len(ledger)


def test_H94_reorged_fact_is_reversed_by_entry_not_by_edit() -> None:
    """The orphaned entry stays, its reversal takes the money back, and the fact can be booked from its new block."""
    orphaned = entry(name="gift/1:tx:0@0xaa")
    ledger = Ledger([orphaned, reversal_of(orphaned)])

    assert () == ledger.balances()
    assert not ledger.stands(orphaned.id)
    assert ledger.post(entry(name="gift/1:tx:0@0xbb", source=10))
    assert [orphaned.id, f"reversed/1:{orphaned.id}", "gift/1:tx:0@0xbb"] == [posted.id for posted in ledger]
    assert 5 == ledger.balance("Assets:Safe:IIP", ETH)


def test_a_reversal_takes_back_one_standing_entry_exactly() -> None:
    """Nothing to take back, a second time, another amount, or the reversal itself: refused."""
    standing = entry()
    cases = [
        (Ledger(), reversal_of(standing), "not_standing"),
        (Ledger([standing, reversal_of(standing)]), reversal_of(reversal_of(standing)), "not_standing"),
        (Ledger([standing]), replace(reversal_of(standing), postings=standing.postings), "reversal"),
        (Ledger([standing]), replace(reversal_of(standing), fund="grants"), "reversal"),
    ]
    for ledger, wrong, reason in cases:
        with pytest.raises(LedgerError) as refused:
            ledger.post(wrong)

        assert ("E_ENTRY_CLASH", reason) == (refused.value.code, refused.value.reason)


def test_prefixes_are_whole_components() -> None:
    """`Expenses:IIP-1` does not hold what `Expenses:IIP-12` holds, and `Assets` holds everything below it."""
    one = entry(Posting("Expenses:IIP-1:Part-1", ETH, 1), Posting("Assets:Safe:IIP", ETH, -1), name="gift/1:1")
    twelve = entry(Posting("Expenses:IIP-12:Part-1", ETH, 9), Posting("Assets:Safe:IIP", ETH, -9), name="gift/1:12")
    ledger = Ledger([one, twelve])

    assert 1 == ledger.balance("Expenses:IIP-1", ETH)
    assert ["Expenses:IIP-1:Part-1"] == [row.account for row in ledger.balances("Expenses:IIP-1")]
    assert 10 == ledger.balance("Expenses", ETH)
    assert [-10, 9, 1] == [row.amount for row in ledger.balances()]
    assert () == ledger.balances(fund="grants")


def test_an_entry_survives_its_leaf() -> None:
    """`from_map` reads what `to_map` writes, amounts as signed decimal text."""
    fields = entry(iip=12).to_map()

    assert ["5", "-5"] == [line["amount"] for line in fields["postings"]]  # type: ignore[attr-defined]
    assert ["id", "source", "rule", "fund", "iip", "postings"] == list(fields)
    assert entry(iip=12) == Entry.from_map(fields)


@pytest.mark.parametrize("amount", ["+5", "05", "-0", "0", "5.0", "5e3", " 5", "５", 5, "", "-", "1" * 79])
def test_amounts_of_a_leaf_have_one_spelling(amount: object) -> None:
    """Other spellings of a number are refused, so a leaf has one form."""
    fields = entry().to_map()
    fields["postings"] = [{"account": "Assets:Safe:IIP", "amount": amount, "asset": ETH}]
    with pytest.raises(LedgerError) as refused:
        Entry.from_map(fields)

    assert ("E_ENTRY", "amount_text") == (refused.value.code, refused.value.reason)


@pytest.mark.parametrize("change", ["missing", "extra", "posting_extra", "postings_text", "posting_text", "list"])
def test_leaves_hold_exactly_their_fields(change: str) -> None:
    """A field too many, too few, or of another shape is refused."""
    fields: object = entry().to_map()
    assert isinstance(fields, dict)
    match change:
        case "missing":
            del fields["iip"]
        case "extra":
            fields["note"] = ""
        case "posting_extra":
            fields["postings"][0]["note"] = ""
        case "postings_text":
            fields["postings"] = "none"
        case "posting_text":
            fields["postings"] = ["none"]
        case "list":
            fields = []
    with pytest.raises(LedgerError) as refused:
        Entry.from_map(fields)  # type: ignore[arg-type]

    assert "E_ENTRY" == refused.value.code


@given(st.lists(entries(), max_size=25))
def test_every_prefix_sums_to_zero_and_replays_equal(history: list[Entry]) -> None:
    """Whatever is posted or refused, every asset's debits equal its credits, and what was kept replays to the same."""
    ledger = Ledger()
    for item in history:
        with suppress(LedgerError):
            ledger.post(item)
        for asset in (ETH, TOKEN):
            assert 0 == ledger.balance("", asset)

    replayed = Ledger(Entry.from_map(kept.to_map()) for kept in ledger)
    assert ledger.balances() == replayed.balances()
    assert list(ledger) == list(replayed)


def test_asset_ids() -> None:
    """Coins and tokens are told apart, taken apart, and a wrong checksum is refused."""
    token = bytes.fromhex("6b175474e89094c44da98b954eedeac495271d0f")

    assert "eip155:1/erc20:0x6B175474E89094C44Da98b954EedeAC495271d0F" == asset_id(1, token)
    assert "eip155:1/slip44:60" == asset_id(1, None)
    assert AssetName(1, token) == parse_asset(TOKEN)
    assert AssetName(20200903, None) == parse_asset("eip155:20200903/slip44:60")
    with pytest.raises(AssetError) as refused:
        parse_asset(TOKEN.replace("B", "b"))

    assert ("E_ASSET", "checksum") == (refused.value.code, refused.value.reason)


def test_amounts_add_up_by_asset() -> None:
    """Sums keep the order of first appearance and drop what comes to zero."""
    assert {TOKEN: 3, ETH: 1} == total([{TOKEN: 1}, {ETH: 1, TOKEN: 2}])
    assert {} == total([{ETH: 1}, {ETH: -1}])
