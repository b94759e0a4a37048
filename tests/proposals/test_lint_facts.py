"""`proposals.lint` with what a journal and a fund's books say: each rule broken by one fact, and kept by its twin."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from chain import abi, address
from chain.finding import Finding
from dao import sentences
from proposals.compile import compile_parts
from proposals.document import parse_document
from proposals.lint import RULES, lint
from proposals.lint_rules import Derived, Other
from proposals.parts import Call, Part
from proposals.times import parse_day
from tests.proposals.sample import ADA, ASSETS, BOB, EVE, GOOD, SAFE, TOKEN, changed, line_of
from tests.proposals.test_lint import BROKEN, FUND, codes, findings

ETHER = 10**18
PARTS = compile_parts(parse_document(GOOD), chain_id=1, safe=SAFE, assets=ASSETS)
VOTING: Mapping[str, Any] = {
    "status": "Voting", "former": "LastCall", "vote": "0x" + "ab" * 32, "voting_start": parse_day("2026-02-10"),
    "voting_end": parse_day("2026-02-13"), "content_hash": "bafk1", "content_found": "bafk1", "payload_hash": "bafy1",
    "payload_found": "bafy1",
}  # fmt: skip
LAST_CALL: Mapping[str, Any] = {
    "status": "LastCall", "former": "Review", "last_call_deadline": parse_day("2026-02-09"),
    **{name: VOTING[name] for name in ("content_hash", "content_found", "payload_hash", "payload_found")},
}  # fmt: skip
WITHDRAWN: Mapping[str, Any] = {"status": "Withdrawn", "former": "Review", "reasons": {"withdrawal-reason": "Too late"}}
OTHERS = {3: Other("Executed"), 7: Other("Voting", (3,))}
ALL: Mapping[str, Any] = {
    **FUND, "name": "iip-12.md", "derived": Derived(**VOTING), "others": OTHERS, "former": {"ETH": "2.5"},
    "available": {"ETH": 25 * ETHER // 10, "MUT": 25_000 * ETHER}, "paid": frozenset({ADA, BOB}),
    "cap": {"ETH": "1"}, "body_limit": 10_000, "parts": PARTS, "forum": r"https://forum\.example\.org/",
}  # fmt: skip


def said(finding: Finding) -> str:
    """Give the sentence that a person reads."""
    facts = {"place": finding.place, "line": finding.line or 0, **finding.facts}
    return sentences.sentence(finding.code, finding.reason, facts)


def derived(of: Mapping[str, Any] = VOTING, **changes: Any) -> dict[str, Any]:
    """Give a derived view with other values."""
    return {"derived": Derived(**{**of, **changes})}


def swap(least: int) -> tuple[Part, ...]:
    """Give parts whose one call sells a coin for at least so much."""
    data = abi.encode_call("swapEtherToToken(address,uint256)", (TOKEN, least))
    return (Part(chain_id=1, safe=SAFE, calls=(Call(BOB, 1, data),)),)


def call(signature: str, *values: object) -> tuple[Part, ...]:
    """Give parts with one call."""
    return (Part(chain_id=1, safe=SAFE, calls=(Call(TOKEN, 0, abi.encode_call(signature, values)),)),)


# The rule, the facts that break it, those of the twin that keeps it, and which line is told.
BY_FACTS: list[tuple[str, dict[str, Any], dict[str, Any], str]] = [
    ("IIP-P10", {"forum": r"https://gov\.example\.org/"}, {"forum": None}, "discussions-to"),
    ("IIP-P11", derived(status="Sleeping", former=""), derived(), "iip: 12"),
    ("IIP-P13", derived(voting_end=VOTING["voting_start"] - 1), derived(voting_end=VOTING["voting_start"]), "created"),
    ("IIP-P13", derived(voting_start=parse_day("2026-01-30")), derived(), "created"),
    ("IIP-P14", derived(LAST_CALL, last_call_deadline=None), derived(LAST_CALL), "iip: 12"),
    ("IIP-P14", derived(last_call_deadline=parse_day("2026-02-09")), derived(), "iip: 12"),
    ("IIP-P15", derived(WITHDRAWN, reasons={}), derived(WITHDRAWN), "iip: 12"),
    ("IIP-P15", derived(WITHDRAWN, reasons={"withdrawal-reason": " "}), derived(WITHDRAWN), "iip: 12"),
    ("IIP-P15", derived(reasons={"veto-reason": "no"}), derived(), "iip: 12"),
    ("IIP-P16", {"others": {**OTHERS, 7: Other("Voting", (12,))}}, {}, "requires"),
    ("IIP-P16", {"others": {**OTHERS, 7: Other("Voting", (9,)), 9: Other("Draft", (8, 12))}}, {}, "requires"),
    ("IIP-P17", {"others": {**OTHERS, 7: Other("LastCall")}}, {"others": {**OTHERS, 7: Other("Passed")}}, "requires"),
    ("IIP-P17", {"others": {**OTHERS, 7: Other("Rejected")}}, {}, "requires"),
    ("IIP-P17", {"others": {3: Other("Executed")}}, {}, "requires"),
    ("IIP-P18", derived(vote=""), derived(), "iip: 12"),
    ("IIP-P18", derived(vote="0x" + "AB" * 32), derived(vote="Qm" + "a" * 44), "iip: 12"),
    ("IIP-P19", derived(content_found="bafk2"), derived(), "iip: 12"),
    ("IIP-P19", derived(payload_hash=""), derived(), "iip: 12"),
    ("IIP-P19", derived(LAST_CALL, payload_found="bafy2"), derived(LAST_CALL), "iip: 12"),
    ("IIP-P21", derived(former="Draft"), derived(former=""), "iip: 12"),
    ("IIP-F05", {"available": {"ETH": 0, "MUT": 25_000 * ETHER}}, {}, "requested"),
    ("IIP-F05", {"available": {"ETH": 25 * ETHER // 10, "MUT": 25_000 * ETHER - 1}}, {}, "requested"),
    ("IIP-F10", {"parts": PARTS[:1]}, {"parts": PARTS}, "| 2 | 2 ETH"),
    ("IIP-F11", {"parts": call("enableModule(address)", BOB)}, {"parts": call("poke(uint256)", 1)}, "| 1 | 0.5"),
    ("IIP-F11", {"parts": call("approve(address,uint256)", BOB, 1)}, {"parts": call("poke(uint256)", 1)}, "| 1 | 0.5"),
    ("IIP-F12", {"parts": swap(1)}, {"parts": swap(2)}, "| 1 | 0.5"),
    ("IIP-F13", {"former": {"ETH": "2.27"}}, {"former": {"ETH": "2.28", "DAI": "0.1"}}, "requested"),
    ("W_FIRST_PAYEE", {"paid": frozenset({ADA}), "cap": {"MUT": "24,999.9".replace(",", "")}},
     {"paid": frozenset({ADA}), "cap": {"MUT": "25000"}}, "| 1 | 25,000"),
    ("E_MANDATE", {"excluded": frozenset({BOB})}, {"excluded": frozenset({EVE})}, "| 1 | 25,000"),
    ("E_MANDATE", {"largest_share": (1, 2)}, {"largest_share": (1, 1)}, "requested"),
    ("E_MANDATE", {"liquidity": {"MUT": ("low", 1, 2)}}, {"liquidity": {"MUT": ("low", 1, 1)}}, "requested"),
    ("E_LIMIT", {"body_limit": len(GOOD) - 500}, {"body_limit": None}, "## Specification"),
]  # fmt: skip


@pytest.mark.parametrize(("code", "broken", "kept", "words"), BY_FACTS, ids=[row[0] for row in BY_FACTS])
def test_rule_is_broken_by_one_fact(code: str, broken: dict[str, Any], kept: dict[str, Any], words: str) -> None:
    """The same document, with everything known: one fact breaks one rule on its line, and its twin breaks none."""
    known = dict(ALL)
    if "parts" in broken and code != "IIP-F10":  # a document that pays by its table makes no other call
        known |= {"assets": None, "chain_id": None}
    found = findings(GOOD, **known | broken)

    assert {(code, line_of(GOOD, words))} == {(finding.code, finding.line) for finding in found}
    assert [] == findings(GOOD, **known | kept)
    if code.startswith("IIP"):
        assert {rule.id: rule.level for rule in RULES}[code] == found[0].level


def test_every_rule_has_a_document_that_breaks_it() -> None:
    """41 rules: each one stands in a table of this room's tests, alone."""
    assert [] == [rule.id for rule in RULES if rule.id not in {row[0] for row in (*BROKEN, *BY_FACTS)}]
    assert [] == lint(GOOD, **ALL)[1]


