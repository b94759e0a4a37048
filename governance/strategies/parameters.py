"""Parameters of strategies, key by key: the forms that several strategies share, each refused as `E_STRATEGY`.

Decides form only. A key that a strategy does not know is refused, because Snapshot would drop it in silence and the
owners of the Safe would have signed something that nobody reads.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NoReturn

from chain import address
from chain.amount import AmountError, parse, parse_base_units
from chain.cid import CID, RAW
from chain.errors import ChainError
from governance.strategies.strategy import UNIT, Params, StrategyError

DECIMALS_MAX = 77
SYMBOL_MAX = 32
LIST_MAX = 2_000
FILES_MAX = 256


def refuse(name: str, expected: str) -> NoReturn:
    """Refuse the parameters of strategy `name`."""
    raise StrategyError("E_STRATEGY", "params", strategy=name, expected=expected)


def expect_keys(name: str, params: Params, keys: str) -> None:
    """Refuse any but exactly these keys (parted by commas)."""
    if params.keys() != set(keys.split(", ")):
        refuse(name, keys)


def check_token(name: str, params: Params) -> None:
    """Check `address`, `decimals` and `symbol`, as most of Snapshot's strategies have them."""
    check_decimals(name, params)
    check_symbol(name, params)
    address_of(name, params)


def check_decimals(name: str, params: Params) -> None:
    """Check `decimals`."""
    decimals = params["decimals"]
    if type(decimals) is not int or not 0 <= decimals <= DECIMALS_MAX:
        refuse(name, "decimals from 0 to 77")


def check_symbol(name: str, params: Params) -> None:
    """Check `symbol`."""
    if not isinstance(params["symbol"], str) or not 1 <= len(params["symbol"]) <= SYMBOL_MAX:
        refuse(name, "a symbol of 1 to 32 characters")


def address_of(name: str, params: Params, key: str = "address") -> bytes:
    """Take an address with its EIP-55 checksum."""
    try:
        return address.parse(params[key])
    except ChainError as error:
        raise StrategyError("E_STRATEGY", "params", strategy=name, expected="an address with its checksum") from error


def decimals_of(params: Params) -> int:
    """The checked `decimals`."""
    decimals = params["decimals"]
    assert isinstance(decimals, int), "the parameters were checked"
    return decimals


def base_units(name: str, params: Params, key: str) -> int:
    """Take base units as a decimal string."""
    try:
        return parse_base_units(params[key])
    except AmountError:
        refuse(name, f"{key} in base units, as a decimal string")


def votes(name: str, params: Params, key: str) -> int:
    """Take voting power above zero as decimal text, `1.5`; return it in 1e-18."""
    try:
        found = parse(params[key], 18)
    except AmountError:
        found = 0
    if not 0 < found <= UNIT * UNIT:
        refuse(name, f"{key} as decimal text above zero")
    return found


def whole(name: str, params: Params, key: str, low: int, high: int) -> int:
    """Take an int (never a bool) within [low, high]."""
    value = params[key]
    if type(value) is not int or not low <= value <= high:
        refuse(name, f"{key} from {low} to {high}")
    return value


def items(name: str, params: Params, key: str, limit: int = LIST_MAX) -> Sequence[object]:
    """Take a list of 1 to `limit` items."""
    value = params[key]
    if not isinstance(value, list | tuple) or not 1 <= len(value) <= limit:
        refuse(name, f"{key} as a list of 1 to {limit}")
    return value


def addresses(name: str, params: Params, key: str) -> frozenset[bytes]:
    """Take a list of different addresses."""
    found = [address_of(name, {key: item}, key) for item in items(name, params, key)]
    if len(set(found)) < len(found):
        refuse(name, "each address once")
    return frozenset(found)


def files(name: str, params: Params) -> tuple[CID, ...]:
    """Take `files`: a list of different raw CIDs."""
    found = []
    for item in items(name, params, "files", FILES_MAX):
        try:
            cid = CID.parse(item)
        except ChainError:
            refuse(name, "files as a list of raw CIDs")
        if cid.codec != RAW or cid in found:
            refuse(name, "files as a list of raw CIDs")
        found.append(cid)
    return tuple(found)
