"""Every bad envelope of the hostile catalogue, given to `dao vote check` as a file, under each policy."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from chain.address import checksum
from governance.choice import read_choice
from governance.messages import message_id, sign_envelope, vote_message
from tests.dao.cli.conftest import Outcome
from tests.dao.cli.hostile_envelopes import Attack, attacks, changed, message, numbers, signed
from tests.governance.space_values import key, person, signed_vote, signer

Dao = Callable[..., Outcome]
GOOD = signed_vote(reason="why")
ATTACKS = attacks(GOOD, key("alice"))
UNCHECKABLE = frozenset({"E_6492", "E_1271_UNCHECKED"})

Judge = Callable[..., None]


@pytest.fixture
def refused(dao: Dao, tmp_path: Path) -> Judge:
    """Give all envelopes of a line to the command: strictly, by policy `snapshot`, and by none."""

    def judge(line: str) -> None:
        for attack in ATTACKS[line]:
            for options, code in (
                ((), attack.strict),
                (("--policy", "strict"), attack.strict),
                (("--policy", "snapshot"), attack.snapshot),
            ):
                _judge(dao, tmp_path / "vote.json", attack, options, code)

    return judge


def _judge(dao: Dao, file: Path, attack: Attack, options: tuple[str, ...], code: str | None) -> None:
    file.write_bytes(attack.raw)
    outcome = dao("vote", "check", file, *options, "--json")
    document = outcome.document
    assert (code, code is None) == (document["code"], document["ok"]), attack.told
    assert (0 if code is None else 2 if code in UNCHECKABLE else 1) == outcome.status, attack.told
    assert (checksum(person("alice")) if code is None else None) == document["signer"], attack.told
    assert {"strict": attack.strict, "snapshot": attack.snapshot} == document["policies"], attack.told
    assert code is None or document["message"], attack.told


def test_the_good_one_is_good(dao: Dao, tmp_path: Path) -> None:
    """What all others are made from is taken by both policies and has no finding."""
    (tmp_path / "vote.json").write_bytes(GOOD)

    document = dao("vote", "check", tmp_path / "vote.json", "--json").document

    assert (True, {"strict": None, "snapshot": None}, []) == (
        document["ok"], document["policies"], document["findings"]
    )  # fmt: skip


def test_H01_numbers_out_of_range(refused: Judge) -> None:
    """r or s zero, the curve's order, or more."""
    refused("H01")


def test_H02_mirrored_signature(refused: Judge) -> None:
    """The twin with s in the upper half."""
    refused("H02")


def test_H03_v_of_another_kind(refused: Judge) -> None:
    """0 and 1 are normalised under policy `snapshot`; 35 and more never."""
    refused("H03")


def test_H04_signature_of_another_length(refused: Judge) -> None:
    """64 bytes, 66, an odd number of digits, no hex, no prefix."""
    refused("H04")


def test_H05_another_signer(refused: Judge) -> None:
    """A changed message, a changed parity: some other address comes out, and is told."""
    refused("H05")


def test_H06_zeros(refused: Judge) -> None:
    """65 zero bytes are nobody's signature."""
    refused("H06")


def test_H07_one_vote_in_three_encodings(dao: Dao, tmp_path: Path) -> None:
    """Id and signer are the same for the twin, for v 0, and for other spaces and order of the JSON."""
    r, s, v = numbers(GOOD)
    told = set()
    for number, raw in enumerate((
        GOOD,
        changed(GOOD, signed(r, s, v - 27)),
        ATTACKS["H02"][0].raw,
        json.dumps(json.loads(GOOD), indent=2, sort_keys=True).encode(),
    )):  # fmt: skip
        file = tmp_path / f"{number}.json"
        file.write_bytes(raw)
        document = dao("vote", "check", file, "--policy", "snapshot", "--json").document
        told.add((document["ok"], document["id"], document["signer"]))

    assert {
        (True, "0x" + message_id("Vote", json.loads(GOOD)["data"]["message"]).hex(), checksum(person("alice")))
    } == told


def test_H08_personal_message(refused: Judge) -> None:
    """EIP-191 over the same bytes by the same key."""
    refused("H08")


def test_H12_wallet_that_is_not_deployed(refused: Judge) -> None:
    """An ERC-6492 wrapper is not judged: exit status 2."""
    refused("H12")


def test_H13_suffix_on_a_key_s_signature(refused: Judge) -> None:
    """The suffix of ERC-6492 after 65 bytes is no wrapper."""
    refused("H13")


def test_H16_domain_with_a_chain(refused: Judge) -> None:
    """Two wallets add it; policy `snapshot` takes it and hashes it."""
    refused("H16")


