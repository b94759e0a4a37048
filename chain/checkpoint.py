"""Checkpoints: the size and root of a log, signed by its one key as a C2SP note.

A note here has exactly three lines of text, a blank line and one signature line, of the Ed25519 key that the caller
names. `open_note` reads it, writes it again and compares bytes, so one checkpoint has one note; everything else is
`E_NOTE`. The standards let a verifier skip extension lines and the signatures of unknown keys; we refuse them until a
witness needs them, because what nobody checks can carry anything. Which key and origin to expect is decided by the
settings; that the log only grew, by `log_tree` and the workspace that kept an older checkpoint.

Sources: c2sp.org/tlog-checkpoint, c2sp.org/signed-note, RFC 8032.
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from chain.errors import ChainError
from chain.log_tree import MAX_SIZE

MAX_NOTE = 4096
"""Bytes; a note of ours has about 250."""

_ED25519 = b"\x01"
_DASH = "\N{EM DASH}"
_NAME = r"[^\s+\x00-\x1f\x7f]+"
_NOTE = re.compile(
    rf"(?P<origin>[^\n]+)\n(?P<size>[0-9]+)\n(?P<root>[A-Za-z0-9+/=]+)\n"
    rf"\n{_DASH} (?P<name>{_NAME}) (?P<signature>[A-Za-z0-9+/=]+)\n\Z"
)
_KEY_NAME = re.compile(rf"{_NAME}\Z")
_ORIGIN = re.compile(r"[^\x00-\x1f\x7f]+\Z")


class NoteError(ChainError):
    """Bytes that are not the one note of a checkpoint under the expected key (`E_NOTE`)."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The state of a log at one size."""

    origin: str
    """Which log: `host/space`, or `mutual-dao/` and a key's fingerprint."""
    size: int
    """Leaves."""
    root: bytes
    """32 bytes, as `log_tree.root` makes them."""


def key_id(key_name: str, public_key: bytes) -> bytes:
    """Return the four bytes by which a signature line names an Ed25519 key."""
    assert _KEY_NAME.match(key_name), "a key name has no blanks, plus signs or control characters"
    assert len(public_key) == 32, "an Ed25519 public key has 32 bytes"
    return sha256(key_name.encode("utf-8") + b"\n" + _ED25519 + public_key).digest()[:4]


def public_key(private_key: bytes) -> bytes:
    """Return the 32-byte public key of a 32-byte Ed25519 private key."""
    return Ed25519PrivateKey.from_private_bytes(private_key).public_key().public_bytes_raw()


def sign(checkpoint: Checkpoint, key_name: str, private_key: bytes) -> bytes:
    """Return the note of `checkpoint`; Ed25519 is deterministic, so signing twice gives the same bytes."""
    signature = Ed25519PrivateKey.from_private_bytes(private_key).sign(_text(checkpoint).encode("utf-8"))
    return _note(checkpoint, key_name, key_id(key_name, public_key(private_key)) + signature)


def open_note(note: bytes, key_name: str, public_key: bytes) -> Checkpoint:
    """Return the checkpoint of a note that the named key signed; raise `E_NOTE` for any other bytes."""
    if len(note) > MAX_NOTE:
        raise NoteError("E_NOTE", "size", size=len(note), limit=MAX_NOTE)
    try:
        match = _NOTE.match(note.decode("utf-8"))
    except UnicodeDecodeError:
        match = None
    if match is None:
        raise NoteError("E_NOTE", "form")
    checkpoint = Checkpoint(match["origin"], _size(match["size"]), _base64(match["root"], 32))
    signed = _base64(match["signature"], 4 + 64)
    if not _ORIGIN.match(checkpoint.origin) or _note(checkpoint, match["name"], signed) != note:
        raise NoteError("E_NOTE", "form")
    expected = f"{key_name}+{key_id(key_name, public_key).hex()}"
    found = f"{match['name']}+{signed[:4].hex()}"
    if found != expected:
        raise NoteError("E_NOTE", "key", expected=expected, found=found)
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signed[4:], _text(checkpoint).encode("utf-8"))
    except InvalidSignature:
        raise NoteError("E_NOTE", "signature", key=expected) from None
    return checkpoint


def _text(checkpoint: Checkpoint) -> str:
    """The three lines that are signed."""
    assert _ORIGIN.match(checkpoint.origin), "an origin is one line"
    assert 0 <= checkpoint.size <= MAX_SIZE, "a log has a size"
    assert len(checkpoint.root) == 32, "a root is a SHA-256 digest"
    return f"{checkpoint.origin}\n{checkpoint.size}\n{b64encode(checkpoint.root).decode('ascii')}\n"


def _note(checkpoint: Checkpoint, key_name: str, signed: bytes) -> bytes:
    return f"{_text(checkpoint)}\n{_DASH} {key_name} {b64encode(signed).decode('ascii')}\n".encode()


def _size(digits: str) -> int:
    if len(digits) > 19 or int(digits) > MAX_SIZE:
        raise NoteError("E_NOTE", "form")
    return int(digits)


def _base64(text: str, length: int) -> bytes:
    """Read base64 of so many bytes; that it is the canonical spelling shows when the note is written again."""
    try:
        data = b64decode(text, validate=True)
    except ValueError:
        data = b""
    if len(data) != length:
        raise NoteError("E_NOTE", "form")
    return data
