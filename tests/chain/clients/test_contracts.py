"""The artifacts are what the sources compile to, and what stands on the chain."""

from __future__ import annotations

import hashlib
from importlib import resources

import pytest

from chain.clients import contracts
from chain.clients.contracts import NAMES, load
from chain.clients.contracts.build import compile_contract
from chain.clients.devnet import FAUCET_KEY
from chain.clients.devnet_contracts import deploy_iip_proxy, deploy_votes_token
from chain.clients.node import Node
from chain.keccak import keccak256


def text_of(*parts: str) -> str:
    return resources.files(contracts).joinpath(*parts).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", NAMES)
def test_artifacts_are_what_the_sources_compile_to(name: str) -> None:
    """Compiling again gives the same file, byte for byte."""
    assert text_of("artifacts", f"{name}.json") == compile_contract(name)


@pytest.mark.parametrize("name", NAMES)
def test_artifacts_name_source_and_compiler(name: str) -> None:
    """The hash of the source and the compiler's version stand beside the bytecode."""
    artifact = load(name)

    assert hashlib.sha256(text_of(f"{name}.vy").encode()).digest() == artifact.source_sha256
    assert "vyper 0.4.3" == artifact.compiler


def test_code_hash_is_the_same_for_every_deployment(node: Node) -> None:
    """Whatever the constructor is told, the code on the chain has the artifact's hash."""
    tokens = [deploy_votes_token(node, FAUCET_KEY, name=n, symbol="S", supply=7) for n in ("", "A longer name")]
    proxies = [deploy_iip_proxy(node, FAUCET_KEY, bytes([n]) * 20) for n in (1, 2)]

    assert {load("VotesToken").runtime_code_hash} == {keccak256(node.code(token)) for token in tokens}
    assert {load("IIPProxy").runtime_code_hash} == {keccak256(node.code(proxy)) for proxy in proxies}


def test_balances_stand_at_the_slot_that_proofs_use(node: Node) -> None:
    """`balanceOf` is slot 0, and the slots in the artifact are where the chain keeps the words."""
    slots = load("VotesToken").slots
    token = deploy_votes_token(node, FAUCET_KEY, name="N", symbol="S", supply=12345)

    assert (0, 12345) == (slots["balanceOf"], node.storage(token, slots["totalSupply"]))