def test_a_grant_is_not_paid_by_the_premium_share() -> None:
    """A Grant comes out of a reserve; the same document as Funding, and the Grant out of another fund, are fine."""
    grant = changed(("type: Funding", "type: Grant"))

    assert [("E_FUND_TYPE", line_of(grant, "type"))] == codes(grant, has_premium_share=True)
    assert [] == codes(grant, has_premium_share=False)
    assert [] == codes(GOOD, has_premium_share=True)


def test_budget_may_grow_with_a_table_that_says_why() -> None:
    """A column `Former` anywhere outside Budget explains the rise."""
    told = "### Changes\n\n| Item | Former | Now |\n|---|---|---|\n| Keeper | 1 ETH | 2.5 ETH |"
    former = {"former": {"ETH": "1"}}

    assert [("IIP-F13", line_of(GOOD, "requested"))] == codes(GOOD, **former)
    assert [] == codes(changed(("The bot stops.", f"The bot stops.\n\n{told}")), **former)


def test_strangers_may_be_paid_by_milestones() -> None:
    """What waits for a milestone does not count towards the cap, and neither does who was paid before."""
    cap = {"cap": {"ETH": "0.4", "MUT": "1"}}

    assert ["W_FIRST_PAYEE"] * 2 == [code for code, _ in codes(GOOD, **cap, paid=frozenset())]
    assert ["W_FIRST_PAYEE"] == [code for code, _ in codes(GOOD, **cap, paid=frozenset({BOB}))]
    assert [] == codes(GOOD, **cap, paid=frozenset({ADA, BOB}))
    assert [] == codes(GOOD, **cap)


