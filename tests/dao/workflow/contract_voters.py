"""Contracts that vote: genuine Safes, and small ones made for one test each, all holders of the token."""

from __future__ import annotations

from dataclasses import dataclass, replace

from chain import abi
from chain.clients import devnet_contracts, safe_deploy
from chain.clients.devnet import FAUCET_KEY
from chain.safe import SIGN_MESSAGE_LIBS, SafeTx, join_signatures, safe_tx_hash
from chain.safe_message import message_hash
from chain.signature import address_of, sign
from dao.cli.start.demo import cast, world
from dao.record.verify import Report, verify
from dao.workflow import recording
from dao.workflow.proposing import Published
from governance.messages import Envelope, envelope_json, message_id, read_envelope, vote_message
from governance.settings import Settings
from tests.dao.workflow.stage import Stage

VERSION = "1.4.1"
OWNERS = ("ann", "ben", "cho")

YES = "7f1626ba7e" + "00" * 28 + "5f5260205ff3"
"""PUSH32 the magic value, MSTORE(0), RETURN(0, 32): a wallet that signs whatever it is asked."""
NASTY = {
    "reverts": "5f5ffd",
    "says nothing": "5f5ff3",
    "says 33 bytes": YES[:-8] + "60215ff3",
    "says true": "60015f5260205ff3",
    "says the old magic": YES.replace("1626ba7e", "20c13b0b"),
    "says the magic and more": YES.replace("1626ba7e" + "00" * 28, "1626ba7e" + "00" * 27 + "01"),
    "reverts with the magic": YES[:-2] + "fd",
}
"""Runtime code of contracts that say no, each in its way."""
BURNERS = {"says ten megabytes": "629896805ff3", "runs for ever": "5b5f56", "burns its gas at once": "fe"}


def deploy(stage: Stage, runtime: str, *, holds: int = 50) -> bytes:
    """Put code on the chain that becomes a holder of the token."""
    code = bytes.fromhex(runtime)
    init = bytes.fromhex(f"61{len(code):04x}80600a3d393df3") + code
    contract = stage.desk.node.send(FAUCET_KEY, None, data=init).contract
    assert contract is not None
    return fund(stage, contract, holds)


def fund(stage: Stage, holder: bytes, holds: int = 50) -> bytes:
    """Give somebody tokens of the author's."""
    dora = cast.key(cast.AUTHOR)
    devnet_contracts.transfer(stage.desk.node, dora, stage.there.token, holder, holds * cast.UNIT)
    return holder


def ballot(stage: Stage, published: Published, voter: bytes, *, choice: int = 1) -> dict[str, object]:
    """The message of a contract's vote, now."""
    return vote_message(
        voter=voter, space=cast.SPACE, proposal=published.id, choice=choice, timestamp=stage.there.devnet.now()
    )


def vote(message: dict[str, object], voter: bytes, signed: bytes) -> bytes:
    """Its envelope."""
    return envelope_json("Vote", message, voter, signed)


