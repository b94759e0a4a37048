"""The call sentence, `call eth:0x… setFee(uint256 fee) with fee = 30`: how people write what is no payment.

Decides the one spelling of a call: target, coins sent along, the function's signature with the names of its arguments,
and each argument by its name. So the types stand in the document, under its CID, and nobody looks an ABI up elsewhere.
Does not decide whether the call is dangerous (`privileged`), or whether it may be made (`compile`, lint).

Whole numbers are plain decimal text, addresses have their checksum, bytes are `0x` and lower-case hexadecimal digits,
text stands between quotation marks, or as `0x…` where it holds something that a table cannot, arrays stand in `[…]` and
tuples in `(…)`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from chain import abi, address
from chain.abi_types import AbiError, AbiType, parse_type
from chain.address import AddressError
from proposals.payment import PaymentError, PaymentSentence, read_amount, read_payee, read_sentence, read_symbol
from proposals.text_safety import label_findings, text_findings

_HEAD = re.compile(
    r"call (?P<to>\S+)(?: sending (?P<amount>\S+) (?P<symbol>\S+))? (?P<name>[A-Za-z_$][A-Za-z0-9_$]*)\("
)
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}\Z", re.ASCII)
_WORD = re.compile(r'"[^"\\|]*"|-?[A-Za-z0-9_]+')
_INT = re.compile(r"(?:0|-?[1-9][0-9]{0,77})\Z", re.ASCII)
_HEX = re.compile(r"0x(?:[0-9a-f]{2})*\Z", re.ASCII)
_UNQUOTED = re.compile(r"[\"\\|<`]|^ | $")
"""What a cell of a table cannot hold between quotation marks, or a renderer would read as something else."""


class ActionError(PaymentError):
    """A call that is not written in the one accepted form (`E_PARSE`)."""


class Parameter(NamedTuple):
    """One argument of a function: its type as the ABI spells it, and its name."""

    type: str
    name: str


class Function(NamedTuple):
    """A function with the names of its arguments."""

    name: str
    parameters: tuple[Parameter, ...]

    @property
    def signature(self) -> str:
        """As the ABI spells it, `transfer(address,uint256)`."""
        return f"{self.name}({','.join(each.type for each in self.parameters)})"

    @property
    def text(self) -> str:
        """With the names, `transfer(address to, uint256 amount)`."""
        return f"{self.name}({', '.join(f'{each.type} {each.name}' for each in self.parameters)})"


class CallSentence(NamedTuple):
    """A call as it is written, before anybody knows the fund."""

    chain_id: int | None
    """The chain that the target's prefix names, if it names one."""
    to: bytes
    function: Function
    values: tuple[object, ...]
    """As `chain.abi` takes them, one for each parameter."""
    coins: tuple[str, str] | None = None
    """(amount, symbol) sent along, as written without grouping."""

    @property
    def data(self) -> bytes:
        """The call's bytes."""
        return abi.encode_call(self.function.signature, self.values)


Action = PaymentSentence | CallSentence


def read_action(text: str) -> Action:
    """Read a Budget row's cell: a call if it begins with that word, else a payment."""
    return read_call(text) if text.startswith("call ") else read_sentence(text)


def read_call(text: str) -> CallSentence:
    """Read `call TARGET [sending AMOUNT SYMBOL] FUNCTION(TYPE NAME, …) [with NAME = VALUE, …]`."""
    match = _HEAD.match(text)
    if match is None:
        raise ActionError("E_PARSE", "call", call=text)
    chain_id, to = read_payee(match["to"])
    coins = (read_amount(match["amount"]), read_symbol(match["symbol"])) if match["amount"] else None
    close = _closing(text, match.end() - 1)
    function = _function(match["name"], text[match.end() : close], text)
    values = _arguments(function, text[close + 1 :], text)
    sentence = CallSentence(chain_id, to, function, values, coins)
    try:
        sentence.data  # noqa: B018  # that the values fit their types is decided by writing them
    except AbiError as error:
        raise ActionError("E_PARSE", "call_values", function=function.text) from error
    return sentence


def write_call(sentence: CallSentence) -> str:
    """Write a call; `read_call` reads it back as the same call."""
    to = address.checksum(sentence.to)
    if sentence.chain_id is not None:
        to = address.with_chain(sentence.to, sentence.chain_id)
    sending = " sending " + " ".join(sentence.coins) if sentence.coins else ""
    pairs = zip(sentence.function.parameters, sentence.values, strict=True)
    given = ", ".join(f"{each.name} = {_spell(parse_type(each.type), value)}" for each, value in pairs)
    return f"call {to}{sending} {sentence.function.text}" + (f" with {given}" if given else "")


def read_function(text: str) -> Function:
    """Read `transfer(address to, uint256 amount)`."""
    name, bracket, rest = text.partition("(")
    if not bracket or not rest.endswith(")"):
        raise ActionError("E_PARSE", "call", call=text)
    return _function(name, rest[:-1], text)


