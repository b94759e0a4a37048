"""`chain.clients.token_read`: tokens of both compilers, and what is no token."""

from __future__ import annotations

import pytest

from chain import abi
from chain.clients import devnet_contracts, safe_deploy
from chain.clients.contracts import load
from chain.clients.devnet import FAUCET_KEY
from chain.clients.node import Node
from chain.clients.token_read import (
    BalancePlace,
    Token,
    TokenError,
    contracts_among,
    find_balances,
    read_balance,
    read_token,
    read_words,
)
from chain.keccak import keccak256
from chain.signature import address_of
from chain.state_proof import mapping_slot

FAUCET = address_of(FAUCET_KEY)
EVE, FINN = b"\xee" * 20, b"\xff" * 20


@pytest.fixture(scope="module")
def vyper(node: Node) -> bytes:
    """Our own votes token."""
    token = devnet_contracts.deploy_votes_token(node, FAUCET_KEY, name="Votes", symbol="VOTE", supply=1000)
    devnet_contracts.transfer(node, FAUCET_KEY, token, EVE, 300)
    return token


@pytest.fixture(scope="module")
def solidity(node: Node) -> bytes:
    """OpenZeppelin's ERC-20, as safe-eth-py brings it for its own tests: 6 decimals, minted to the faucet."""
    arguments = abi.encode(["string", "string", "uint8", "address", "uint256"], ["Coin", "USDC", 6, FAUCET, 5_000_000])
    token = node.send(FAUCET_KEY, None, data=safe_deploy.bytecode("ERC20TestToken") + arguments).contract
    assert token is not None
    devnet_contracts.transfer(node, FAUCET_KEY, token, EVE, 7)
    return token


def head(node: Node) -> int:
    return node.head().ref.number


def balances(node: Node, token: bytes, *holders: bytes) -> dict[bytes, int]:
    return {holder: read_balance(node, token, holder, head(node)) for holder in holders}


def test_a_token_says_what_it_is(node: Node, vyper: bytes, solidity: bytes) -> None:
    """Symbol, decimals and supply, as of one block."""
    assert Token(vyper, "VOTE", 18, 1000) == read_token(node, vyper, head(node))
    assert Token(solidity, "USDC", 6, 5_000_000) == read_token(node, solidity, head(node))


def test_balances_are_found_in_storage(node: Node, vyper: bytes, solidity: bytes) -> None:
    """The compiler's layout and the slot follow from one known balance, with the hash of the code there."""
    artifact = load("VotesToken")
    expected = BalancePlace("vyper", artifact.slots["balanceOf"], artifact.runtime_code_hash)

    assert expected == find_balances(node, vyper, balances(node, vyper, EVE), head(node))
    found = find_balances(node, solidity, balances(node, solidity, EVE, FAUCET, FINN), head(node))

    assert found is not None
    assert ("solidity", keccak256(node.code(solidity))) == (found.layout, found.code_hash)
    slot = mapping_slot(found.layout, found.slot, FAUCET)
    assert (5_000_000 - 7,) == read_words(node, solidity, [slot], head(node)).words


def test_what_gives_no_place(node: Node, vyper: bytes) -> None:
    """Nobody known, balances of zero, and a balance that stands nowhere."""
    assert None is find_balances(node, vyper, {}, head(node))
    assert None is find_balances(node, vyper, {FINN: 0}, head(node))
    assert None is find_balances(node, vyper, {EVE: 299}, head(node))
    assert None is find_balances(node, vyper, {EVE: 300, FINN: 1}, head(node))


def test_contracts_are_told_from_accounts(node: Node, vyper: bytes) -> None:
    """By whether there is code."""
    assert frozenset({vyper}) == contracts_among(node, [vyper, EVE, FAUCET], head(node))


RETURNS_WORD = bytes.fromhex("60205f5260205ff3")  # returns the word 32, whatever is asked
RETURNS_LARGE = bytes.fromhex("5f195f5260205ff3")  # returns 2**256 - 1
REVERTS = bytes.fromhex("5f5ffd")
RETURNS_NOTHING = bytes.fromhex("5f5ff3")


def contract(node: Node, runtime: bytes) -> bytes:
    """Put code on the chain: a constructor that returns it."""
    size = bytes([len(runtime)])
    made = node.send(FAUCET_KEY, None, data=b"\x60" + size + b"\x80\x60\x09\x3d\x39\x3d\xf3" + runtime).contract
    assert made is not None
    assert runtime == node.code(made)
    return made


@pytest.mark.parametrize(
    ("runtime", "reason"),
    [(RETURNS_LARGE, "decimals"), (REVERTS, "decimals"), (RETURNS_NOTHING, "decimals")],
)
def test_contracts_that_are_no_tokens(node: Node, runtime: bytes, reason: str) -> None:
    """Decimals that no amount can have, a revert, and an empty answer."""
    with pytest.raises(TokenError) as caught:
        read_token(node, contract(node, runtime), head(node))

    assert ("E_TOKEN", reason) == (caught.value.code, caught.value.reason)


def test_an_account_is_no_token(node: Node) -> None:
    """An address without code answers nothing, and nothing is not zero."""
    with pytest.raises(TokenError) as caught:
        read_token(node, EVE, head(node))
    with pytest.raises(TokenError) as asked:
        read_balance(node, EVE, FINN, head(node))

    assert ("no_code", "balance") == (caught.value.reason, asked.value.reason)


def test_old_tokens_say_their_symbol_in_a_word(node: Node) -> None:
    """A symbol of 32 bytes loses its zeros; bytes that are no text do not end the reading."""
    found = read_token(node, contract(node, RETURNS_WORD), head(node))

    assert (32, 32) == (found.decimals, found.supply)
    assert " " == found.symbol[-1:]
