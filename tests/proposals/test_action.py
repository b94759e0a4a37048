"""`proposals.action` and `proposals.decode`: calls in words, the same in both directions, and what calls carry."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chain import abi, address
from chain.errors import CodedError
from chain.multi_send import encode_multi_send
from chain.safe import InnerCall
from proposals.abi_json import read_abi_json
from proposals.action import CallSentence, Function, Parameter, read_call, write_call
from proposals.compile import compile_parts
from proposals.decode import DEPTH_MAX, KNOWN, functions_of, known_functions, read_call_back, unfold
from proposals.document import parse_document
from proposals.draft import draft, milestone
from proposals.explain import budget_rows, explain, sentences
from proposals.lint import lint
from proposals.parts import Call, Part, decode_parts, encode_parts
from proposals.payment import PaymentSentence
from proposals.privileged import privileged_selectors
from tests.proposals import strategies
from tests.proposals.sample import ADA, ASSETS, BOB, EVE, GOOD, SAFE, TOKEN, changed, line_of

TO, PAY = address.checksum(EVE), address.checksum(TOKEN)
CALL = f"call {TO} setFee(uint256 fee, address[] to) with fee = 30, to = [{address.checksum(BOB)}]"
SCHEDULE = "schedule(address,uint256,bytes,bytes32,bytes32,uint256)"

atoms = {
    "uint256": st.integers(0, 2**256 - 1), "int128": st.integers(-(2**127), 2**127 - 1), "bool": st.booleans(),
    "address": strategies.addresses, "bytes": st.binary(max_size=40), "bytes4": st.binary(min_size=4, max_size=4),
    "string": st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
}  # fmt: skip


@st.composite
def typed(draw: st.DrawFn, depth: int = 0) -> tuple[str, object]:
    """Draw a type and a value of it."""
    kind = draw(st.sampled_from(["atom", "atom", "array", "tuple"] if depth < 2 else ["atom"]))
    if kind == "tuple":
        members = draw(st.lists(typed(depth + 1), min_size=1, max_size=3))
        return f"({','.join(type_ for type_, _ in members)})", tuple(value for _, value in members)
    type_ = draw(st.sampled_from(list(atoms)))
    if kind == "atom":
        return type_, draw(atoms[type_])
    values = draw(st.lists(atoms[type_], max_size=3))
    return f"{type_}[{len(values)}]" if values and draw(st.booleans()) else f"{type_}[]", tuple(values)


@st.composite
def call_sentences(draw: st.DrawFn) -> CallSentence:
    """Draw calls of any functions."""
    arguments = draw(st.lists(typed(), max_size=3))
    parameters = tuple(Parameter(type_, f"a{number}") for number, (type_, _) in enumerate(arguments))
    name = draw(st.from_regex(r"[a-z_][A-Za-z0-9_]{0,8}", fullmatch=True))
    coins = draw(st.none() | st.tuples(st.sampled_from(["1", "0.25"]), st.just("ETH")))
    chain_id = draw(st.none() | st.just(1))
    to = draw(strategies.addresses.filter(strategies.payees))
    return CallSentence(chain_id, to, Function(name, parameters), tuple(value for _, value in arguments), coins)


@given(call_sentences())
def test_calls_are_read_as_they_are_written(sentence: CallSentence) -> None:
    """Whatever function and arguments, the words say the same call, and the bytes say the words."""
    text = write_call(sentence)

    assert sentence == read_call(text)
    call = Call(sentence.to, 0, sentence.data)
    functions = {sentence.data[:4]: sentence.function}
    assert sentence._replace(chain_id=None, coins=None) == read_call_back(call, functions, None)


@given(st.lists(call_sentences(), min_size=1, max_size=3), strategies.paying_parts())
def test_parts_that_call_and_pay_compile_back_to_the_same_bytes(
    calls: list[CallSentence], paying: tuple[Part, ...]
) -> None:
    """compile ∘ sentence is the identity: random calls and payments, told from the bytes, make these bytes again."""
    functions = {call.data[:4]: call.function for call in calls}  # a clash of selectors keeps one of the names
    coins = {None: 0, "1": 10**18, "0.25": 25 * 10**16}
    made = tuple(
        Call(call.to, coins[call.coins[0] if call.coins else None], call.data)
        for call in calls
        if functions[call.data[:4]] == call.function
    )
    parts = (replace(paying[0], calls=(*made, *paying[0].calls)), *paying[1:])
    releases = [part.release for part in parts if part.release]
    raw = draft(
        number=1, title="Round trip", description="Nothing is lost", author="@ada", created="2026-01-31",
        discussions_to="https://forum.example.org/t/1", sections={"Summary": "Text."}, kind="Protocol", category="Core",
        budget=budget_rows(decode_parts(encode_parts(parts)), ASSETS, functions),
        milestones=[milestone(each, "it", due=None, evidence="x", reviewers=["settings"]) for each in releases],
    )  # fmt: skip

    assert encode_parts(parts) == encode_parts(compile_parts(parse_document(raw), chain_id=1, safe=SAFE, assets=ASSETS))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("call", "call"), (f"call {TO}", "call"), (f"call {TO} setFee", "call"), (f"call {TO} setFee(", "call"),
        (f"call {TO}  setFee()", "call"), (f"call {TO} setFee() ", "call"), (f"call {TO} setFee(uint fee)", "call"),
        (f"call {TO} setFee(uint256)", "call"), (f"call {TO} setFee(uint256 a, bool a)", "call"),
        (f"call {TO} setFee(uint256 fee)", "call_argument"),
        (f"call {TO} setFee(uint256 fee) with fee=1", "call_argument"),
        (f"call {TO} setFee(uint256 fee, bool b) with b = true, fee = 1", "call_argument"),
        (f"call {TO} setFee(uint256 fee) with fee = 1, fee = 2", "call"),
        (f"call {TO} setFee(uint256 fee) with fee = 1e3", "call_value"),
        (f"call {TO} setFee(uint256 fee) with fee = 01", "call_value"),
        (f"call {TO} setFee(uint256 fee) with fee = 1_000", "call_value"),
        (f"call {TO} setFee(uint8 fee) with fee = 256", "call_values"),
        (f"call {TO} setFee(uint256 fee) with fee = -1", "call_values"),
        (f"call {TO} setFee(bytes4 id) with id = 0x0102", "call_values"),
        (f"call {TO} setFee(bytes4 id) with id = 0x0102030", "call_value"),
        (f"call {TO} setFee(bool on) with on = True", "call_value"),
        (f"call {TO} say(string text) with text = hello", "call_value"),
        (f"call {TO} say(string text) with text = \"a|b\"", "call_value"),
        (f"call {TO} say(string text) with text = \"\u202ea\"", "call_value"),
        (f"call {TO} pay(address[] to) with to = [{TO.lower()}]", "checksum"),
        (f"call {TO} pay(uint256[] of) with of = [1,2]", "call_value"),
        (f"call {TO} pay((uint256,bool) of) with of = (1)", "call_values"),
        (f"call {TO.lower()} setFee()", "checksum"), (f"call {TO} sending 1e3 ETH setFee()", "form"),
    ],
)  # fmt: skip
def test_calls_that_are_not_read(text: str, reason: str) -> None:
    """One spelling is read: single blanks, names in order, exact values of the type."""
    with pytest.raises(CodedError) as refused:
        read_call(text)

    assert reason == refused.value.reason


def test_a_row_may_call() -> None:
    """A parameter change is a row like a payment: compiled, told again, and its coins count in what is requested."""
    words = f"call eip155:1:{TO} sending 2 ETH setFee(uint256 fee) with fee = 30"
    raw = changed(
        ("type: Funding", "type: Parameter"),
        ("2 ETH to eip155:1:" + address.checksum(ADA), words),
    )  # fmt: skip
    document = parse_document(raw)
    parts = compile_parts(document, chain_id=1, safe=SAFE, assets=ASSETS)

    assert Call(EVE, 2 * 10**18, abi.encode_call("setFee(uint256)", (30,))) == parts[1].calls[0]
    assert [words] == sentences(parts[1], ASSETS, functions_of(document))
    assert [] == lint(raw, chain_id=1, safe=SAFE, assets=ASSETS, parts=parts)[0]
    with pytest.raises(CodedError, match="unknown_selector"):
        sentences(parts[1], ASSETS)


@pytest.mark.parametrize(
    ("action", "known", "code"),
    [
        (f"call {PAY} transfer(address to, uint256 amount) with to = {TO}, amount = 1", True, "E_PARSE"),
        (f"call eip155:10:{TO} poke()", True, "IIP-F03"),
        (f"call {TO} sending 2 MUT poke()", True, "E_ASSET"),
        (f"call {TO} enableModule(address module) with module = {address.checksum(BOB)}", False, "IIP-F11"),
        (f"call {TO} pay(address to) with to = {address.checksum(ADA[:2] + bytes(16) + ADA[-2:])}", False,
         "E_RECIPIENT_LOOKALIKE"),
    ],
)  # fmt: skip
def test_calls_that_are_refused(action: str, known: bool, code: str) -> None:
    """A payment in disguise, another chain, tokens sent along, privileges outside their type, look-alike arguments."""
    coins = "2 MUT" in action
    raw = changed(
        ("2 ETH to eip155:1:" + address.checksum(ADA), action),
        ("2.5 ETH, 25000 MUT", "0.5 ETH, 25002 MUT" if coins else "0.5 ETH, 25000 MUT"),
    )
    found = lint(raw, **({"chain_id": 1, "safe": SAFE, "assets": ASSETS} if known else {}))[0]

    assert [(code, line_of(raw, "| 2 | call"))] == [(finding.code, finding.line) for finding in found]


def test_everything_known_is_read_back() -> None:
    """The table's functions have one spelling each, and every privileged function among them keeps its name."""
    assert len(KNOWN) == len(known_functions())
    table = privileged_selectors()
    assert [] == [
        text for text, function in zip(KNOWN, known_functions().values(), strict=True) if text != function.text
    ]
    assert {"approve", "changeThreshold", "grantRole"} <= {
        function.name for selector, function in known_functions().items() if selector in table
    }


