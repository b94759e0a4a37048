"""Bad envelopes made from a good one, by line of the hostile catalogue, with the code of each policy.

`None` is a policy that takes it. The same bytes go to `dao vote check` and to `dao take`.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, NamedTuple

from chain.signature import eip191_digest, sign
from governance.envelope import read_envelope

ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
SUFFIX = "6492" * 16

Change = Callable[[dict[str, Any]], object]


class Attack(NamedTuple):
    """Bytes that look like a signed vote."""

    told: str
    raw: bytes
    strict: str
    snapshot: str | None
    """None where policy `snapshot` takes it."""


def spell(envelope: object) -> bytes:
    return json.dumps(envelope, ensure_ascii=False, separators=(",", ":")).encode()


def changed(good: bytes, change: Change) -> bytes:
    envelope = json.loads(good)
    change(envelope)
    return spell(envelope)


def signed(r: int, s: int, v: int) -> Change:
    data = r.to_bytes(32) + s.to_bytes(32) + bytes([v])
    return lambda envelope: envelope.update(sig="0x" + data.hex())


def numbers(good: bytes) -> tuple[int, int, int]:
    data = bytes.fromhex(json.loads(good)["sig"][2:])
    return int.from_bytes(data[:32]), int.from_bytes(data[32:64]), data[64]


def message(**members: Any) -> Change:
    return lambda envelope: envelope["data"]["message"].update(members)


def domain(**members: Any) -> Change:
    return lambda envelope: envelope["data"]["domain"].update(members)


def fields(change: Callable[[list[Any]], object]) -> Change:
    return lambda envelope: change(envelope["data"]["types"]["Vote"])


def attacks(good: bytes, key: bytes) -> dict[str, list[Attack]]:
    """By line of the catalogue; `key` is the voter's own."""
    return {**_signatures(good, key), **_typed_data(good, key)}


def _signatures(good: bytes, key: bytes) -> dict[str, list[Attack]]:
    r, s, v = numbers(good)
    personal = sign(eip191_digest(read_envelope(good).id), key)

    def attack(told: str, change: Change, strict: str, snapshot: str | None = "") -> Attack:
        return Attack(told, changed(good, change), strict, strict if snapshot == "" else snapshot)

    def length(sig: str, code: str = "E_SIG_LEN") -> Attack:
        return attack(f"{len(sig)} characters", lambda envelope: envelope.update(sig=sig), code)

    sig = json.loads(good)["sig"]
    wrapped = bytes(32) + (96).to_bytes(32) + bytes(96) + bytes.fromhex(SUFFIX)
    return {
        "H01": [attack(f"r {a:x} s {b:x}", signed(a, b, v), "E_SIG_RANGE")
                for a, b in ((0, s), (r, 0), (ORDER, s), (r, ORDER), (2**256 - 1, s))],
        "H02": [attack("mirrored s", signed(r, ORDER - s, 55 - v), "E_SIG_HIGH_S", None)],
        "H03": [
            attack("v 0 or 1", signed(r, s, v - 27), "E_SIG_V", None),
            attack("v of EIP-155", signed(r, s, v + 10), "E_SIG_V"),
            attack("v 35", signed(r, s, 35), "E_SIG_V"),
            attack("mirrored s and v 37", signed(r, ORDER - s, 37), "E_SIG_HIGH_S", "E_SIG_V"),
        ],
        "H04": [length(sig[:130]), length(sig + "00"), length(sig[:-1]), length("0x" + "zz" * 65), length(sig[2:])],
        "H05": [
            attack("another choice", message(choice=2), "E_SIG_SIGNER"),
            attack("the other parity", signed(r, s, 55 - v), "E_SIG_SIGNER"),
        ],
        "H06": [attack("zeros", signed(0, 0, 0), "E_SIG_RANGE")],
        "H08": [attack("personal_sign", lambda e: e.update(sig="0x" + personal.hex()), "E_SIG_SCHEME")],
        "H12": [attack("ERC-6492", lambda e: e.update(sig="0x" + wrapped.hex()), "E_6492")],
        "H13": [length(sig + SUFFIX, "E_SIG_SCHEME")],
    }  # fmt: skip


