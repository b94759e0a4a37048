"""`governance.settings_signatures`: what owners sign, and the file in which signatures travel."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from chain.address import checksum
from chain.errors import CodedError
from chain.safe import safe_message_hash
from governance.settings_signatures import (
    SettingsSignatures,
    merge,
    read_signatures,
    typed_settings,
    unsigned,
    write_signatures,
)
from governance.space import NO_PREVIOUS, settings_cid, settings_digest
from tests.governance.space_values import SAFE, person, settings, signer

TEXT = settings().text
OTHER = settings(lambda values: values.update(grace=1)).text
PREVIOUS = b"\x07" * 32


def signed(*names: str, text: str = TEXT, previous: bytes = NO_PREVIOUS) -> SettingsSignatures:
    fresh = unsigned(text, previous)
    made = {person(name): signer(name).sign_typed(typed_settings(text, previous)) for name in names}
    return SettingsSignatures(space=fresh.space, previous=previous, settings=fresh.settings, by_owner=made)


def test_what_is_signed_is_the_safes_own_message() -> None:
    """The typed data that a wallet shows hash to what ERC-1271 asks of the Safe."""
    settings_ = settings()
    digest = settings_digest(settings_.space, PREVIOUS, TEXT)
    safe = settings_.treasury()

    assert safe_message_hash(
        chain_id=safe.chain_id, safe=SAFE, version=safe.version, message=digest
    ) == typed_settings(TEXT, PREVIOUS).digest()  # fmt: skip


def test_the_file_reads_back() -> None:
    """Owners ascending, whatever the order in which they signed."""
    written = write_signatures(signed("ben", "ann"))

    assert signed("ann", "ben") == read_signatures(written.encode())
    assert written == write_signatures(signed("ann", "ben"))
    assert str(settings_cid(TEXT)) == json.loads(written)["settings"]


def test_files_are_merged_in_any_order() -> None:
    """Each signature is checked as it comes; one owner has one."""
    both = merge(signed("ann"), signed("ben"), TEXT)

    assert both == merge(signed("ben"), signed("ann", "ben"), TEXT)
    assert {person("ann"), person("ben")} == both.by_owner.keys()


@pytest.mark.parametrize(
    ("other", "code", "reason"),
    [
        (lambda: signed("ben", text=OTHER), "E_SIGNATURES", "other_settings"),
        (lambda: signed("ben", previous=PREVIOUS), "E_SIGNATURES", "other_previous"),
        (lambda: renamed(signed("ben"), "cho"), "E_SIG_SIGNER", "other"),
        (lambda: relabelled(signed("ben", text=OTHER)), "E_SIG_SIGNER", "other"),
    ],
)
def test_what_is_not_merged(other: Callable[[], SettingsSignatures], code: str, reason: str) -> None:
    """Other settings, other ones before them, another's name, and another text under this one's name."""
    with pytest.raises(CodedError) as caught:
        merge(signed("ann"), other(), TEXT)

    assert (code, reason) == (caught.value.code, caught.value.reason)


def renamed(made: SettingsSignatures, name: str) -> SettingsSignatures:
    (signature,) = made.by_owner.values()
    return SettingsSignatures(
        space=made.space, previous=made.previous, settings=made.settings, by_owner={person(name): signature}
    )


def relabelled(made: SettingsSignatures) -> SettingsSignatures:
    return SettingsSignatures(
        space=made.space, previous=made.previous, settings=settings_cid(TEXT), by_owner=made.by_owner
    )


BROKEN: tuple[tuple[Callable[[dict[str, Any]], object], str], ...] = (
    (lambda file: file.update(version=2), "E_VERSION"),
    (lambda file: file.update(extra=1), "E_VERSION"),
    (lambda file: file.pop("space"), "E_SIGNATURES"),
    (lambda file: file.update(signatures=[]), "E_SIGNATURES"),
    (lambda file: file.update(signatures={"0xabc": "0x"}), "E_SIGNATURES"),
    (lambda file: file.update(signatures={checksum(person("ann")): 7}), "E_SIGNATURES"),
    (lambda file: file.update(previous="00"), "E_SIGNATURES"),
    (lambda file: file.update(settings="nothing"), "E_SIGNATURES"),
)


@pytest.mark.parametrize(("change", "code"), BROKEN)
def test_files_of_another_form(change: Callable[[dict[str, Any]], object], code: str) -> None:
    """Exactly the known keys, each in its only spelling."""
    file = json.loads(write_signatures(signed("ann")))
    change(file)

    with pytest.raises(CodedError) as caught:
        read_signatures(json.dumps(file).encode())

    assert code == caught.value.code
