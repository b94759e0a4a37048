"""A funded DAO on an embedded chain, and the steps that tests take with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from chain.address import with_chain
from chain.amount import parse
from chain.clients import devnet_contracts
from chain.clients.devnet import Devnet
from chain.clients.node import Node
from chain.errors import CodedError
from chain.networks import DEVNET_CHAIN_ID
from chain.safe import SafeTx, join_signatures, safe_tx_hash
from dao.cli.start.demo import cast, world
from dao.cli.start.demo.world import World
from dao.record.verify import verify
from dao.store.journal import Journal
from dao.workflow import founding, income, paying, proposing, recording, voting
from dao.workflow.desk import Desk
from dao.workflow.proposing import Published
from governance.messages import sign_envelope, vote_message
from proposals.draft import budget_row, draft

SECTIONS = {
    "Summary": "Pay a keeper.", "Motivation": "Nobody calls.", "Specification": "A call a week.",
    "Milestones": "None.", "Reporting": "Monthly.", "Unwinding": "Nothing is left over.", "Risks": "Few.",
    "Copyright": "CC0.",
}  # fmt: skip


@dataclass
class Stage:
    """A funded DAO, ready for proposals."""

    there: world.World
    desk: Desk

    def document(self, number: int, *payments: str, parts: int = 0) -> bytes:
        """A document with a part for each payment, or with as many parts as are asked for, the last of them longer."""
        return draft(
            number=number,
            title=f"Payment {number}",
            description="Pays somebody for something useful",
            author="Dora (@dora)",
            discussions_to="https://forum.example.org/t/pay/1",
            created="2026-01-05",
            sections=SECTIONS,
            budget=[budget_row(min(n, parts or n), payment, purpose="Work") for n, payment in enumerate(payments, 1)],
        )

    def publish(self, number: int, *payments: str, supersedes: Sequence[bytes] = (), parts: int = 0) -> Published:
        self.there.wait(600)
        raw, author = self.document(number, *payments, parts=parts), cast.signer(cast.AUTHOR)
        return proposing.publish(self.desk, raw, author=author, fund=cast.FUND, supersedes=supersedes)

    def earn(self, premium: str) -> None:
        """A premium in ETH comes in, its tenth is forwarded to the Safe, and both are booked."""
        node, buyer = self.desk.node, cast.key(cast.BUYER)
        receipt = devnet_contracts.bring_premium(node, buyer, self.there.proxy, parse(premium, 18))
        income.book_income(self.desk, "premium", cast.FUND, receipt.transaction_hash)
        receipt = devnet_contracts.forward(node, buyer, self.there.proxy)
        income.book_income(self.desk, "forward", cast.FUND, receipt.transaction_hash, log=len(receipt.logs) - 1)

    def vote(self, published: Published, choice: int, *names: str) -> None:
        self.there.wait_until(published.start)
        for name in names:
            message = vote_message(
                voter=cast.address(name), space=cast.SPACE, proposal=published.id, choice=choice,
                timestamp=self.there.devnet.now(),
            )  # fmt: skip
            voting.cast(self.desk, sign_envelope("Vote", message, cast.signer(name)))

    def decide(self, *published: Published) -> None:
        self.there.wait_until(max(each.end for each in published) + 60)
        for each in published:
            voting.close(self.desk, each.id)
            voting.count(self.desk, each.id)

    def pass_(self, number: int, *payments: str, supersedes: Sequence[bytes] = (), parts: int = 0) -> Published:
        published = self.publish(number, *payments, supersedes=supersedes, parts=parts)
        self.vote(published, 1, "eve", "hana")
        self.decide(published)
        return published

    def sign(self, published: Published, part: int, tx: SafeTx) -> None:
        for name in ("ann", "ben"):
            paying.sign(self.desk, published.id, part, tx, cast.signer(name))

    def blob(self, tx: SafeTx) -> bytes:
        signed = [leaf.body for leaf in self.desk.journal.leaves if leaf.kind == "confirmation"]
        return join_signatures({
            body["owner"]: body["signature"] for body in signed if body["hash"] == safe_tx_hash(tx)  # type: ignore[misc]
        })  # fmt: skip

    def verifies(self, published: Published) -> bool:
        record = recording.write_record(self.desk, published.id, cast.journal_key(), world.origin())
        report = verify(record)
        assert report.ok, report.failed
        return report.ok


@contextmanager
def open_stage(
    folder: Path, before: Callable[[World, Node], None] = lambda _there, _node: None, signers: int = 2
) -> Iterator[Stage]:
    """A funded DAO whose journal lies in a folder; `before` may change its Safe, which then asks for `signers`."""
    with Devnet.temporary(cast.GENESIS) as devnet:
        there = world.build(devnet)
        before(there, devnet.node())
        with stage_in(folder, there, cast.OWNERS[:signers]) as opened:
            yield opened


@contextmanager
def stage_in(folder: Path, there: World, signers: Sequence[str], version: str = "1.4.1") -> Iterator[Stage]:
    """A funded DAO in a world that stands; so many of the Safe's owners must sign its settings."""
    with Journal(folder / "journal.sqlite", create=True) as journal:
        desk = Desk(journal, there.devnet.node())
        text = world.settings_text(there).replace('"version":"1.4.1"', f'"version":"{version}"')
        founding.found(desk, text, founding.sign_settings(text, [cast.signer(name) for name in signers]))
        receipt = devnet_contracts.bring_premium(desk.node, cast.key(cast.BUYER), there.proxy, 40 * cast.UNIT)
        income.book_income(desk, "premium", cast.FUND, receipt.transaction_hash)
        receipt = devnet_contracts.forward(desk.node, cast.key(cast.BUYER), there.proxy)
        income.book_income(desk, "forward", cast.FUND, receipt.transaction_hash, log=len(receipt.logs) - 1)
        yield Stage(there, desk)


def eth(amount: str, to: str = "nora") -> str:
    return f"{amount} ETH to {with_chain(cast.address(to), DEVNET_CHAIN_ID)}"


def refused(caught: pytest.ExceptionInfo[CodedError]) -> tuple[str, str]:
    return caught.value.code, caught.value.reason