def _typed_data(good: bytes, key: bytes) -> dict[str, list[Attack]]:
    def attack(told: str, change: Change, code: str) -> Attack:
        return Attack(told, changed(good, change), code, code)

    def text(old: bytes, new: bytes, code: str) -> Attack:
        assert old in good
        return Attack(new[:40].decode("latin-1"), good.replace(old, new, 1), code, code)

    def both(address: str) -> Change:
        return lambda e: (e.update(address=address), e["data"]["message"].update({"from": address}))

    chained = json.loads(good)
    chained["data"]["domain"]["chainId"] = 1
    chained["sig"] = "0x" + sign(read_envelope(spell(chained), "snapshot").id, key).hex()
    address = json.loads(good)["address"]
    cycle = [{"name": "name", "type": "string"}, {"name": "next", "type": "Deep"}]
    return {
        "H16": [Attack("chain id", spell(chained), "E_DOMAIN_CHAIN", None),
                attack("chain id as text", domain(chainId="1"), "E_DOMAIN_CHAIN")],
        "H17": [attack("version", domain(version="0.1.5"), "E_DOMAIN"), attack("salt", domain(salt="0x00"), "E_DOMAIN"),
                attack("contract", domain(verifyingContract=address), "E_DOMAIN"),
                attack("no version", lambda e: e["data"]["domain"].pop("version"), "E_DOMAIN")],
        "H20": [attack("reordered", fields(lambda f: f.reverse()), "E_TYPES"),
                attack("renamed", fields(lambda f: f[4].update(name="option")), "E_TYPES"),
                attack("widened", fields(lambda f: f[4].update(type="uint256")), "E_TYPES"),
                attack("one more", fields(lambda f: f.append({"name": "power", "type": "uint256"})), "E_TYPES"),
                attack("no metadata", lambda e: e["data"]["message"].pop("metadata"), "E_TYPES")],
        "H21": [attack("a circle", lambda e: e["data"]["types"].update(Deep=cycle), "E_TYPES"),
                text(b'"types":{', b'"types":{"Deep":' + b"[" * 10_000 + b"]" * 10_000 + b",", "E_LIMIT"),
                attack("10,000 structs", lambda e: e["data"].update(types={f"S{n}": [] for n in range(10_000)}),
                       "E_LIMIT")],
        "H22": [attack(repr(value), message(timestamp=value), "E_UINT")
                for value in (2**256, -1, "0x", "1_000", "\uff11", True, None)]
               + [text(b'"timestamp":1', b'"timestamp":1.', "E_UINT")],
        "H24": [text(b'"choice":1', b'"choice":1,"choice":2', "E_JSON_DUPKEY"),
                text(b'"address":', b'"sig":"0x","address":', "E_JSON_DUPKEY")],
        "H25": [text(b'"choice":1', b'"choice":' + odd, "E_JSON_NUMBER")
                for odd in (b"NaN", b"Infinity", b"-Infinity", b"1e999", b"-0")],
        "H26": [Attack("a mark", b"\xef\xbb\xbf" + good, "E_TEXT", "E_TEXT"),
                *(text(b'"reason":"', b'"reason":"' + odd, "E_TEXT") for odd in (b"\\u0000", b"\\ud800", b"\xff")),
                text(b'"app":', '"caf\u00e9":1,"cafe\u0301":2,"app":'.encode(), "E_TEXT")],
        "H27": [attack(odd, both(odd), "E_ADDRESS")
                for odd in (address.lower(), "0X" + address[2:], address[2:], address.swapcase(), "vitalik.eth",
                            "XE7338O073KYGTWWZN0F2WZ0R8PX5ZPPZS")],
    }  # fmt: skip
