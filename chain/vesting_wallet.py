"""OpenZeppelin's VestingWallet: which code is the audited package's, how it is made, and how it tells a release.

Decides calldata and the list of known codes, by release of `@openzeppelin/contracts`. Start and duration stand inside
the code of each wallet (immutables), so a code is compared with those four words taken out; what they hold, the wallet
is asked. A release that is not in the list is unknown here, not bad. Nothing here reads a chain.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import NamedTuple

from chain import abi
from chain.keccak import keccak256

ERC20_RELEASED = abi.topic("ERC20Released(address,uint256)")
ETHER_RELEASED = abi.topic("EtherReleased(uint256)")

_WORD = 32


class Known(NamedTuple):
    """One release's wallet."""

    version: str
    size: int
    """Bytes of its code on chain."""
    words: tuple[int, ...]
    """Where in it the words of start and duration stand."""
    runtime_hash: str
    """Of the code with zeros there."""
    init_hash: str
    """Of what is deployed, without the constructor's arguments."""


_PLACES = (295, 1198, 1236, 1458)
KNOWN = (
    Known("5.0.2", 2752, (303, 1232, 1271, 1497),
          "d969e0a1b409d377a47a1dff02f0c14250e0ee669acd152a2e2b07948db353a6",
          "0732b9a44d297b3f66cb3caec7f81ba429b54aacfe053edda0356d9f0e690764"),
    Known("5.1.0", 2370, _PLACES,
          "d3aec047ec2c9fa28d8d3e9dd2d8661b5dfc5b901cfaa8a93f9a020de0822c0e",
          "4c1c58f8765a1bcd6ef5c48cc820eafae44eca24eab101e0397b02749506f8e4"),
    Known("5.2.0", 2397, _PLACES,
          "f75329823af6362da55e05c1ea77d8ef60d7c912703e40ab7f0b6c6040bded57",
          "e8ec72383509acffd2241cc533f859bf1e7ea9434c538ab4d6356ca588ffaa8a"),
    Known("5.3.0", 2397, _PLACES,
          "2883ea7f590b9c10ee2066a58360c56241781de825fad0260a84190d39108eab",
          "7f43a224bcaa88bd0d42958a2d286a8f1ebbbc98e0179b51ae472913df443222"),
    Known("5.4.0", 2396, _PLACES,
          "7f73c3f2ea9c0206ef95b625f8f97c4084d64b230e250ea7285ef68d40aae6bc",
          "b486ad1c1b27a93d3c6b40b9246f4f493b7efc94e8f67e351eb6182a7a660f4c"),
    Known("5.7.0", 2318, _PLACES,
          "95f63b48ef31da411df4e0b5f8f17e5b340bc638e457c2d3f690aa913197adfe",
          "40f46dfc5edac5bb52fa63428dc8493fc23578b2f23cd0721ff3fb0ebf0a6344"),
)  # fmt: skip
"""Computed from `build/contracts/VestingWallet.json` of each package."""

_BY_INIT = MappingProxyType({known.init_hash: known.version for known in KNOWN})


def version_of(code: bytes) -> str | None:
    """Say of which release the code of a wallet on chain is; None where it is of none that is known."""
    for known in KNOWN:
        if len(code) == known.size:
            plain = bytearray(code)
            for place in known.words:
                plain[place : place + _WORD] = bytes(_WORD)
            if keccak256(bytes(plain)).hex() == known.runtime_hash:
                return known.version
    return None


def version_of_init(code: bytes) -> str | None:
    """Say of which release the code is that would be deployed, without the constructor's arguments."""
    return _BY_INIT.get(keccak256(code).hex())


def init_code(code: bytes, beneficiary: bytes, start: int, duration: int) -> bytes:
    """Spell what a transaction without recipient carries to make a wallet."""
    return code + abi.encode(["address", "uint64", "uint64"], [beneficiary, start, duration])


def wallet_salt(token: bytes, plan: str, grant: str) -> bytes:
    """The salt under which CREATE2 makes the one wallet of a plan's grant, whoever sends it and however often."""
    return keccak256(token + keccak256(f"{plan}/{grant}".encode()))


def release_call(token: bytes) -> bytes:
    """Spell the call by which anybody releases what is vested of a token, to the owner."""
    return abi.encode_call("release(address)", [token])
