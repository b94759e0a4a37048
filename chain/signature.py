"""ECDSA over secp256k1: sign 32 bytes, and say who signed them.

A signature is 65 bytes r || s || v and has one spelling: r and s in range, s in the lower half, v 27 or 28. Everything
else is refused by name, so a signature cannot be told again in other bytes. A signature is still never an identity:
that is the digest. What the 32 bytes mean, contract signatures (ERC-1271) and who may sign are decided elsewhere.

Source: SEC 1 §4.1.6 (recovery), EIP-2 (low s), EIP-191 (`eip191_digest`), RFC 6979 (deterministic nonces). The curve is
libsecp256k1's, through coincurve; recovery calls its C functions directly, which release the interpreter's lock and
cost 1.07 of the bare `secp256k1_ecdsa_recover`, where coincurve's `PublicKey` objects cost 1.16.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NoReturn

from coincurve import GLOBAL_CONTEXT, PrivateKey
from coincurve._libsecp256k1 import ffi, lib

from chain.address import checksum
from chain.errors import ChainError
from chain.keccak import keccak256

_N = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
# Scalars are compared as 32 big-endian bytes: the order is the same, and no integer is built.
_ZERO, _ORDER, _HALF = bytes(32), _N.to_bytes(32, "big"), (_N // 2).to_bytes(32, "big")

_ERC6492_SUFFIX = bytes.fromhex("6492") * 16
_CONTEXT = GLOBAL_CONTEXT.ctx
_SIGNATURE, _PUBLIC_KEY = ffi.typeof("secp256k1_ecdsa_recoverable_signature *"), ffi.typeof("secp256k1_pubkey *")
_POINT, _SIZE = ffi.typeof("unsigned char[65]"), ffi.typeof("size_t *")

_V = b"\x1b\x1c"

_HEX = re.compile(r"0x[0-9a-fA-F]*\Z", re.ASCII)


class SignatureError(ChainError):
    """A signature (or key) that is malformed, or that somebody else made."""


def sign(digest: bytes, private_key: bytes) -> bytes:
    """Sign 32 bytes; return r || s || v with low s and v 27 or 28. The nonce follows from key and digest."""
    assert len(digest) == 32, "a digest has 32 bytes"
    signed = _key(private_key).sign_recoverable(digest, hasher=None)
    return bytes(signed[:64]) + bytes([27 + signed[64]])


def address_of(private_key: bytes) -> bytes:
    """Return the 20-byte address of a private key; raise `SignatureError` (`E_KEY`) if it is none."""
    return _address(_key(private_key).public_key.public_key)


def recover(digest: bytes, signature: bytes) -> bytes:
    """Return the 20-byte address that signed these 32 bytes.

    Raises `SignatureError`: `E_SIG_LEN`, `E_SIG_RANGE`, `E_SIG_HIGH_S`, `E_SIG_V`; `E_SIG_SIGNER` if no key could have
    made it. A well-formed signature of *other* bytes recovers to some other address: use `check` where one is expected.
    """
    r_s, v = _split(signature)
    if r_s[32:] > _HALF:
        raise SignatureError("E_SIG_HIGH_S")
    if v not in (27, 28):
        raise SignatureError("E_SIG_V", "strict", found=v)
    return _recover(digest, r_s, v - 27)


def recover_snapshot(digest: bytes, signature: bytes) -> tuple[bytes, tuple[str, ...]]:
    """Return the signer as policy `snapshot` reads signatures, and the codes of what strictness would have refused.

    `W_SIG_HIGH_S`: s in the upper half; `W_SIG_V_NORMALISED`: v 0 or 1, read as 27 or 28. Any other v is `E_SIG_V`.
    """
    r_s, v = _split(signature)
    if v not in (0, 1, 27, 28):
        raise SignatureError("E_SIG_V", "snapshot", found=v)
    remarks = [code for code, found in (("W_SIG_HIGH_S", r_s[32:] > _HALF), ("W_SIG_V_NORMALISED", v < 27)) if found]
    return _recover(digest, r_s, v % 27), tuple(remarks)


def check(digest: bytes, signature: bytes, expected: bytes) -> None:
    """Return if `expected` signed these 32 bytes; raise `SignatureError` as `recover` does otherwise.

    `E_SIG_SCHEME` tells the one mistake that has a cure: the right key signed the right bytes, but as a personal
    message (EIP-191) instead of typed data. Any other signer is `E_SIG_SIGNER`.
    """
    found = recover(digest, signature)
    if found == expected:
        return
    refuse_signer(digest, signature, expected=expected, found=found)


def checker() -> Callable[[bytes, bytes, bytes], bool]:
    """Return a function that says of (digest, signature, expected) whether `check` would return, for one thread only:
    it keeps its buffers, which is half of what `check` costs beside the curve. Why not, `check` says.

    Whether r and s are in range is left to libsecp256k1, which parses none beyond the order and recovers from no zero.
    """
    parsed, key, point, size = ffi.new(_SIGNATURE), ffi.new(_PUBLIC_KEY), ffi.new(_POINT), ffi.new(_SIZE, 65)
    octets, uncompressed = ffi.buffer(point), lib.SECP256K1_EC_UNCOMPRESSED
    parse, serialize = lib.secp256k1_ecdsa_recoverable_signature_parse_compact, lib.secp256k1_ec_pubkey_serialize
    recover_key = lib.secp256k1_ecdsa_recover

    def is_signed(digest: bytes, signature: bytes, expected: bytes) -> bool:
        if len(signature) != 65 or signature[64] not in _V or signature[32:64] > _HALF:
            return False
        if not (parse(_CONTEXT, parsed, signature, signature[64] - 27) and recover_key(_CONTEXT, key, parsed, digest)):
            return False
        serialize(_CONTEXT, point, size, key, uncompressed)
        return keccak256(octets[1:65])[12:] == expected

    return is_signed


def refuse_signer(digest: bytes, signature: bytes, *, expected: bytes, found: bytes) -> NoReturn:
    """Raise the `SignatureError` for a signature that recovers to `found` where `expected` should have signed."""
    as_personal_message, _ = recover_snapshot(eip191_digest(digest), signature)
    if as_personal_message == expected:
        raise SignatureError("E_SIG_SCHEME", "eip191", expected=checksum(expected), found=checksum(found))
    raise SignatureError("E_SIG_SIGNER", "other", expected=checksum(expected), found=checksum(found))


def eip191_digest(message: bytes) -> bytes:
    """Hash a personal message (`personal_sign`, EIP-191 version 0x45)."""
    return keccak256(b"\x19Ethereum Signed Message:\n%d" % len(message) + message)


def parse_hex(text: object) -> bytes:
    """Read a signature as JSON carries it: `0x` and an even number of hex digits. Its length is not judged here."""
    if not isinstance(text, str) or not _HEX.match(text):
        raise SignatureError("E_SIG_LEN", "hex")
    if len(text) % 2:
        raise SignatureError("E_SIG_LEN", "odd", found=len(text) - 2)
    return bytes.fromhex(text[2:])


def _split(signature: bytes) -> tuple[bytes, int]:
    """Return r || s, both in [1, n-1], and v unjudged."""
    if len(signature) != 65:
        raise _wrong_length(signature)
    r, s = signature[:32], signature[32:64]
    if not _ZERO < r < _ORDER:
        raise SignatureError("E_SIG_RANGE", "r")
    if not _ZERO < s < _ORDER:
        raise SignatureError("E_SIG_RANGE", "s")
    return signature[:64], signature[64]


def _wrong_length(signature: bytes) -> SignatureError:
    if signature.endswith(_ERC6492_SUFFIX):
        return SignatureError("E_SIG_SCHEME", "erc6492")
    if len(signature) == 64:
        return SignatureError("E_SIG_LEN", "compact")
    return SignatureError("E_SIG_LEN", "length", found=len(signature))


def _recover(digest: bytes, r_s: bytes, recovery_id: int) -> bytes:
    assert len(digest) == 32, "a digest has 32 bytes"
    signature, key = ffi.new(_SIGNATURE), ffi.new(_PUBLIC_KEY)
    # Parsing cannot fail after `_split`; recovery does when r is no x coordinate of the curve: nobody made this.
    parsed = lib.secp256k1_ecdsa_recoverable_signature_parse_compact(_CONTEXT, signature, r_s, recovery_id)
    if not (parsed and lib.secp256k1_ecdsa_recover(_CONTEXT, key, signature, digest)):
        raise SignatureError("E_SIG_SIGNER", "nobody")
    return _address(key)


def _address(key: object) -> bytes:
    """Hash the 64 bytes of a libsecp256k1 public key to its address."""
    point, size = ffi.new(_POINT), ffi.new(_SIZE, 65)
    lib.secp256k1_ec_pubkey_serialize(_CONTEXT, point, size, key, lib.SECP256K1_EC_UNCOMPRESSED)
    return keccak256(ffi.buffer(point)[1:65])[12:]


def _key(private_key: bytes) -> PrivateKey:
    # The facts never hold the key.
    if len(private_key) != 32:
        raise SignatureError("E_KEY", "length", found=len(private_key))
    if not _ZERO < private_key < _ORDER:
        raise SignatureError("E_KEY", "range")
    return PrivateKey(private_key)
