"""`proposals.lint`: each rule alone, with its line, beside the document that keeps it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from chain import abi, address
from chain.finding import Finding, has_errors
from dao import sentences
from proposals.action import write_call
from proposals.compile import compile_parts
from proposals.decode import known_functions, read_call_back
from proposals.document import parse_document
from proposals.lint import RULES, lint
from proposals.parts import Call
from tests.proposals import strategies
from tests.proposals.sample import ASSETS, GOOD, SAFE, TOKEN, changed, line_of
from tests.proposals.test_tables import FIRST, SECOND, THIRD

ADA = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"
BOB = "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359"
LOOKALIKE = address.checksum(bytes.fromhex(ADA[2:6] + "00" * 16 + ADA[-4:]))
FUND: Mapping[str, Any] = {"chain_id": 1, "safe": SAFE, "assets": ASSETS}
NEEDS_JOURNAL = ["IIP-P11", "IIP-P14", "IIP-P15", "IIP-P17", "IIP-P18", "IIP-P19", "IIP-P21"]
UNWINDING = "## Unwinding\n\nUnspent money returns to the Safe.\n\n"
TOO_LONG = "word " * 100


def findings(raw: bytes, **known: Any) -> list[Finding]:
    """Lint, and see to it that each finding has words, advice and all of its facts."""
    found, _ = lint(raw, **known)
    for finding in found:
        table = sentences.catalogue("en")
        template = table.get(f"{finding.code}.{finding.reason}") or table[finding.code]
        facts = {"place": finding.place, "line": finding.line, **finding.facts}
        assert set(re.findall(r"\{(\w+)\}", template)) <= set(facts), f"{template} {facts}"
        assert sentences.advice(finding.code, finding.reason, facts), template
        assert finding.line is not None
        assert 1 <= finding.line <= raw.count(b"\n") + 1
    return found


def codes(raw: bytes, **known: Any) -> list[tuple[str, int | None]]:
    """Give code and line of every finding."""
    return [(finding.code, finding.line) for finding in findings(raw, **known)]


def written(call: Call) -> str:
    """Give a call of a known function as the sentence of a row."""
    read = read_call_back(call, known_functions(), None)
    assert read is not None
    return write_call(read)


def insert(after: str, words: str) -> tuple[str, str]:
    """Describe a change that adds words behind others."""
    return after, after + words


# What breaks the rule, where its line begins, and which rule it breaks.
BROKEN: list[tuple[str, tuple[tuple[str, str], ...], str]] = [
    ("IIP-P01", (("requires: 3, 7", "requires 3"),), "requires 3"),
    ("IIP-P02", (("author: Ada (@ada), bob.eth\n", ""),), "---\n\n## Summary"),
    ("IIP-P02", (("requires: 3, 7", "requires:"),), "requires:"),
    ("IIP-P03", (insert("iip: 12\n", "iip: 12\n"),), "iip: 12\ntitle"),
    ("IIP-P04", (("requires: 3, 7", "tags: a"),), "tags"),
    ("IIP-P04", (("requires: 3, 7", "status: Draft"),), "status"),
    ("IIP-P05", (("iip: 12\n", ""), insert("forward call\n", "iip: 12\n")), "iip"),
    ("IIP-P06", (("iip: 12", "iip: 012"),), "iip"),
    ("IIP-P06", (("iip: 12", "iip: 13"),), "iip"),
    ("IIP-P07", (("title: Keeper for the forward call", "title: K"),), "title"),
    ("IIP-P07", (("title: Keeper", "title: A very long title about the keeper"),), "title"),
    ("IIP-P07", (("title: Keeper", "title: Keeper: "),), "title"),
    ("IIP-P07", (("title: Keeper", "title: IIP-12 Keeper"),), "title"),
    ("IIP-P08", (("description: Pays a keeper who calls forward every week", "description: P"),), "description"),
    ("IIP-P08", (("description: Pays", f"description: {'Pays ' * 30}"),), "description"),
    ("IIP-P08", (("description: Pays", "description: Pays: "),), "description"),
    ("IIP-P09", (("Ada (@ada), bob.eth", "Ada"),), "author"),
    ("IIP-P09", (("Ada (@ada), bob.eth", "Ada (friend), bob.eth"),), "author"),
    ("IIP-P09", (("Ada (@ada), bob.eth", "Ada (@ada),bob.eth"),), "author"),
    ("IIP-P09", (("Ada (@ada), bob.eth", f"Ada (@ada), {ADA.lower()} x)"),), "author"),
    ("IIP-P10", (("discussions-to: https:", "discussions-to: http:"),), "discussions-to"),
    ("IIP-P10", (("https://forum.example.org", "https://discord.gg"),), "discussions-to"),
    ("IIP-P10", (("https://forum.example.org/t/keeper/34", "see the forum"),), "discussions-to"),
    ("IIP-P12", (("type: Funding", "type: Fun"),), "type"),
    ("IIP-P12", (insert("type: Funding\n", "category: Core\n"),), "category"),
    ("IIP-P12", (("type: Funding", "type: Protocol"),), "type"),
    ("IIP-P13", (("created: 2026-01-31", "created: 2026-02-31"),), "created"),
    ("IIP-P13", (("created: 2026-01-31", "created: 2026-01-31T00:00:00+01:00"),), "created"),
    ("IIP-P16", (("requires: 3, 7", "requires: 7, 3"),), "requires"),
    ("IIP-P16", (("requires: 3, 7", "requires: 3, 12"),), "requires"),
    ("IIP-P16", (("requires: 3, 7", "requires: three"),), "requires"),
    ("IIP-P20", (("title: Keeper", "title:  Keeper"),), "title"),
    ("IIP-P20", (("forward call\n", "forward call \n"),), "title"),
    ("IIP-B01", (("## Risks\n\nThe bot stops.\n\n", ""),), "## Copyright"),
    ("IIP-B01", (("\n## Copyright\n\nCC0.\n", ""),), ""),
    ("IIP-B02", (insert("The bot stops.\n", "\n## Thanks\n"),), "## Thanks"),
    ("IIP-B02", (insert("The bot stops.\n", "\n# Thanks\n"),), "# Thanks"),
    ("IIP-B02", (insert("The bot stops.\n", "\n## Reporting\n"),), "## Reporting"),
    ("IIP-B02", (insert("The bot stops.\n", "\n## Risks\n\nMore.\n"),), "## Risks\n\nMore"),
    ("IIP-B03", (("The bot stops.", "<!-- note -->"),), "<!--"),
    ("IIP-B04", (("The bot stops.", "##The bot stops."),), "##The"),
    ("IIP-B04", (("## Summary", "Hello.\n\n## Summary"),), "Hello"),
    ("IIP-B04", (("The bot stops.", " ### The bot"),), " ### The bot"),
    ("IIP-B04", (("The bot stops.", "The bot\n---"),), "---\n\n## Copyright"),
    ("IIP-B05", (("The bot stops.", "As in iip 7."),), "As in"),
    ("IIP-B05", (("The bot stops.", "As in IIP-3."),), "As in"),
    ("IIP-B06", (("Pay a keeper.", TOO_LONG + "more."),), "## Summary"),
    ("IIP-B07", (("The bot stops.", "[This](https://evil.example)"),), "[This]"),
    ("IIP-B07", (("The bot stops.", "[This](ftp:alert)"),), "[This]"),
    ("IIP-B07", (("The bot stops.", "[This](//evil.example)"),), "[This]"),
    ("IIP-B07", (("The bot stops.", "Seen on http://forum.example.org/t"),), "Seen on"),
    ("IIP-B07", (("The bot stops.", "The \u201cbot\u201d stops."),), "The \u201cbot"),
    ("IIP-F01", (("requested: 2.5 ETH", "requested: 25e-1 ETH"),), "requested"),
    ("IIP-F01", (("requested: 2.5 ETH", "requested: 2,5 ETH"),), "requested"),
    ("IIP-F01", (("requested: 2.5 ETH,", "requested: 2.5 ETH;"),), "requested"),
    ("IIP-F02", (("requested: 2.5 ETH", "requested: 2.4 ETH"),), "requested"),
    ("IIP-F03", ((BOB, BOB.lower()),), SECOND.partition("0x")[0]),
    ("IIP-F03", ((BOB, "0x" + "0" * 40),), SECOND.partition("0x")[0]),
    ("IIP-F03", ((BOB, f"mars:{BOB}"),), SECOND.partition("0x")[0]),
    ("IIP-F04", (("25,000 MUT to " + BOB, "1 ETH to " + ADA), ("2.5 ETH, 25000 MUT", "3.5 ETH")), "| 1 | 1 ETH"),
    ("IIP-F06", (("2026-04-30", "2027-02-01"),), "| m1 | Bot"),
    ("IIP-F07", (("| incentive |", "| Contingency |"),), SECOND.partition(" | -")[0]),
    ("IIP-F07", (("| Transaction list |", "| - |"),), "| m1 | Bot"),
    ("IIP-F07", (("| 2026-04-30 |", "| |"),), "| m1 | Bot"),
    ("IIP-F08", (("@carol, @dave", "@carol"),), "| m1 | Bot"),
    ("IIP-F08", (("@carol, @dave", f"@carol, {ADA}"),), "| m1 | Bot"),
    ("IIP-F08", (("@carol, @dave", f"@carol, Ada ({ADA.lower()})"),), "| m1 | Bot"),
    ("IIP-F09", ((UNWINDING, ""),), THIRD.partition(" | m1")[0]),
]  # fmt: skip


@pytest.mark.parametrize(("code", "changes", "words"), BROKEN)
def test_rule_is_broken_alone(code: str, changes: tuple[tuple[str, str], ...], words: str) -> None:
    """One change breaks one rule, which is found on its line, at its level, and nothing else is."""
    raw = changed(*changes)
    expected = line_of(raw, words) if words else raw.count(b"\n") + 1
    found = findings(raw, name="iip-12.md")

    assert {(code, expected)} == {(finding.code, finding.line) for finding in found}
    assert {rule.id: rule.level for rule in RULES}[code] == found[0].level


KEPT: list[tuple[str, tuple[tuple[str, str], ...]]] = [
    ("P02 optional", (("requires: 3, 7\n", ""),)),
    ("P06 draft", (("iip: 12", "iip: draft"),)),
    ("P07 limit", (("title: Keeper for the forward call", f"title: {'K' * 44}"),)),
    ("P07 other number", (("title: Keeper", "title: IIP-1 and 12"),)),
    ("P08 limit", (("description: Pays a keeper who calls forward every week", f"description: {'P' * 140}"),)),
    ("P09 address", (("Ada (@ada), bob.eth", f"Ada Lovelace-King ({ADA}), Bob"),)),
    ("P09 bare", (("Ada (@ada), bob.eth", f"@ada, eth:{ADA}, 王小明"),)),
    ("P12 category", (("type: Funding\n", "type: Protocol\ncategory: Core\n"),)),
    ("P13 instant", (("created: 2026-01-31", "created: 2026-01-31T10:00:00Z"),)),
    ("B02 reporting", (("## Unwinding", "## Reporting\n\nMonthly.\n\n### More\n\n## Unwinding"),)),
    ("B04 heading only", (("The bot stops.", "### The bot\n\nstops #1 of 2."),)),
    ("B05 own number", (("The bot stops.", "This is IIP-12, [IIP-3](iip-3.md) is older, and IIP-7 too; `iip 7`."),)),
    ("B05 link target", (("The bot stops.", "See [the list](iip7/iip_8.md) and https://forum.example.org/iip9."),)),
    ("B06 limit", (("Pay a keeper.", TOO_LONG),)),
    ("B07 known hosts", (("The bot stops.", "[a](b.md) [c](#d) <https://forum.example.org/x> [e](https://github.com/f)"),)),
    ("B07 Han", (("The bot stops.", "機器人\u201c停止\u201d。"),)),
    ("B07 code", (("The bot stops.", "`[x](https://evil.example)` stops."),)),
    ("F01 grouped", (("25000 MUT", "25,000 MUT"),)),
    ("F04 other part", ((SECOND, SECOND.replace("25,000 MUT", "1 MUT").replace(BOB, ADA)), ("25000 MUT", "1 MUT"))),
    ("F06 a year", (("2026-04-30", "2027-01-31"),)),
    ("F07 tenth", (("0.5 ETH", "0.25 ETH"), ("| start |", "| contingency |"), ("2 ETH to eip", "2.25 ETH to eip"))),
    ("F08 settings", (("@carol, @dave", "settings"),)),
    ("F09 no release", (("m1 | delivery", "- | other"), (UNWINDING, ""), (ADA + " | - | start", BOB + " | - | start"))),
]  # fmt: skip


@pytest.mark.parametrize("changes", [kept[1] for kept in KEPT], ids=[kept[0] for kept in KEPT])
def test_rule_is_kept(changes: tuple[tuple[str, str], ...]) -> None:
    """The nearest documents that keep the rules have no finding at all, and they parse."""
    raw = changed(*changes)

    assert [] == findings(raw, name="iip-12.md")
    parse_document(raw)


def test_good_document_is_clean() -> None:
    """Alone, and with fund and parts, when only what needs a journal is skipped."""
    parts = compile_parts(parse_document(GOOD), **FUND)

    assert ([], [*NEEDS_JOURNAL, "IIP-F05", "IIP-F10", "IIP-F12", "IIP-F13"]) == lint(GOOD)
    assert ([], [*NEEDS_JOURNAL, "IIP-F05", "IIP-F13"]) == lint(GOOD, **FUND, parts=parts)


def test_rules_are_those_of_the_catalogue(shared_data: Path) -> None:
    """41 rules with their ids and levels."""
    catalogue = json.loads((shared_data / "mutual" / "iip_lint_rules.json").read_text("utf-8"))["rules"]

    assert 41 == len(RULES)
    assert [(rule["id"], rule["level"]) for rule in catalogue] == [(rule.id, rule.level) for rule in RULES]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ((("The bot stops.", "<b>x</b>"),), "E_PARSE"),
        ((("CC0.", "```\nnever closed"),), "E_PARSE"),
        ((("author: Ada", "author: &a Ada"),), "E_PARSE"),
        ((("The bot stops.", "The \u202ebot."),), "E_BIDI"),
        ((("title: Keeper", "title: Kee\u200bper"),), "E_TEXT"),
        ((("title: Keeper", "title: Kee\U000e0041per"),), "E_TEXT"),
        ((("title: Keeper", "title: Kee\u200dper"),), "E_TEXT"),
        ((("The bot stops.", "\x1b[31mThe bot"),), "E_TEXT"),
        (((THIRD, THIRD.replace("| 2 |", "| 3 |", 1)),), "E_PARSE"),
        ((("2 ETH to eip155", "2.0000000000000000000 ETH to eip155"),), "E_AMOUNT"),
        ((("2 ETH to eip155", "1.000,5 ETH to eip155"),), "E_AMOUNT"),
        ((("2026-04-30", "soon"),), "E_TIME"),
        ((("The bot stops.", "[https://good.example](https://github.com/x)"),), "W_LINK_TEXT"),
    ],
)
def test_codes_without_a_rule(changes: tuple[tuple[str, str], ...], expected: str) -> None:
    """What no rule speaks about keeps the code of the hostile catalogue, alone."""
    assert [expected] == [code for code, _ in codes(changed(*changes), name="iip-12.md")]


def test_H34_link_text_names_another_host() -> None:
    """A link that shows one host and leads to another is W_LINK_TEXT, and one that shows its own host is not."""
    raw = changed(
        ("The bot stops.", "[forum.example.org](https://github.com/x) and [https://github.com/x](https://github.com/x)")
    )
    found = findings(raw)

    assert [("W_LINK_TEXT", "warning")] == [(finding.code, finding.level) for finding in found]
    assert {"text": "forum.example.org", "target": "https://github.com/x"} == dict(found[0].facts)


@pytest.mark.parametrize(
    ("changes", "known", "code", "words"),
    [
        (((BOB, "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb"),), FUND, "IIP-F03", SECOND[:14]),
        (((BOB, "0x0707070707070707070707070707070707070707"),), FUND, "IIP-F03", SECOND[:14]),
        (((BOB, f"oeth:{BOB}"),), FUND, "IIP-F03", SECOND[:14]),
        (((BOB, f"oeth:{BOB}"),), {"assets": ASSETS}, "IIP-F03", SECOND[:14]),
        ((("25,000 MUT", "25,000 DAI"), ("25000 MUT", "25000 DAI")), FUND, "E_ASSET", SECOND[:8]),
        (((BOB, f"eip155:01:{BOB}"),), {}, "IIP-F03", SECOND[:14]),
        (((BOB, LOOKALIKE),), {}, "E_RECIPIENT_LOOKALIKE", SECOND[:14]),
        ((), {"name": "iip-11.md"}, "IIP-P06", "iip: 12"),
        ((), {"name": "IIP-12.md"}, "IIP-P06", "iip: 12"),
        ((), {"name": "folder/iip-12.md", "prefix": "LIP"}, "IIP-P06", "iip: 12"),
        ((), {"forum": r"https://gov\.example\.org/"}, "IIP-P10", "discussions-to"),
    ],
)
def test_more_is_known_with_the_fund(changes: Any, known: Mapping[str, Any], code: str, words: str) -> None:
    """Safe, tokens, assets, forum and file name are compared when the caller has them."""
    raw = changed(*changes)

    assert [(code, line_of(raw, words))] == codes(raw, **known)


def test_decimals_are_those_of_the_asset() -> None:
    """Header and row are both told; without a fund only ether's decimals are known."""
    tiny = changed(("25,000 MUT", "0.0000001 USDC.e"), ("25000 MUT", "0.0000001 USDC.e"))
    ether = changed(("2 ETH to", "2.0000000000000000001 ETH to"), ("2.5 ETH", "2.5000000000000000001 ETH"))

    assert [("IIP-F01", 10), ("E_AMOUNT", line_of(tiny, "| 1 | 0.0000001"))] == codes(tiny, **FUND)
    assert [] == codes(tiny)
    assert ["IIP-F01", "E_AMOUNT"] == [code for code, _ in codes(ether)]


