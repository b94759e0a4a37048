"""An artifact file of OpenZeppelin's package, as its user names it: the code of a VestingWallet, and of which release.

Decides that only code is deployed whose hash is known (`chain.vesting_wallet`); the file's own name and version are not
believed.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from chain import json_text
from chain.errors import ChainError
from chain.vesting_wallet import version_of_init

MAX_BYTES = 4 << 20
_HEX = re.compile(r"0x(?:[0-9a-f]{2})+\Z", re.ASCII)


class ArtifactError(ChainError):
    """A file that is no artifact, or not of a known release (`E_ARTIFACT`)."""


class WalletArtifact(NamedTuple):
    """Code that may be deployed."""

    version: str
    """The release of `@openzeppelin/contracts` whose VestingWallet it is."""
    code: bytes
    """Without the constructor's arguments."""


def read_artifact(data: bytes) -> WalletArtifact:
    """Read `build/contracts/VestingWallet.json` of the package."""
    found = json_text.loads(data, max_bytes=MAX_BYTES)
    text = found.get("bytecode") if isinstance(found, dict) else None
    if not isinstance(text, str) or not _HEX.match(text):
        raise ArtifactError("E_ARTIFACT", "form")
    code = bytes.fromhex(text[2:])
    version = version_of_init(code)
    if version is None:
        raise ArtifactError("E_ARTIFACT", "unknown")
    return WalletArtifact(version, code)
