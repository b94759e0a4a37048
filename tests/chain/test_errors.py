"""`chain.errors`: the shape of every refusal."""

from __future__ import annotations

import pickle

import pytest

import chain
from chain.address import AddressError
from chain.errors import ChainError, CodedError, UncheckableError


def test_refusal_carries_code_reason_and_facts() -> None:
    """What a sentence is made of stands on the error, and its text names all of it for a developer."""
    error = ChainError("E_X", "odd", item=7, limit="a b")

    assert ("E_X", "odd", {"item": 7, "limit": "a b"}) == (error.code, error.reason, error.facts)
    assert "E_X (odd): item=7, limit='a b'" == str(error)
    assert "E_X" == str(ChainError("E_X"))


@pytest.mark.parametrize("error", [AddressError("E_ADDRESS", "form", address="x"), UncheckableError("E_RPC")])
def test_refusal_survives_pickling(error: CodedError) -> None:
    """A worker process that refuses sends the whole refusal back."""
    found = pickle.loads(pickle.dumps(error))

    assert type(error) is type(found)
    assert (error.code, error.reason, error.facts) == (found.code, found.reason, found.facts)


def test_unchecked_is_not_false_but_caught_with_it() -> None:
    """One root catches both; exit status 2 is told apart by the class."""
    assert issubclass(UncheckableError, ChainError)
    assert issubclass(ChainError, CodedError)


def test_package_exports_only_its_errors() -> None:
    """Importing the package imports no standard."""
    assert ["ChainError", "CodedError", "UncheckableError"] == chain.__all__