@dataclass(frozen=True)
class SafeVoter:
    """A genuine Safe 1.4.1 with three owners, of whom two sign."""

    stage: Stage
    address: bytes

    @classmethod
    def create(cls, stage: Stage, *, holds: int = 100, salt: int = 7, threshold: int = 2) -> SafeVoter:
        owners = [cast.address(name) for name in OWNERS]
        node = stage.desk.node
        safe = safe_deploy.create_safe(node, FAUCET_KEY, owners=owners, threshold=threshold, salt_nonce=salt)
        return cls(stage, fund(stage, safe, holds))

    def blob(self, digest: bytes, *names: str) -> bytes:
        """The owners' signatures over the Safe's message."""
        hash_ = message_hash(self.stage.desk.node.chain_id(), self.address, digest)
        return join_signatures({cast.address(name): sign(hash_, cast.key(name)) for name in names})

    def envelope(self, message: dict[str, object], *names: str) -> bytes:
        """A vote under the signatures of some owners; of none: signed on chain."""
        return vote(message, self.address, self.blob(message_id("Vote", message), *names) if names else b"")

    def envelope_with_approval(self, message: dict[str, object], approver: str, signer: str) -> bytes:
        """A vote that one owner approves on chain and another signs."""
        digest = message_id("Vote", message)
        hash_ = message_hash(self.stage.desk.node.chain_id(), self.address, digest)
        approve = abi.encode_call("approveHash(bytes32)", [hash_])
        owner = cast.address(approver)
        self.stage.desk.node.send(FAUCET_KEY, owner, value=10**18)
        self.stage.desk.node.send(cast.key(approver), self.address, data=approve)
        entries = {owner: owner.rjust(32, b"\0") + bytes(32) + b"\x01"}
        entries[cast.address(signer)] = self.blob(digest, signer)
        return vote(message, self.address, b"".join(entries[who] for who in sorted(entries)))

    def execute(self, to: bytes, data: bytes, *, operation: int = 0, names: tuple[str, ...] = ("ann", "ben")) -> None:
        """Run a transaction of the Safe."""
        node = self.stage.desk.node
        nonce = int.from_bytes(node.call(self.address, abi.encode_call("nonce()", [])), "big")
        tx = SafeTx(
            chain_id=node.chain_id(), safe=self.address, version=VERSION, to=to, value=0, data=data,
            operation=operation, nonce=nonce,
        )  # fmt: skip
        signed = {cast.address(name): sign(safe_tx_hash(tx), cast.key(name)) for name in names}
        receipt = safe_deploy.execute_safe_tx(node, FAUCET_KEY, tx, join_signatures(signed))
        assert receipt.status == 1

    def execute_message(self, digest: bytes, *, names: tuple[str, ...] = ("ann", "ben")) -> None:
        """Let the Safe sign on chain by SignMessageLib, as its own app does."""
        library = next(iter(SIGN_MESSAGE_LIBS[VERSION]))
        call = abi.encode_call("signMessage(bytes)", [abi.encode(["bytes32"], [digest])])
        self.execute(library, call, operation=1, names=names)

    def swap_owner(self, old: str, new: str, *, names: tuple[str, ...] = ("ben", "cho")) -> None:
        """Let another person take an owner's place."""
        owners = abi.decode(["address[]"], self.stage.desk.node.call(self.address, abi.encode_call("getOwners()", [])))
        at = list(owners[0]).index(cast.address(old))
        before = owners[0][at - 1] if at else bytes(19) + b"\x01"
        call = abi.encode_call("swapOwner(address,address,address)", [before, cast.address(old), cast.address(new)])
        self.execute(self.address, call, names=names)


def counterfactual(salt: int = 99, threshold: int = 2) -> tuple[bytes, bytes, bytes]:
    """A Safe that nobody has deployed yet: its address, the factory, and the factory's calldata."""
    initializer = safe_deploy.setup_call([cast.address(name) for name in OWNERS], threshold)
    data = abi.encode_call("createProxyWithNonce(address,bytes,uint256)", [safe_deploy.SAFE_L2, initializer, salt])
    return safe_deploy.safe_address(initializer, salt), safe_deploy.PROXY_FACTORY, data


def wrapped(factory: bytes, calldata: bytes, signed: bytes) -> bytes:
    """A signature in the wrapper of ERC-6492."""
    return abi.encode(["address", "bytes", "bytes"], [factory, calldata, signed]) + bytes.fromhex("6492" * 16)


def delegate_code(stage: Stage, name: str, target: bytes) -> None:
    """Let a person's account run a contract's code (EIP-7702), by a transaction that somebody else pays."""
    from eth_account import Account

    node = stage.desk.node
    authorization = {"chainId": node.chain_id(), "address": target, "nonce": node.nonce(cast.address(name))}
    signed = Account.sign_authorization(authorization, cast.key(name))
    fields = node.prepare(address_of(FAUCET_KEY), bytes(19) + b"\x99", gas=200_000)
    raw = Account.sign_transaction({**fields, "type": 4, "authorizationList": [signed]}, FAUCET_KEY).raw_transaction
    assert node.wait(node.send_raw(bytes(raw))).status == 1
    assert bytes.fromhex("ef0100") + target == node.code(cast.address(name))


def read(raw: bytes) -> Envelope:
    """A vote as policy `snapshot` reads it."""
    return read_envelope(raw, "snapshot")


def under_snapshot(settings: Settings) -> Settings:
    """The same settings with Snapshot's own way of admission."""
    return replace(settings, admission="snapshot")


def verified(stage: Stage, published: Published) -> Report:
    """The record of a proposal, checked."""
    report = verify(recording.write_record(stage.desk, published.id, cast.journal_key(), world.origin()))
    assert report.ok, report.failed
    return report
