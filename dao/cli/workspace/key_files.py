"""What the commands that make a key share: the folder it goes to, its name, its passphrase, and who must not have it.

A folder need not be a workspace yet, because owners, reviewers and the journal's writer have keys before there is one.
A devnet's keys are public, so they are refused wherever the folder is not a devnet's.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, NamedTuple

import typer

from chain.address import checksum
from chain.clients.devnet import FAUCET_KEY
from chain.signature import address_of
from dao.cli import steps
from dao.cli.answer import Answer
from dao.cli.start.demo import cast
from dao.files import is_there
from dao.keys import KeyFileError, Keyring, devnet_key
from dao.passphrase import new_passphrase
from dao.workspace import CONFIG_FILE, KEYS, Anchors, Workspace

Name = Annotated[str, typer.Argument(help="Name of the new keystore, as ann.", metavar="NAME")]
KeysDir = Annotated[Path, typer.Option("--dir", help="Folder whose keys/ takes it; it need not be a workspace yet.")]


class Place(NamedTuple):
    """Where a new key goes."""

    keys: Path
    anchors: Anchors | None
    """None: the folder is no workspace yet."""

    @property
    def is_devnet(self) -> bool:
        """Whether the keys there are public anyway."""
        return self.anchors is not None and not self.anchors.rpc_env

    def new_ring(self, passphrase_file: Path | None) -> Keyring:
        """Open the keyring for a new key, with the one passphrase that all its keys have."""
        ring = Keyring(self.keys, new_passphrase(self.keys, passphrase_file))
        ring.refuse_another()
        return ring


@contextmanager
def place(folder: Path) -> Iterator[Place]:
    """Hold the folder, as a workspace where it is one."""
    if not is_there(folder / CONFIG_FILE):
        yield Place(folder / KEYS, None)
        return
    with Workspace(folder) as workspace:
        yield Place(workspace.keys, workspace.anchors)


def public_keys(*names: str) -> frozenset[bytes]:
    """The devnet's keys of some people and of everybody in the demo, and the faucet's: everybody has them."""
    return frozenset({FAUCET_KEY, *map(devnet_key, {*names, *cast.PEOPLE})})


def save(where: Place, name: str, key: bytes, passphrase_file: Path | None) -> Answer:
    """Write the keystore and tell its address, and nothing else of the key."""
    if is_there(where.keys / f"{name}.json"):  # before anybody types a passphrase
        raise KeyFileError("E_KEY_FILE", "exists", name=f"{name}.json")
    if not where.is_devnet and key in public_keys(name):
        raise KeyFileError("E_DEVNET", "key", name=name)
    where.new_ring(passphrase_file).save(name, key)
    address = checksum(address_of(key))
    file = where.keys / f"{name}.json"
    document = {"ok": True, "name": name, "address": address, "file": str(file)}
    return Answer(document, steps.done("STEP_KEY", name=name, address=address, file=str(file)))
