"""A contract for tests that makes a vesting wallet, is the token that it holds, and asks it at many times in one call;
and, beside it, the escrow's and the vault's formulas in another language than ours.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from chain import abi
from chain.clients.devnet import FAUCET_KEY
from chain.clients.node import Node

SOURCE = """
# pragma version 0.4.3

interface Wallet:
    def vestedAmount(token: address, timestamp: uint64) -> uint256: view

interface EtherWallet:
    def vestedAmount(timestamp: uint64) -> uint256: view

held: public(HashMap[address, uint256])

@external
@view
def balanceOf(account: address) -> uint256:
    return self.held[account]

@external
def transfer(to: address, amount: uint256) -> bool:
    self.held[msg.sender] -= amount
    self.held[to] += amount
    return True

@external
def mint(to: address, amount: uint256):
    self.held[to] += amount

@external
@payable
def __default__():
    pass

@external
def probe_ether(code: Bytes[16384], amount: uint256, times: DynArray[uint64, 20]) -> DynArray[uint256, 20]:
    wallet: address = raw_create(code, value=amount)
    found: DynArray[uint256, 20] = []
    for time: uint64 in times:
        found.append(staticcall EtherWallet(wallet).vestedAmount(time))
    return found

@external
def probe(code: Bytes[16384], amount: uint256, times: DynArray[uint64, 20]) -> DynArray[uint256, 20]:
    wallet: address = raw_create(code)
    self.held[wallet] = amount
    found: DynArray[uint256, 20] = []
    for time: uint64 in times:
        found.append(staticcall Wallet(wallet).vestedAmount(self, time))
    return found

@external
@pure
def escrow(
    total: uint256, start: uint256, end: uint256, cliff: uint256, times: DynArray[uint64, 20]
) -> DynArray[uint256, 20]:
    assert end > start and cliff <= end - start
    found: DynArray[uint256, 20] = []
    for time: uint64 in times:
        now: uint256 = convert(time, uint256)
        vested: uint256 = 0
        if now >= end:
            vested = total
        elif now >= start + cliff:
            vested = total * (now - start) // (end - start)
        found.append(vested)
    return found

@external
@pure
def vault(
    balance: uint256, proportion: uint256, period: uint256, times: DynArray[uint64, 20]
) -> DynArray[uint256, 20]:
    left: uint256 = balance
    last: uint256 = 0
    found: DynArray[uint256, 20] = []
    for time: uint64 in times:
        now: uint256 = convert(time, uint256)
        if last + period < now:
            last = now
            left -= left * proportion // 10**18
        found.append(balance - left)
    return found
"""

ETHER = 9 * 10**26
"""Wei that the contract gets, most of what the faucet has."""


@cache
def _bytecode() -> bytes:
    from vyper.compiler import compile_code  # type: ignore[import-untyped]

    return bytes.fromhex(compile_code(SOURCE, output_formats=["bytecode"])["bytecode"].removeprefix("0x"))


class Probe:
    """The contract, deployed."""

    def __init__(self, node: Node) -> None:
        receipt = node.send(FAUCET_KEY, None, data=_bytecode())
        assert receipt.contract is not None
        self.node = node
        self.address = receipt.contract
        node.send(FAUCET_KEY, self.address, ETHER)

    def wallet(self, code: bytes, amount: int, times: Sequence[int]) -> list[int]:
        """What a wallet made by this init code says is vested of an amount at each time: of ether, while there is
        enough, and of the token beyond.
        """
        name = "probe_ether" if amount <= ETHER else "probe"
        data = abi.encode_call(f"{name}(bytes,uint256,uint64[])", [code, amount, list(times)])
        return self._numbers(data)

    def escrow(self, total: int, start: int, end: int, cliff: int, times: Sequence[int]) -> list[int]:
        signature = "escrow(uint256,uint256,uint256,uint256,uint64[])"
        return self._numbers(abi.encode_call(signature, [total, start, end, cliff, list(times)]))

    def vault(self, balance: int, proportion: int, period: int, times: Sequence[int]) -> list[int]:
        """What HakkaFinance's vault has paid after a withdrawal was tried at each time, by its published rule."""
        signature = "vault(uint256,uint256,uint256,uint64[])"
        return self._numbers(abi.encode_call(signature, [balance, proportion, period, list(times)]))

    def _numbers(self, data: bytes) -> list[int]:
        (found,) = abi.decode(["uint256[]"], self.node.call(self.address, data))
        return list(found)