def test_H88_recipients_are_findings_too() -> None:
    """Every payee that loses the money is an error of lint, all of them in one run."""
    raw = changed((ADA + " | - | start", "0x" + "0" * 40 + " | - | start"), (BOB, BOB.lower()))

    assert ["IIP-F03", "IIP-F03"] == [code for code, _ in codes(raw, **FUND)]


def test_term_starts_within_three_months() -> None:
    """Counted from the creation to the earliest payment, and the year from there."""

    def told(start: str, end: str) -> list[str]:
        raw = changed(
            ("| Purpose |\n|---|", "| Purpose | Not before | Not after |\n|---|---|---|"),
            (FIRST, f"{FIRST} {start} | {end} |"), (SECOND, f"{SECOND} {start} | {end} |"),
            (THIRD, f"{THIRD} {start} | {end} |"),
        )  # fmt: skip
        return [f"{finding.code}.{finding.reason}" for finding in findings(raw)]

    assert [] == told("2026-04-30T00:00:00Z", "2027-04-30T00:00:00Z")
    assert ["IIP-F06.start"] == told("2026-04-30T00:00:01Z", "-")
    assert ["IIP-F06.end"] * 3 == told("2026-04-30T00:00:00Z", "2027-04-30T00:00:01Z")


def test_parts_are_compared_with_the_budget() -> None:
    """F10: a call that is missing, other or more is told on the row that misses it."""
    parts = compile_parts(parse_document(GOOD), **FUND)
    twice = [*parts, parts[0]]

    assert [("IIP-F10", line_of(GOOD, "| 2 | 2 ETH"))] == codes(GOOD, **FUND, parts=parts[:1])
    assert [("IIP-F10", line_of(GOOD, "| 1 | 0.5"))] == codes(GOOD, **FUND, parts=parts[::-1])
    assert [("IIP-F10", GOOD.count(b"\n") + 1)] == codes(GOOD, **FUND, parts=twice)


