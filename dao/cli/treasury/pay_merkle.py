"""`dao pay --merkle`: a file of payments becomes a list of claims, and a draft that funds it and fixes its root.

Decides what is asked of the contract that pays the claims, and the two calls of the draft: the money, and the root that
binds payees and amounts. The list itself is made by `treasury.merkle_tree`, its file by `treasury.claim_file`. Whether
the contract is sound nobody here can tell; it holds the money until it is claimed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from chain import abi, address, amount
from chain.cid import raw_cid
from chain.clients.node import CallReverted
from chain.finding import Finding
from dao.cli.files import OutFileError, read, write
from dao.files import is_there
from dao.sentences import language, sentence
from dao.session import Session
from proposals.draft import budget_row
from proposals.pay_file import Fund, PayFileError, PayRow
from proposals.payment import Payment, write_sentence
from proposals.tables import BudgetRow
from treasury.claim_file import SET_ROOT, Distribution, write_claims
from treasury.merkle_tree import Claim, ClaimTree


class Claims(NamedTuple):
    """A list of claims, as it is drafted and kept."""

    made: Distribution
    raw: bytes
    file: Path
    budget: list[BudgetRow]

    def row(self) -> dict[str, object]:
        """As JSON tells it."""
        tree = self.made.tree
        return {
            "file": str(self.file),
            "cid": str(raw_cid(self.raw)),
            "root": "0x" + tree.root.hex(),
            "distributor": address.checksum(self.made.distributor),
            "total": str(tree.total),
        }

    def write(self) -> None:
        """Put the file in its place, once."""
        self.file.parent.mkdir(parents=True, exist_ok=True)
        write(self.file, self.raw)


def claim_findings(rows: Sequence[PayRow], findings: Sequence[Finding]) -> Iterator[Finding]:
    """What a list of claims forbids besides: one payee twice, and a second asset."""
    for finding in findings:
        if finding.code == "W_DOUBLE_PAY":
            yield Finding(code="E_DOUBLE_PAY", reason="claim", line=finding.line, facts=finding.facts)
    for row in rows:
        if row.payment.asset != rows[0].payment.asset:
            facts = {"asset": row.payment.asset.symbol, "expected": rows[0].payment.asset.symbol}
            yield Finding(code="E_MERKLE", reason="asset", line=row.line, facts=facts)


def make_claims(session: Session, rows: Sequence[PayRow], fund: Fund, told: str) -> Claims:
    """Make the list for the distributor that was named, and the calls that fund it."""
    distributor, asset = address.parse_on(told, fund.chain_id), rows[0].payment.asset
    _check_distributor(session, distributor, {"token": asset.address or address.ZERO, "owner": fund.safe})
    tree = ClaimTree(Claim(row.payment.to, row.payment.amount) for row in rows)
    made = Distribution(fund.chain_id, distributor, asset.address, tree)
    raw = write_claims(made)
    file = session.workspace.documents / "annex" / f"claims-{tree.root.hex()[:16]}.json"
    if is_there(file) and read(file) != raw:
        raise OutFileError("E_IO_EXISTS", "out", path=str(file))
    purpose = sentence("DRAFT", "claims", {"claims": len(rows), "cid": str(raw_cid(raw))}, language())
    target = address.with_chain(distributor, fund.chain_id)
    sending, budget = "", []
    if asset.address is None:  # a contract that gets coins in a batch could refuse them, so they come with the root
        sending = f" sending {amount.spell(tree.total, asset.decimals)} {asset.symbol}"
    else:
        budget.append(budget_row(1, write_sentence(Payment(asset, tree.total, distributor)), purpose=purpose))
    fixing = f"call {target}{sending} {SET_ROOT} with root = 0x{tree.root.hex()}"
    return Claims(made, raw, file, [*budget, budget_row(1, fixing, purpose=purpose)])


def _check_distributor(session: Session, distributor: bytes, expected: Mapping[str, bytes]) -> None:
    """Refuse an address without code, and a contract that says itself that it pays something else, or obeys another."""
    head, shown = session.desk.head().ref.number, address.checksum(distributor)
    if not session.node.code(distributor, head):
        raise PayFileError("E_MERKLE", "no_code", distributor=shown)
    for question, wanted in expected.items():
        try:
            answer = session.node.call(distributor, abi.encode_call(f"{question}()", []), head)
        except CallReverted:
            continue
        if len(answer) == 32 and answer[12:] != wanted:
            found = address.checksum(answer[12:])
            raise PayFileError("E_MERKLE", question, distributor=shown, found=found, expected=address.checksum(wanted))
