"""A small treasury for these tests: a Safe of three owners on chain 1, its parts, and what the chain says of them."""

from __future__ import annotations

from chain.blocks import BlockRef
from chain.finding import Finding
from chain.header import Header
from chain.receipt import Log, ProvedReceipt, Receipt
from chain.safe import FALLBACK_HANDLERS, SINGLETONS, SafeTx, safe_tx_hash
from chain.safe_state import SafeState
from chain.signature import address_of
from dao.sentences import sentence
from proposals.calls import erc20_transfer, native_transfer
from proposals.parts import Call, Part
from treasury.execution import EXECUTION_SUCCESS, build
from treasury.payouts import PayoutId
from treasury.review import Review, VotedPart
from treasury.trial import Trial

VERSION = "1.4.1"
CLOSE, DAY, WEEK = 1_700_000_000, 86_400, 604_800
SAFE, PAYEE, TOKEN, OTHER = (bytes([n]) * 20 for n in (0x5A, 0xEE, 0x70, 0x99))
KEYS = tuple(bytes([n]) * 32 for n in (1, 2, 3))
OWNERS = tuple(address_of(key) for key in KEYS)
STRANGER_KEY = b"\x77" * 32

PAY_ETHER = native_transfer(PAYEE, 2_500)
PAY_TOKENS = erc20_transfer(TOKEN, PAYEE, 7_000)


def part(*calls: Call, chain_id: int = 1, not_before: int = 0, not_after: int = 0, release: str = "") -> Part:
    return Part(
        chain_id=chain_id, safe=SAFE, not_before=not_before, not_after=not_after, release=release,
        calls=calls or (PAY_ETHER,),
    )  # fmt: skip


def safe_tx(*calls: Call, nonce: int = 4, version: str = VERSION) -> SafeTx:
    return build(part(*calls), nonce, version=version)


def foreign_tx(to: bytes, data: bytes = b"", *, value: int = 0, operation: int = 0, **fields: object) -> SafeTx:
    """A transaction of our Safe that somebody else made up."""
    made = {"chain_id": 1, "safe": SAFE, "version": VERSION, "nonce": 4, **fields}
    return SafeTx(to=to, value=value, data=data, operation=operation, **made)  # type: ignore[arg-type]


def state(**changes: object) -> SafeState:
    """The Safe as it should be; `changes` say what is not."""
    sound = {
        "chain_id": 1, "safe": SAFE, "block": BlockRef(1, 100, b"\xbb" * 32), "proxy": VERSION,
        "singleton": next(iter(SINGLETONS[VERSION])), "owners": OWNERS, "threshold": 2, "nonce": 4, "modules": (),
        "guard": bytes(20), "module_guard": bytes(20), "fallback_handler": next(iter(FALLBACK_HANDLERS[VERSION])),
    }  # fmt: skip
    return SafeState(**{**sound, **changes})  # type: ignore[arg-type]


def report(tx: SafeTx, event: bytes = EXECUTION_SUCCESS, *, emitter: bytes = SAFE, hash_: bytes | None = None) -> Log:
    """The log by which a Safe from 1.4.0 on tells how a transaction ended."""
    return Log(emitter, (event, hash_ or safe_tx_hash(tx)), bytes(32))


def proved(*logs: Log, timestamp: int = 1_000) -> ProvedReceipt:
    root = bytes(32)
    header = Header(
        hash=b"\xbb" * 32, parent_hash=root, number=100, timestamp=timestamp, state_root=root, transactions_root=root,
        receipts_root=root,
    )  # fmt: skip
    return ProvedReceipt(
        header=header, receipt=Receipt(tx_type=2, status=1, logs=logs), transaction_hash=b"\xcc" * 32, index=0
    )


def voted(voted_part: Part | None = None, **changes: object) -> VotedPart:
    """A part that passed, in its window, under a Safe that has not changed; `changes` say what is otherwise."""
    facts = {
        "payout": PayoutId(b"\xab" * 32, 1), "part": voted_part or part(), "closed_at": CLOSE, "timelock": DAY,
        "grace": WEEK, "now": CLOSE + DAY, "expected": state(nonce=1), "state": state(), "succeeds": True,
        "trial": Trial((), (), ()),
    }  # fmt: skip
    return VotedPart(**{**facts, **changes})  # type: ignore[arg-type]


def codes(result: Review, level: str = "error") -> list[tuple[str, str, str]]:
    """The findings of one level; on the way, every sentence must find all its facts."""
    for finding in result.findings:
        told = say(finding)
        assert finding.code not in told, finding
        assert "?" not in told, told
    assert result.verdict == ("refuse" if any(f.level == "error" for f in result.findings) else "sign")
    return [(f.code, f.reason, f.place) for f in result.findings if f.level == level]


def say(finding: Finding) -> str:
    return sentence(finding.code, finding.reason, {"place": finding.place, **finding.facts})