def addresses_in(sentence: CallSentence) -> tuple[bytes, ...]:
    """The target, and every address among the arguments, at any depth."""
    pairs = zip(sentence.function.parameters, sentence.values, strict=True)
    return (sentence.to, *(found for each, value in pairs for found in _addresses(parse_type(each.type), value)))


def _addresses(type_: AbiType, value: object) -> Sequence[bytes]:
    if type_.text == "address":
        return [value] if isinstance(value, bytes) else []
    if not isinstance(value, tuple):
        return []
    types = type_.members or (type_.item,) * len(value)
    return [found for inner, each in zip(types, value, strict=True) if inner for found in _addresses(inner, each)]


def _closing(text: str, opening: int) -> int:
    """Return where the bracket that opens at a character is closed."""
    depth = 0
    for at in range(opening, len(text)):
        depth += {"(": 1, ")": -1}.get(text[at], 0)
        if depth == 0:
            return at
    raise ActionError("E_PARSE", "call", call=text)


def _function(name: str, inside: str, whole: str) -> Function:
    parameters: list[Parameter] = []
    for item in _split(inside) if inside else ():
        type_, _, called = item.rpartition(" ")
        try:
            parse_type(type_)
        except AbiError as error:
            raise ActionError("E_PARSE", "call", call=whole) from error
        if not _NAME.match(called) or called in [each.name for each in parameters]:
            raise ActionError("E_PARSE", "call", call=whole)
        parameters.append(Parameter(type_, called))
    return Function(name, tuple(parameters))


def _split(text: str) -> list[str]:
    """Split at `, ` outside brackets."""
    items, depth, start = [], 0, 0
    for at, character in enumerate(text):
        depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(character, 0)
        if depth == 0 and text.startswith(", ", at):
            items.append(text[start:at])
            start = at + 2
    return [*items, text[start:]]


def _arguments(function: Function, rest: str, whole: str) -> tuple[object, ...]:
    values: list[object] = []
    at = 0
    for number, each in enumerate(function.parameters):
        begin = f"{', ' if number else ' with '}{each.name} = "
        if not rest.startswith(begin, at):
            raise ActionError("E_PARSE", "call_argument", name=each.name, function=function.text)
        value, at = _read_value(parse_type(each.type), rest, at + len(begin), each.name)
        values.append(value)
    if at != len(rest):
        raise ActionError("E_PARSE", "call", call=whole)
    return tuple(values)


def _read_value(type_: AbiType, text: str, at: int, name: str) -> tuple[object, int]:
    """Read one value of a type; return it and where it ends."""
    if type_.members or type_.item is not None:
        begin, end = ("(", ")") if type_.members else ("[", "]")
        if not text.startswith(begin, at):
            raise ActionError("E_PARSE", "call_value", name=name, type=type_.text)
        at += 1
        values: list[object] = []
        while not text.startswith(end, at):
            inner = (
                type_.item if type_.item is not None else (type_.members[len(values) : len(values) + 1] or (None,))[0]
            )
            if inner is None or (values and not text.startswith(", ", at)):
                raise ActionError("E_PARSE", "call_value", name=name, type=type_.text)
            value, at = _read_value(inner, text, at + 2 if values else at, name)
            values.append(value)
        return tuple(values), at + 1
    match = _WORD.match(text, at)
    if match is None:
        raise ActionError("E_PARSE", "call_value", name=name, type=type_.text)
    return _read_atom(type_.text, match.group(), name), match.end()


def _read_atom(type_: str, word: str, name: str) -> object:
    if type_ == "bool" and word in ("true", "false"):
        return word == "true"
    if type_.startswith(("uint", "int")) and _INT.match(word):
        return int(word)
    if type_ == "string" and word.startswith('"') and _is_plain(word[1:-1]):
        return word[1:-1]
    if type_ == "address":
        try:
            return address.parse(word)
        except AddressError as error:
            raise ActionError(error.code, error.reason, **error.facts) from error
    if type_.startswith(("bytes", "string")) and _HEX.match(word):
        octets = bytes.fromhex(word[2:])
        try:
            return octets if type_ != "string" else octets.decode("utf-8")
        except UnicodeDecodeError as error:
            raise ActionError("E_PARSE", "call_value", name=name, type=type_) from error
    raise ActionError("E_PARSE", "call_value", name=name, type=type_)


def _spell(type_: AbiType, value: object) -> str:
    if isinstance(value, tuple):
        types = type_.members or (type_.item,) * len(value)
        inner = ", ".join(_spell(each, item) for each, item in zip(types, value, strict=True) if each)
        return f"({inner})" if type_.members else f"[{inner}]"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, bytes):
        return address.checksum(value) if type_.text == "address" else "0x" + value.hex()
    if isinstance(value, str):
        return f'"{value}"' if _is_plain(value) else "0x" + value.encode().hex()
    return str(value)


def _is_plain(text: str) -> bool:
    """Whether a text can stand in a table as it is, and looks like what it is."""
    found = (*text_findings([text]), *label_findings(text, line=1, place=""))
    return not found and "\n" not in text and not _UNQUOTED.search(text)
