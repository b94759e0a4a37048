"""A real chain to prove things of: py-evm's blocks, genuine Safes, and proofs cut from py-evm's own database.

Built once in a session (`proof_chain()` is cached), because deploying takes a second.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import rlp
import safe_eth.eth.contracts as safe_contracts
from eth_account import Account as Key
from eth_tester import EthereumTester, PyEVMBackend
from trie import HexaryTrie
from vyper import compile_code
from web3 import EthereumTesterProvider, Web3

from chain.keccak import keccak256
from chain.receipt import ReceiptProof
from chain.safe_state import SafeStateProof
from tests.chain.forge import path, word_key

VYPER_SOURCE = """
event Moved:
    to: indexed(address)
    amount: uint256
total: uint256
balances: HashMap[address, uint256]
allowances: HashMap[address, HashMap[address, uint256]]
@deploy
def __init__():
    self.total = 1000
    self.balances[msg.sender] = 1000
    self.allowances[msg.sender][self] = 55
@external
def move(to: address, amount: uint256):
    self.balances[msg.sender] -= amount
    self.balances[to] += amount
    log Moved(to=to, amount=amount)
"""
YES_CODE = "0x600a600c600039600a6000f3600160005260206000f3"
"""Deploys code that answers 1 to every call: a guard of the plainest kind."""

OWNERS = [Key.from_key(keccak256(b"owner %d" % n)) for n in range(3)]
SENDERS = [Key.from_key(keccak256(b"sender %d" % n)) for n in range(6)]
"""One for each transaction of a block: eth-tester judges each by the state before the block."""
NO_ONE = "0x" + "00" * 20


class ProofChain:
    """An in-process chain with helpers that send, and helpers that prove."""

    def __init__(self) -> None:
        genesis = dict(PyEVMBackend.generate_genesis_params({}), base_fee_per_gas=0)
        self.tester = EthereumTester(PyEVMBackend(genesis_parameters=genesis))
        self.web3 = Web3(EthereumTesterProvider(self.tester))
        self.faucet = self.web3.eth.accounts[0]
        for sender in SENDERS:
            self.web3.eth.send_transaction({"from": self.faucet, "to": sender.address, "value": 10**20})

    def deploy(self, abi: Any, bytecode: Any, *args: object) -> Any:
        contract = self.web3.eth.contract(abi=abi, bytecode=bytecode)
        receipt = self.wait(contract.constructor(*args).transact({"from": self.faucet}))
        return self.web3.eth.contract(address=receipt["contractAddress"], abi=abi)

    def wait(self, tx_hash: Any) -> Any:
        return self.web3.eth.wait_for_transaction_receipt(tx_hash)

    def number(self) -> int:
        return int(self.web3.eth.block_number)

    def signed(self, sender: int, **fields: object) -> bytes:
        """Sign a transaction of a sender; its type, fees and chain id are up to the caller."""
        key = SENDERS[sender]
        nonce = self.web3.eth.get_transaction_count(key.address)
        call = {"nonce": nonce, "gas": 200_000, "value": 0, "data": b"", **fields}
        return bytes(key.sign_transaction(call).raw_transaction)

    def mine(self, raw: list[bytes]) -> list[bytes]:
        """Put these transactions into one block, in this order; return their hashes."""
        self.tester.disable_auto_mine_transactions()
        hashes = [bytes(self.web3.eth.send_raw_transaction(tx)) for tx in raw]
        self.tester.mine_block()
        self.tester.enable_auto_mine_transactions()
        return hashes

    def trie(self, root: bytes) -> HexaryTrie:
        return HexaryTrie(self.tester.backend.chain.chaindb.db, root)

    def py_evm_header(self, number: int) -> Any:
        return self.tester.backend.chain.chaindb.get_canonical_block_header_by_number(number)

    def header(self, number: int) -> bytes:
        return bytes(rlp.encode(self.py_evm_header(number)))

    def state_nodes(self, address: bytes, slots: list[int], number: int) -> list[bytes]:
        """The nodes of an account and of some of its slots, as `eth_getProof` gives them."""
        state = self.trie(self.py_evm_header(number).state_root)
        key = keccak256(address)
        storage_root = rlp.decode(state[key])[2] if state[key] else keccak256(b"\x80")
        return path(state, key) + path(self.trie(storage_root), *map(word_key, slots))

    def receipt_proof(self, tx_hash: bytes) -> ReceiptProof:
        place = self.web3.eth.get_transaction_receipt(tx_hash)
        header = self.py_evm_header(place["blockNumber"])
        key = rlp.encode(place["transactionIndex"])
        return ReceiptProof(
            header=self.header(place["blockNumber"]),
            index=place["transactionIndex"],
            receipt_nodes=tuple(path(self.trie(header.receipt_root), key)),
            transaction_nodes=tuple(path(self.trie(header.transaction_root), key)),
        )

    def safe_proof(self, safe: bytes, slots: list[int], number: int) -> SafeStateProof:
        return SafeStateProof(
            chain_id=1, safe=safe, header=self.header(number), nodes=tuple(self.state_nodes(safe, slots, number))
        )


class GenuineSafe:
    """A Safe of one released version, 2 of 3, made by that version's own factory."""

    def __init__(self, chain: ProofChain, version: str) -> None:
        tag = version.replace(".", "_")

        def genuine(name: str) -> Any:
            made = getattr(safe_contracts, f"get_{name}_V{tag}_contract")(chain.web3)
            return chain.deploy(made.abi, made.bytecode)

        self.chain = chain
        self.singleton, self.handler = genuine("safe"), genuine("compatibility_fallback_handler")
        factory = genuine("proxy_factory")
        owners = [owner.address for owner in OWNERS]
        setup = self.singleton.encode_abi(
            "setup", args=[owners, 2, NO_ONE, b"", self.handler.address, NO_ONE, 0, NO_ONE]
        )
        receipt = chain.wait(
            factory.functions.createProxyWithNonce(self.singleton.address, bytes.fromhex(setup[2:]), 7).transact(
                {"from": chain.faucet}
            )
        )
        creation = next(log for log in receipt["logs"] if log["address"] == factory.address)
        made = creation["topics"][1][12:] if len(creation["topics"]) > 1 else creation["data"][12:32]
        self.address = bytes(made)
        self.contract = chain.web3.eth.contract(address=Web3.to_checksum_address(self.address), abi=self.singleton.abi)

    def execute(self, name: str, *args: object) -> int:
        """Let two owners sign and execute a call of the Safe to itself; return the block's number."""
        to, nothing = self.contract.address, (0, 0, 0, NO_ONE, NO_ONE)
        data = bytes.fromhex(self.contract.encode_abi(name, args=list(args))[2:])
        nonce = self.contract.functions.nonce().call()
        tx_hash = self.contract.functions.getTransactionHash(to, 0, data, 0, *nothing, nonce).call()
        signers = sorted(OWNERS[:2], key=lambda owner: int(owner.address, 16))
        blob = b"".join(bytes(owner.unsafe_sign_hash(tx_hash).signature) for owner in signers)
        sent = self.contract.functions.execTransaction(to, 0, data, 0, *nothing, blob).transact(
            {"from": self.chain.faucet, "gas": 500_000}
        )
        receipt = self.chain.wait(sent)
        assert receipt["status"] == 1
        return int(receipt["blockNumber"])


@cache
def proof_chain() -> ProofChain:
    """The chain of this session."""
    return ProofChain()


@cache
def genuine_safe(version: str) -> GenuineSafe:
    """A fresh Safe of a version, which all modules of this process share and nobody changes."""
    return GenuineSafe(proof_chain(), version)


@cache
def vyper_contract() -> Any:
    """The contract of `VYPER_SOURCE`: `balances` stand in slot 1, `allowances` in slot 2."""
    compiled = compile_code(VYPER_SOURCE, output_formats=["abi", "bytecode"])
    return proof_chain().deploy(compiled["abi"], compiled["bytecode"])
