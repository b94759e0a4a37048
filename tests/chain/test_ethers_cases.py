"""`chain.typed_data` against the 1,025 EIP-712 cases by which ethers tests its own encoder.

They come from npm (`@ethersproject/testcases` 5.8.0, MIT) at test time: `npm ci --prefix tests/npm/testcases
--ignore-scripts`. Without them the test skips, and fails instead with CI=true.
"""

from __future__ import annotations

import gzip
import json
import os
from pathlib import Path
from typing import Any

import pytest

from chain import signature, typed_data
from chain.typed_types import split_array

FILE = (
    Path(__file__).parents[1] / "npm" / "testcases" / "node_modules" / "@ethersproject" / "testcases" / "testcases"
) / "eip712.json.gz"


@pytest.fixture(scope="module")
def cases() -> list[dict[str, Any]]:
    if not FILE.exists():
        reason = "ethers' cases are not installed; `npm ci --prefix tests/npm/testcases --ignore-scripts` installs them"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    loaded: list[dict[str, Any]] = json.loads(gzip.decompress(FILE.read_bytes()))
    return loaded


def with_integers(value: Any, type_: str, types: typed_data.Types) -> Any:
    """The cases spell integers as decimal text, which our encoder refuses on purpose (H22)."""
    base, dimensions = split_array(type_, "")
    if dimensions:
        item = type_[: type_.rindex("[")]
        return [with_integers(one, item, types) for one in value]
    if base in types:
        return {field.name: with_integers(value[field.name], field.type, types) for field in types[base]}
    return int(value) if "int" in base else value


def digest(case: dict[str, Any]) -> str:
    types = typed_data.parse_types(case["types"])
    message = with_integers(case["data"], case["primaryType"], types)
    found = typed_data.digest(domain=case["domain"], types=types, primary=case["primaryType"], message=message)
    return "0x" + found.hex()


def test_every_case_of_ethers_has_its_digest(cases: list[dict[str, Any]]) -> None:
    """All 1,025: any domain, nested structs, arrays of arrays, every atomic type."""
    assert {case["name"]: case["digest"] for case in cases} == {case["name"]: digest(case) for case in cases}
    assert 1025 == len({case["name"] for case in cases})


def test_the_signed_case_of_ethers_has_its_signature(cases: list[dict[str, Any]]) -> None:
    """The same key signs the same bytes to the same 65 bytes: both follow RFC 6979 and keep s low."""
    signed = [case for case in cases if "signature" in case]

    assert [case["signature"] for case in signed] == [
        "0x" + signature.sign(bytes.fromhex(digest(case)[2:]), bytes.fromhex(case["privateKey"][2:])).hex()
        for case in signed
    ]
    assert 1 == len(signed)