def nested(depth: int) -> Call:
    """A privileged call in so many timelocks."""
    call = Call(SAFE, 0, abi.encode_call("changeThreshold(uint256)", (1,)))
    for _ in range(depth):
        data = abi.encode_call(SCHEDULE, (call.to, call.value, call.data, bytes(32), bytes(32), 0))
        call = Call(EVE, 0, data)
    return call


def test_calls_inside_of_calls() -> None:
    """Batches, timelocks, governors and Safes are unfolded in order, each with its place."""
    pay, power = Call(TOKEN, 0, abi.encode_call("transfer(address,uint256)", (BOB, 5))), nested(0)
    batch = Call(EVE, 0, encode_multi_send(InnerCall(0, *each) for each in (pay, power)))
    propose = "propose(address[],uint256[],bytes[],string)"
    vote = Call(EVE, 0, abi.encode_call(propose, ((batch.to, SAFE), (0, 7), (batch.data, b""), "x")))
    bravo = "queueTransaction(address,uint256,string,bytes,uint256)"
    queued = Call(EVE, 0, abi.encode_call(bravo, (SAFE, 0, "changeThreshold(uint256)", power.data[4:], 9)))

    assert ["3", "3.1", "3.1.1", "3.1.2", "3.2"] == [placed.place for placed in unfold(vote, 3)]
    assert [pay, power] == [placed.call for placed in unfold(batch, 1)[1:]]
    assert power == unfold(queued, 1)[1].call
    told = explain(Part(chain_id=1, safe=SAFE, calls=(vote,)), 1, ASSETS)
    assert "0.000000000000000005 MUT" in next(str(each.facts["payment"]) for each in told if each.reason == "payment")
    assert ["1.1.2"] == [each.facts["call"] for each in told if each.reason == "privileged_signers"]


