"""Junk that somebody signed: authors, voters, reviewers and owners who put anything into what they sign.

Each function takes a bench and a source of choices, changes something, and lets everybody sign what follows from it.
What our own tools refuse to sign raises a `CodedError`, and is left out.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import Any

from chain.cid import raw_cid
from chain.errors import CodedError
from chain.json_text import canonical
from dao.cli.start.demo import cast
from dao.workflow.founding import sign_settings
from governance.space import settings_cid
from proposals.parts import Part, decode_parts, encode_parts
from tests.dao.record.forge import Bench

NUMBERS = (0, 1, 2, 31, 2**31, 2**32 - 1, 2**63, 2**64 - 1, 10**10 - 1, 10**10, 1_767_657_631, 1_767_920_431)
TEXTS = (
    "", "basic", "single-choice", "approval", "quadratic", "ranked-choice", "weighted", "x", "0x", "For", "3f.devnet",
    "shutter", "\u202e", "\x7f", "a" * 9_000, "é", "e\u0301", "{}", "null", "[]", "1e999", '{"mutualDao":null}',
    '{"mutualDao":{}}', '{"mutualDao":[]}',
)  # fmt: skip
LISTS: tuple[list[str], ...] = ([], ["For"], ["For", "Against"], ["For", "For"], ["a"] * 50, [""], ["1", "2", "3", "4"])
CALLDATA = (
    b"", b"\x01", bytes.fromhex("a9059cbb"), bytes.fromhex("a9059cbb") + bytes(64), bytes.fromhex("23b872dd"),
    bytes.fromhex("23b872dd") + bytes(96), bytes.fromhex("8d80ff0a") + bytes(64),
)  # fmt: skip
LINES = (b"\n", b"|", b"---\n", b"\xff", b"\x00", b"#", b"\xe2\x80\xae", b"9" * 50, b"## Budget\n")


def of_its_type(choose: Random, value: object) -> Any:
    """Another value of the same JSON type, which a wallet would sign."""
    if isinstance(value, int):
        return choose.choice((*NUMBERS, value + 1, value - 1, value + 3_600))
    if isinstance(value, str):
        return choose.choice((*TEXTS, value + " ", value.upper()))
    return choose.choice(LISTS)


def somewhere(choose: Random, value: Any) -> Any:
    """The same value with junk in one place of it."""
    kind = choose.random()
    if kind < 0.15:
        return choose.choice([None, True, False, 0, -1, "", "x", [], {}, [None], {"a": 1}, 2**53 - 1, "1" * 100])
    if isinstance(value, dict) and value:
        key = choose.choice(sorted(value))
        if kind < 0.25:
            return {name: item for name, item in value.items() if name != key}
        return {**value, "more": 1} if kind < 0.3 else {**value, key: somewhere(choose, value[key])}
    if isinstance(value, list) and value:
        place = choose.randrange(len(value))
        if kind < 0.3:
            return value[:place] + value[place + 1 :]
        return [*value, value[place]] if kind < 0.4 else [*value[:place], somewhere(choose, value[place])]
    return of_its_type(choose, value) if isinstance(value, int | str) else choose.choice([0, "x", [], None])


def proposal(bench: Bench, choose: Random) -> None:
    """The author changes one or two members of the proposal."""
    message = bench.message(bench.one("proposal"))
    names = choose.sample([name for name in message if name != "from"], choose.choice((1, 1, 2)))
    bench.sign_proposal(**{name: of_its_type(choose, message[name]) for name in names})
    bench.follow()


def commitment(bench: Bench, choose: Random) -> None:
    """The author changes what the proposal binds."""
    bench.sign_plugins(lambda plugins: plugins.update(mutualDao=somewhere(choose, plugins["mutualDao"])))
    bench.follow()


def votes(bench: Bench, choose: Random) -> None:
    """A voter changes a member of a vote."""
    slot = choose.choice(bench.all("vote"))
    message = bench.message(slot)
    name = choose.choice([name for name in message if name != "from"])
    junk = (
        of_its_type(choose, message[name]) if name != "choice" else choose.choice([0, 2, 3, 4, [1], [1, 2], '{"1":1}'])
    )
    bench.sign_message(slot, "Vote", **{name: junk})
    bench.close_again()


def acts(bench: Bench, choose: Random) -> None:
    """Anybody signs an act."""
    junk: dict[str, list[Any]] = {
        "proposal": ["0x" + "11" * 32],
        "part": [0, 1, 2, 3, 1_000],
        "kind": ["report", "approve", "return", "veto", "dispute", "resolve"],
        "evidence": ["0x" + "00" * 32, "0x" + "11" * 32],
        "timestamp": list(NUMBERS),
    }
    name = choose.choice(sorted(junk))
    bench.sign_act(
        choose.choice(bench.all("act")), cast.key(choose.choice(cast.PEOPLE)), **{name: choose.choice(junk[name])}
    )


def settings(bench: Bench, choose: Random) -> None:
    """The owners sign other settings, and everybody works by them."""
    slot = bench.one("settings")
    values = json.loads(bench.blocks[slot.body["settings"]])
    for _ in range(choose.choice((1, 1, 2))):
        values = somewhere(choose, values)
    text = canonical(values)
    bench.edit(slot, settings=bench.raw(text.encode()))
    try:
        bench.edit(slot, signatures=sign_settings(text, [cast.signer("ann"), cast.signer("cho")]))
    except CodedError:
        return
    bench.sign_plugins(lambda plugins: plugins["mutualDao"].update(settings=str(settings_cid(text))))
    bench.follow()


def parts(bench: Bench, choose: Random) -> None:
    """The author binds other parts."""
    slot = bench.one("parts")
    known = list(decode_parts(bench.blocks[slot.body["parts"]]))
    place = choose.randrange(len(known))
    known[place] = _other_part(choose, known[place])
    cid = bench.map_bytes(encode_parts(known))
    bench.edit(slot, parts=cid)
    bench.sign_plugins(lambda plugins: plugins["mutualDao"].update(parts=str(cid)))
    bench.follow()


def _other_part(choose: Random, part: Part) -> Part:
    fields: list[dict[str, Any]] = [
        {"chain_id": 1},
        {"safe": bytes(19) + b"\x02"},
        {"not_before": choose.choice(NUMBERS)},
        {"not_after": choose.choice(NUMBERS)},
        {"release": choose.choice(("", "m1", "m2"))},
        {"calls": part.calls * choose.choice((2, 20))},
    ]
    if choose.random() < 0.6:
        calls = list(part.calls)
        place = choose.randrange(len(calls))
        other: dict[str, Any] = choose.choice([
            {"to": bytes(19) + b"\x03"}, {"value": choose.choice(NUMBERS)}, {"data": choose.choice(CALLDATA)},
        ])  # fmt: skip
        calls[place] = calls[place]._replace(**other)
        return replace(part, calls=tuple(calls))
    return replace(part, **choose.choice(fields))


def document(bench: Bench, choose: Random) -> None:
    """The author writes another document, and signs its body."""
    raw = bench.blocks[bench.one("document").body["document"]]
    for _ in range(choose.choice((1, 1, 2, 5))):
        at = choose.randrange(len(raw))
        raw = raw[:at] + choose.choice((b"", *LINES)) + raw[at + choose.choice((0, 1, 30)) :]
    for slot in bench.all("document", "transition"):
        bench.edit(slot, document=bench.raw(raw))
    plugins = json.loads(bench.message(bench.one("proposal"))["plugins"])
    plugins["mutualDao"]["document"] = str(raw_cid(raw))
    body = raw.partition(b"\n---\n")[2].decode("utf-8", "replace")
    bench.sign_proposal(body=body, plugins=json.dumps(plugins, sort_keys=True, separators=(",", ":")))
    bench.follow()


def leaves(bench: Bench, choose: Random) -> None:
    """The journal's writer drops, doubles, moves and mixes leaves."""
    for _ in range(choose.choice((1, 1, 1, 2, 3))):
        slot, other = choose.sample(bench.slots, 2)
        kind = choose.random()
        if kind < 0.3:
            bench.drop(slot)
        elif kind < 0.6:
            bench.copy(slot, after=other)
        elif kind < 0.8:
            bench.move(slot, other)
        else:
            shared = {
                name for name in slot.body.keys() & other.body.keys() if type(slot.body[name]) in (int, str, bytes)
            }
            bench.edit(slot, **{name: other.body[name] for name in sorted(shared)})


KINDS: tuple[Callable[[Bench, Random], None], ...] = (
    proposal, commitment, votes, acts, settings, parts, document, leaves,
)  # fmt: skip