def test_H17_another_domain(refused: Judge) -> None:
    """One field more, one less, one different."""
    refused("H17")


def test_H17_a_wrong_domain_is_told_with_who_signed_in_it(dao: Dao, tmp_path: Path) -> None:
    """A person learns that the account signed, only for something else; the message is refused all the same."""
    envelope = json.loads(GOOD)
    envelope["data"]["domain"]["version"] = "0.1.5"
    (tmp_path / "vote.json").write_text(json.dumps(envelope), "utf-8")

    document = dao("vote", "check", tmp_path / "vote.json", "--json").document

    assert ["E_DOMAIN", "E_SIG_SIGNER"] == [row["code"] for row in document["findings"]]
    assert {"name": "snapshot", "version": "0.1.5"} == document["domain"]
    assert document["id"] is not None
    assert document["recovered"] != document["address"]


def test_H20_other_types(refused: Judge) -> None:
    """Reordered, renamed, widened, one more, and a message that lacks a member."""
    refused("H20")


def test_H21_types_without_end(refused: Judge) -> None:
    """A circle, 10,000 levels, 10,000 structs."""
    refused("H21")


def test_H22_numbers_in_another_spelling(refused: Judge) -> None:
    """2**256, below zero, text, full-width digits, a fraction, a boolean, nothing."""
    refused("H22")


def test_H23_bytes_of_another_length(dao: Dao, tmp_path: Path) -> None:
    """A `bytes32` proposal of 31 bytes, 33, or in capitals; Snapshot still takes such types."""
    told = vote_message(voter=person("alice"), space="3f.devnet", proposal=bytes(32), choice=1, timestamp=1_700_000_000)
    types = {"Vote": [dict(field) for field in json.loads(GOOD)["data"]["types"]["Vote"]]}
    next(field for field in types["Vote"] if field["name"] == "proposal")["type"] = "bytes32"
    for proposal, code in (
        ("0x" + "ab" * 31, "E_BYTES"),
        ("0x" + "ab" * 33, "E_BYTES"),
        ("0x" + "AB" * 32, "E_BYTES"),
        ("0x" + "ab" * 32, "E_SIG_SIGNER"),
    ):
        envelope = json.loads(GOOD)
        envelope["data"] |= {"types": types, "message": told | {"proposal": proposal}}
        (tmp_path / "vote.json").write_text(json.dumps(envelope), "utf-8")
        assert code == dao("vote", "check", tmp_path / "vote.json", "--json").document["code"], proposal


def test_H24_repeated_members(refused: Judge) -> None:
    """Two choices, two signatures: readers would differ."""
    refused("H24")


def test_H25_numbers_that_are_none(refused: Judge) -> None:
    """NaN, infinities, an exponent without end, minus zero."""
    refused("H25")


def test_H26_text_that_readers_read_differently(refused: Judge) -> None:
    """A byte order mark, NUL, half a surrogate pair, no UTF-8, twin keys."""
    refused("H26")


def test_H26_twins_are_two_messages(dao: Dao, tmp_path: Path) -> None:
    """A reason in NFC and its twin in NFD are different texts with different ids; nothing is normalised."""
    ids = set()
    for reason in ("caf\u00e9", "cafe\u0301"):
        (tmp_path / "vote.json").write_bytes(signed_vote(reason=reason))
        ids.add(dao("vote", "check", tmp_path / "vote.json", "--json").document["id"])

    assert 2 == len(ids)


def test_H27_addresses_in_another_spelling(refused: Judge) -> None:
    """Lower case, a wrong checksum, `0X`, no prefix, a name, ICAP."""
    refused("H27")


def test_H113_weights_of_18_digits(dao: Dao, tmp_path: Path) -> None:
    """A ballot of 500 choices with weights of 18 digits is read digit for digit; one above 16 KB is not read at all."""

    def weighted(choices: int) -> Path:
        text = json.dumps({str(n): 10**18 - n for n in range(1, choices + 1)}, separators=(",", ":"))
        told = vote_message(voter=person("alice"), space="s", proposal=bytes(32), choice=text, timestamp=1_700_000_000)
        (tmp_path / "vote.json").write_bytes(sign_envelope("Vote", told, signer("alice")))
        weights = read_choice("vote-string", text)
        assert isinstance(weights, dict)
        assert 10**18 - choices == int(weights[choices])
        return tmp_path / "vote.json"

    assert dao("vote", "check", weighted(500), "--json").document["ok"]

    raw = changed(weighted(10).read_bytes(), message(reason="r" * 20_000))
    (tmp_path / "vote.json").write_bytes(raw)
    assert "E_LIMIT" == dao("vote", "check", tmp_path / "vote.json", "--json").document["code"]