def test_depth_has_a_limit() -> None:
    """As deep as anybody builds, and no deeper; what is deeper is refused and told, not followed."""
    assert DEPTH_MAX + 1 == len(unfold(nested(DEPTH_MAX), 1))
    with pytest.raises(CodedError, match="E_LIMIT"):
        unfold(nested(DEPTH_MAX + 1), 1)
    told = explain(Part(chain_id=1, safe=SAFE, calls=(nested(DEPTH_MAX + 1),)), 1, ASSETS)
    assert "broken_batch" in [each.reason for each in told]


def test_unknown_function_inside_stops_with_a_finding() -> None:
    """A call that a batch carries is of a known function, or of one that the document names in a block `abi`."""
    data = abi.encode_call(SCHEDULE, (EVE, 0, abi.encode_call("setFee(uint256)", (1,)), bytes(32), bytes(32), 0))
    words = write_call(read_call_back(Call(BOB, 0, data), known_functions(), None) or read_call(CALL))
    raw = changed(("2 ETH to eip155:1:" + address.checksum(ADA), words), ("2.5 ETH", "0.5 ETH"))
    found = lint(raw)[0]

    assert [("E_CALLDATA", line_of(raw, "| 2 | call"))] == [(finding.code, finding.line) for finding in found]
    pinned = raw.replace(b"A bot calls it", b"```abi\nsetFee(uint256 fee)\n```\n\nA bot calls it")
    assert [] == lint(pinned)[0]
    assert "setFee" in {function.name for function in functions_of(parse_document(pinned)).values()}