def test_gitcoin_slip_of_tokens_to_their_own_contract() -> None:
    """Tokens that would be sent to the token's contract are refused by name, by rule F03 and by the compiler."""
    raw = changed(
        (f"25,000 MUT to {address.checksum(BOB)}", "25,000 MUT to 0x0707070707070707070707070707070707070707")
    )
    found = findings(raw, **FUND)

    assert [("IIP-F03", "token")] == [(finding.code, finding.reason) for finding in found]
    assert "the contract of a token" in said(found[0])


def test_25_000_in_the_text_and_250_000_in_the_bytes() -> None:
    """The slip of a zero is told with both amounts, on the row that says the smaller one."""
    tenfold = abi.encode_call("transfer(address,uint256)", (BOB, 250_000 * ETHER))
    first = PARTS[0]
    wrong = (Part(chain_id=1, safe=SAFE, calls=(first.calls[0], Call(TOKEN, 0, tenfold))), PARTS[1])
    found = findings(GOOD, **FUND, parts=wrong)

    assert [("IIP-F10", line_of(GOOD, "| 1 | 25,000"))] == [(finding.code, finding.line) for finding in found]
    assert "25000 MUT" in said(found[0])
    assert "250000 MUT" in said(found[0])


def test_H88_payee_that_resembles_one_paid_before() -> None:
    """The first and last four digits of a known payee on another address are a look-alike; the payee itself is none."""
    twin = EVE[:2] + bytes(16) + EVE[-2:]
    raw = changed((f"25,000 MUT to {address.checksum(BOB)}", f"25,000 MUT to {address.checksum(twin)}"))

    assert [("E_RECIPIENT_LOOKALIKE", line_of(raw, "| 1 | 25,000"))] == codes(raw, paid=frozenset({EVE}))
    assert [] == codes(raw, paid=frozenset({ADA}))
    assert [] == codes(
        raw.replace(address.checksum(twin).encode(), address.checksum(EVE).encode()), paid=frozenset({EVE})
    )
