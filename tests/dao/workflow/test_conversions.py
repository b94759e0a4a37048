"""Conversions of a fund, from the vote to the books: coins to a token, and that token to its successor."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

from chain import abi
from chain.address import checksum
from chain.clients.devnet import FAUCET_KEY
from chain.networks import DEVNET_CHAIN_ID
from dao.cli.start.demo import cast
from dao.cli.start.demo.books import ledger_of
from dao.cli.treasury import fund_convert
from dao.views.exporting import export_of
from dao.views.money import labels_of
from dao.workflow import income, paying, proposing
from dao.workflow.converting import Bounded, book_conversion
from dao.workflow.proposing import Published, settings_in_force
from tests.dao.workflow.conversions import ETH, prices
from tests.dao.workflow.refusing import refuses
from tests.dao.workflow.stage import Stage
from tests.dao.workflow.stops import found_with
from tests.treasury.book_cases import bean_check
from tests.treasury.weird import deploy, deploy_weird
from treasury.assets import erc20
from treasury.beancount_text import beancount
from treasury.fund import fund_state
from treasury.payouts import PayoutId


def prepared(stage: Stage) -> tuple[bytes, Published]:
    """The fund gets a third asset, and IIP-1 buys it for 2 ETH; IIP-1/2 migrates 100 MUT to it, at 24 for 1."""
    node = stage.desk.node
    heir = deploy_weird(node, 0, 10**30)
    exchange = deploy(node, "Exchange", ["address", "address", "uint256", "uint256"], [heir, stage.there.token, 30, 24])
    node.send(FAUCET_KEY, heir, data=abi.encode_call("transfer(address,uint256)", [exchange, 10**27]))
    funds = json.loads(settings_in_force(stage.desk).text)["funds"]
    funds[0]["assets"].append({"address": checksum(heir), "decimals": 18, "symbol": "HEIR"})
    found_with(stage, funds=funds)
    data = abi.encode_call("transfer(address,uint256)", [stage.there.safe, cast.GRANT])
    grant = node.send(cast.key(cast.AUTHOR), stage.there.token, data=data)
    income.book_income(stage.desk, "donation", cast.FUND, grant.transaction_hash)
    mut, amount, at = checksum(stage.there.token), 100 * 10**18, checksum(exchange)
    rows = (
        f"call {at} sending 2 ETH buy(uint256 least) with least = {60 * 10**18}",
        f"call {mut} approve(address spender, uint256 value) with spender = {at}, value = {amount}",
        f"call {at} migrate(uint256 amount) with amount = {amount}",
    )
    raw = stage.document(1, *rows, parts=2).decode().replace("type: Funding", "type: Parameter").encode()
    stage.there.wait(600)
    published = proposing.publish(stage.desk, raw, author=cast.signer(cast.AUTHOR), fund=cast.FUND)
    stage.vote(published, 1, "eve", "hana")
    stage.decide(published)
    txs = [paying.queue(stage.desk, published.id, part) for part in (1, 2)]
    stage.there.wait(2 * cast.DAY + 60)
    for part, tx in enumerate(txs, 1):
        stage.sign(published, part, tx)
        paying.execute(stage.desk, published.id, part, tx, cast.signer("ann"))
    return heir, published


def test_a_fund_converts_within_its_bound(stage: Stage, tmp_path: Path) -> None:
    """Both sides of both conversions stand in the books, once, within the bound or not at all; the record verifies."""
    heir, published = prepared(stage)
    fund = settings_in_force(stage.desk).funds[0]
    mut, new = erc20(DEVNET_CHAIN_ID, stage.there.token), erc20(DEVNET_CHAIN_ID, heir)
    file = prices(stage, **{ETH: "3000", mut: "2400", new: "100"})  # 30 HEIR an ETH are fair, 24 a MUT too
    dear = prices(stage, **{ETH: "3050", mut: "2400", new: "100"})
    book = partial(book_conversion, stage.desk, PayoutId(published.id, 1), fund)
    before = fund_state(ledger_of(stage.desk), "iip", ETH)
    refused = refuses(stage, "E_SLIPPAGE", "", lambda: book(Bounded(dear, "USD", 100)))
    refuses(stage, "E_CONVERSION", "bound", lambda: book(Bounded(file, "USD", 1_001)))
    refuses(stage, "E_CONVERSION", "price", lambda: book(Bounded(file, "TWD", 100)))
    refuses(stage, "E_CONVERSION", "arrivals", lambda: book(Bounded(file, "USD", 100), log=0))
    swept = income.sweep(stage.desk, fund, 0)  # it takes both arrivals for gifts
    bought = book(Bounded(dear, "USD", 200))
    again = book(Bounded(dear, "USD", 200))
    refuses(stage, "E_LEDGER", "converted_twice", lambda: book(Bounded(file, "USD", 200)))
    migrated = book_conversion(stage.desk, PayoutId(published.id, 2), fund, Bounded(file, "USD", 0))
    ledger = ledger_of(stage.desk)
    coin, former, token = (fund_state(ledger, "iip", asset) for asset in (ETH, mut, new))

    assert (164, 100) == (refused.facts["slippage"], refused.facts["bound"])
    assert [("donation", 60 * 10**18), ("donation", 2400 * 10**18)] == [
        (each.kind, each.amount) for each in swept.booked
    ]
    assert (True, False, 164, 0) == (bought.is_new, again.is_new, bought.slippage, migrated.slippage)
    assert (2 * 10**18, 0) == (before.paid, coin.paid)
    assert (2 * 10**18, 100 * 10**18, -2460 * 10**18) == (coin.converted, former.converted, token.converted)
    assert (cast.GRANT - 100 * 10**18, 2460 * 10**18) == (former.available, token.available)
    assert 0 == ledger.balance("Income:Donations", new) == ledger.balance("", new) == ledger.balance("", mut)
    assert stage.desk.node.call(heir, abi.encode_call("balanceOf(address)", [fund.safe])) == token.held.to_bytes(
        32, "big"
    )
    assert [] == list(income.sweep(stage.desk, fund, 0).booked)
    settings = settings_in_force(stage.desk)
    told = "\n".join(fund_convert._lines("IIP-1/1", bought, 200, labels_of(settings)))
    document = fund_convert._document("IIP-1/1", "iip", bought, 200)
    assert "2 ETH became 60 HEIR in IIP-1/1" in told
    assert "1.64 % were lost; the bound is 2 %" in told
    assert (164, 200, dear.digest, "3050") == (
        document["slippage"], document["bound"], document["prices"], document["given"]["price"]
    )  # fmt: skip
    text = beancount(export_of(stage.desk.journal, settings, None))
    assert "Equity:Conversions:IIP:IIP-1:Part-2" in text
    assert [] == bean_check(text, tmp_path)
    assert stage.verifies(published)