def test_an_abi_in_json_names_functions() -> None:
    """As explorers write it: tuples by their members, numbered where there is no name; what is no function is not."""
    fee = {"name": "setFee", "type": "function", "inputs": [{"name": "fee", "type": "uint256"}], "outputs": []}
    bounds = {
        "type": "tuple[]",
        "internalType": "struct Bounds[]",
        "components": [{"type": "int24"}, {"type": "bytes"}],
    }
    odd = [
        {"type": "event", "name": "E", "inputs": []}, {"name": "f", "inputs": [7]}, {"name": "g", "inputs": [None]}, 5,
        {"name": "h", "inputs": [{"type": "tuple", "name": "x"}]}, {"name": "i", "inputs": [{"type": "nope"}]},
    ]  # fmt: skip
    functions = read_abi_json(json.dumps([fee, {"name": "setBounds", "inputs": [bounds, bounds]}, *odd], indent=2))

    assert [
        "setFee(uint256 fee)", "setBounds((int24,bytes)[] a1, (int24,bytes)[] a2)",
    ] == [function.text for function in functions]  # fmt: skip
    assert () == read_abi_json("[1, 2") == read_abi_json("[" * 2_000)
    pinned = GOOD.replace(b"A bot calls it", f"```abi\n{json.dumps([fee])}\n```\n\nA bot calls it".encode())
    assert abi.selector("setFee(uint256)") in functions_of(parse_document(pinned))
    assert abi.selector("setFee(uint256)") not in functions_of(parse_document(pinned.replace(b"```abi", b"```json")))


def test_code_of_others_is_never_run_as_the_caller() -> None:
    """A delegatecall inside a batch is an error on its row, and broken batches are, too."""
    for inner, code in ((encode_multi_send([InnerCall(1, EVE, 0, b"")]), "E_DELEGATECALL"), (None, "E_CALLDATA")):
        data = inner or abi.encode_call("multiSend(bytes)", (b"\x00\x01",))
        words = (
            f"call {TO} multiSend(bytes transactions) with transactions = 0x{abi.decode(['bytes'], data[4:])[0].hex()}"
        )
        raw = changed(("2 ETH to eip155:1:" + address.checksum(ADA), words), ("2.5 ETH", "0.5 ETH"))
        assert [code] == [finding.code for finding in lint(raw)[0]]


def test_good_document_has_only_payments() -> None:
    """Payments stay what they were: rows of the type that every other room reads."""
    assert {PaymentSentence} == {type(row.action) for row in parse_document(GOOD).budget}