def test_privileged_calls_need_a_document_about_them() -> None:
    """F11: a call that changes signers or allowances is refused, unless the type is Parameter or Protocol."""
    parts = compile_parts(parse_document(GOOD), **FUND)
    power = Call(TOKEN, 0, abi.encode_call("approve(address,uint256)", (SAFE, 1)))
    worse = [parts[0], replace(parts[1], calls=(power,))]
    start, end = GOOD.index(b"type: Funding"), GOOD.index(b"created:")
    parameter = GOOD[:start] + b"type: Parameter\n" + GOOD[end:]

    assert ("IIP-F11", line_of(GOOD, "| 2 | 2 ETH")) in codes(GOOD, parts=worse)
    assert ["E_PRIVILEGED"] == [code for code, _ in codes(parameter, parts=worse)]
    named = parameter.replace(b"2 ETH to eip155:1:" + ADA.encode(), written(power).encode())
    assert [] == codes(named.replace(b"2.5 ETH", b"0.5 ETH"), **FUND, parts=worse)


def test_H83_privileged_call_that_no_row_names() -> None:
    """A call that hides in the parts is F11 at any depth, and E_PRIVILEGED where the type would allow it."""
    parts = compile_parts(parse_document(GOOD), **FUND)
    power = Call(SAFE, 0, abi.encode_call("changeThreshold(uint256)", (1,)))
    later = "schedule(address,uint256,bytes,bytes32,bytes32,uint256)"
    hidden = Call(TOKEN, 0, abi.encode_call(later, (power.to, 0, power.data, bytes(32), bytes(32), 0)))
    for call in (power, hidden):
        found = findings(GOOD, parts=[replace(parts[0], calls=(call, *parts[0].calls[1:])), parts[1]])
        assert [("IIP-F11", line_of(GOOD, "| 1 | 0.5"))] == [(each.code, each.line) for each in found]
        assert "changeThreshold(uint256)" == found[0].facts["function"]
    parameter = GOOD.replace(b"type: Funding", b"type: Parameter")
    worse = [replace(parts[0], calls=(power, *parts[0].calls[1:])), parts[1]]
    assert ["E_PRIVILEGED"] == [code for code, _ in codes(parameter, parts=worse)]


def test_number_of_parts_and_calls_is_bounded() -> None:
    """More than 100 parts, or 1,000 calls of one, are E_LIMIT once."""

    def rows(numbers: range | list[int]) -> bytes:
        lines = "\n".join(f"| {number} | 1 ETH to {ADA} | - | x |" for number in numbers)
        return changed(
            (f"{FIRST}\n{SECOND}\n{THIRD}", lines), ("2.5 ETH, 25000 MUT", f"{len(numbers)} ETH"),
        )  # fmt: skip

    for numbers, expected in ((range(1, 102), ["parts"]), (range(1, 101), []), ([1] * 1_001, ["calls"])):
        found = [finding.reason for finding in findings(rows(numbers)) if finding.code == "E_LIMIT"]
        assert expected == found


@given(strategies.damaged_documents() | st.binary(max_size=300), st.booleans())
@example(b"", False)
@example(b"---\n---", True)
@example(GOOD.replace(b"|", b"||"), True)
def test_lint_never_raises_and_clean_means_readable(raw: bytes, with_fund: bool) -> None:
    """Whatever the bytes there are findings with words; no error means that the document parses and compiles."""
    found = findings(raw, name="iip-12.md", **(FUND if with_fund else {}))

    if not has_errors(found):
        document = parse_document(raw)
        if with_fund and document.budget:
            compile_parts(document, **FUND)


def test_all_findings_are_told_at_once() -> None:
    """Four faults give four findings, in the order of their lines."""
    changes = [("requires: 3, 7", "tags: a"), ("title: Keeper", "title:  Keeper"), ("@carol, @dave", "@carol")]
    found = codes(changed(*changes, ("The bot stops.", "<b>")))

    assert ["IIP-P20", "IIP-P04", "IIP-F08", "E_PARSE"] == [code for code, _ in found]
    assert sorted(line or 0 for _, line in found) == [line for _, line in found]
