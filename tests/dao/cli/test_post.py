"""`dao post` and `dao proposer` against a double of a service: what is sent, what comes back, and that nothing of it is
believed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from chain.address import checksum
from chain.safe import safe_tx_hash
from dao.cli.start.demo import cast
from dao.cli.steps import find_part, queued
from dao.session import open_session
from tests.chain.clients.http_double import serving
from tests.dao.cli import steps_workspace
from tests.dao.cli.conftest import Outcome
from tests.dao.cli.service_double import KEY, ServiceDouble
from tests.dao.cli.steps_workspace import everything
from treasury.confirmations import sign_safe_tx

Dao = Callable[..., Outcome]


def _hex(data: bytes) -> str:
    return "0x" + data.hex()


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace to copy."""
    return steps_workspace.build(tmp_path_factory.mktemp("post") / "workspace")


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    return steps_workspace.copy_of(made, tmp_path / "workspace")


@contextmanager
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[ServiceDouble]:
    double = ServiceDouble()
    with serving(double.respond) as url:
        monkeypatch.setenv("SAFE_SERVICE", url)
        monkeypatch.setenv("SAFE_KEY", KEY)
        yield double


def post(dao: Dao, folder: Path, *words: object) -> Outcome:
    named = ("--service-env", "SAFE_SERVICE", "--service-key-env", "SAFE_KEY")
    return dao("post", "IIP-1/1", *named, *words, "--dir", folder, "--json")


def test_there_and_back(dao: Dao, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Proposed under the first owner's name, confirmed by the second, not sent twice; and what only the service has is
    taken from a file, where every signature is checked.
    """
    assert 0 == dao("sign", "IIP-1/1", "--key", "ann", "--dir", folder).status
    with open_session(folder) as session:
        tx = queued(session, find_part(session, "IIP-1/1"))
    with service(monkeypatch) as double:
        first, again = post(dao, folder), post(dao, folder)
        shown = double.kept[_hex(safe_tx_hash(tx))]
        ben = sign_safe_tx(tx, cast.signer("ben"))
        shown["confirmations"].append({"owner": checksum(ben.owner), "signature": _hex(ben.signature)})
        before = everything(folder)
        seen = post(dao, folder, "--out", tmp_path / "seen.tx.json")
        untouched = everything(folder)
        taken = dao("take", tmp_path / "seen.tx.json", "--dir", folder, "--json")
        assert 0 == dao("sign", "IIP-1/1", "--key", "cho", "--dir", folder).status
        third = post(dao, folder)

    assert (0, 1, 0) == (first.status, first.document["posted"], again.document["posted"]), first.err
    assert (checksum(cast.address("ann")), str(tx.value)) == (shown["sender"], shown["value"])
    assert ({"posted": 0, "confirmations": 2, "new": 1}, before) == (
        {name: seen.document[name] for name in ("posted", "confirmations", "new")},
        untouched,
    )
    assert 0 == taken.status, taken.err
    assert (1, 3, 0) == tuple(third.document[name] for name in ("posted", "confirmations", "new"))


@pytest.mark.parametrize(
    ("lies", "code"),
    [
        ({"to": checksum(cast.address("jan"))}, "E_HASH_MISMATCH"),
        ({"value": "1", "contractTransactionHash": None}, "E_SAFE_SERVICE"),
        ({"operation": 0}, "E_HASH_MISMATCH"),
        ({"nonce": 99, "contractTransactionHash": None, "safeTxHash": None}, "E_SAFE_SERVICE"),
        ({"value": "one"}, "E_UINT"),
    ],
)
def test_H76_a_service_that_shows_something_else_is_not_believed(
    dao: Dao, folder: Path, monkeypatch: pytest.MonkeyPatch, lies: dict[str, Any], code: str
) -> None:
    """Another payee under our hash, another amount without one, another operation: refused, and no file is left."""
    dao("sign", "IIP-1/1", "--key", "ann", "--dir", folder)
    before = everything(folder)
    with service(monkeypatch) as double:
        double.lies = lies
        outcome = post(dao, folder, "--out", folder / "seen.tx.json")

    assert code == outcome.document["error"]["code"]
    assert outcome.status in (1, 2)
    assert before == everything(folder)


def test_what_keeps_it_from_being_posted(dao: Dao, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody signed, no variable, an error of the service, nobody there; never with the key in the message."""
    with service(monkeypatch) as double:
        unsigned = post(dao, folder)
        dao("sign", "IIP-1/1", "--key", "ann", "--dir", folder)
        double.status = 503
        broken = post(dao, folder)
    gone = post(dao, folder)
    monkeypatch.setenv("SAFE_SERVICE", "http://service.example")
    plain = post(dao, folder)
    monkeypatch.delenv("SAFE_SERVICE")
    unset = post(dao, folder)

    found = [(outcome.status, outcome.document["error"]["code"]) for outcome in (unsigned, broken, gone, plain, unset)]
    assert [(64, "E_SAFE_SERVICE"), *[(2, "E_SAFE_SERVICE")] * 3, (64, "E_SAFE_SERVICE")] == found
    assert not any(KEY in outcome.out + outcome.err for outcome in (unsigned, broken, gone, plain, unset))


def proposer(dao: Dao, folder: Path, *words: object) -> Outcome:
    named = ("--service-env", "SAFE_SERVICE", "--service-key-env", "SAFE_KEY")
    return dao("proposer", *words, *named, "--dir", folder, "--json")


def test_a_proposer_posts_before_anybody_has_signed(dao: Dao, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An owner names an account that owns nothing; it posts what an owner could sign now, and is no confirmation; the
    owner signs and is posted after it; the account is taken back. The journal takes nothing of all this.
    """
    nora = checksum(cast.address("nora"))
    with service(monkeypatch):
        before = everything(folder)
        nobody = proposer(dao, folder)
        refused = post(dao, folder, "--key", "nora")
        named = proposer(dao, folder, nora, "--label", "bot", "--key", "ann")
        posted, again = post(dao, folder, "--key", "nora"), post(dao, folder, "--key", "nora")
        untouched = everything(folder)
        assert 0 == dao("sign", "IIP-1/1", "--key", "ann", "--dir", folder).status
        owned = post(dao, folder)
        removed = proposer(dao, folder, nora, "--remove", "--key", "ann")

    safe = nobody.document["safe"].rpartition(":")[2]
    row = {"proposer": nora, "owner": checksum(cast.address("ann")), "safe": safe, "label": "bot", "expires": None}
    assert ([], [row], []) == tuple(each.document["proposers"] for each in (nobody, named, removed))
    assert (2, "E_SAFE_SERVICE") == (refused.status, refused.document["error"]["code"])
    assert [(1, 0), (0, 0), (1, 1)] == [
        (each.document["posted"], each.document["confirmations"]) for each in (posted, again, owned)
    ]
    assert before == untouched


def test_who_may_not_propose(dao: Dao, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An owner's key, which would confirm; a key that names somebody without owning the Safe; an owner as somebody's
    proposer; a label that no service keeps; and what no owner could sign. Each without a word to the service.
    """
    ann, nora = checksum(cast.address("ann")), checksum(cast.address("nora"))
    with service(monkeypatch) as double:
        found = [
            post(dao, folder, "--key", "ann"),
            proposer(dao, folder, nora, "--key", "nora"),
            proposer(dao, folder, ann, "--key", "ben"),
            proposer(dao, folder, nora, "--label", "x" * 51, "--key", "ann"),
            proposer(dao, folder, "--remove", "--key", "ann"),
        ]
        for owner in ("ann", "cho"):
            assert 0 == dao("veto", "IIP-1", "--reason", "Too dear", "--key", owner, "--dir", folder).status
        found.append(post(dao, folder, "--key", "nora"))
        asked = [request.method for request in double.seen]

    assert ["E_SAFE_SERVICE", "E_SAFE_SIGS", "E_SAFE_SERVICE", "E_USAGE", "E_USAGE", "E_VETO"] == [
        each.document["error"]["code"] for each in found
    ]
    assert {"GET"} >= set(asked)


@pytest.mark.parametrize(
    "page",
    [
        [],
        {"results": None},
        {"results": [{"delegate": 7}]},
        {"results": [{"delegate": "0x00", "delegator": "0x00", "label": "x"}]},
    ],
)
def test_a_list_of_proposers_out_of_form(dao: Dao, folder: Path, monkeypatch: pytest.MonkeyPatch, page: object) -> None:
    """Is not read; a page of a longer list is told as one."""
    row = {"safe": None, "delegate": checksum(cast.address("nora")), "delegator": checksum(cast.address("ann"))}
    with service(monkeypatch) as double:
        double.page = page
        bad = proposer(dao, folder)
        double.page = {"results": [{**row, "label": "bot\x1b[2J", "expiryDate": "2027-01-01"}], "next": "http://x/"}
        part = proposer(dao, folder)
        told = dao("proposer", "--service-env", "SAFE_SERVICE", "--service-key-env", "SAFE_KEY", "--dir", folder)

    assert bad.document["error"]["code"] in ("E_SAFE_SERVICE", "E_ADDRESS")
    assert (None, False) == (part.document["proposers"][0]["safe"], part.document["is_whole"])
    assert "\x1b[2J" not in told.out
    assert "more" in told.out


def test_the_newer_service_is_refused_by_name(dao: Dao, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its requests could not be read anywhere, so none is made up."""
    with service(monkeypatch) as double:
        found = [each(dao, folder, "--dialect", "queue-service") for each in (post, proposer)]

    assert ([], ["E_SAFE_SERVICE"] * 2) == (double.seen, [each.document["error"]["code"] for each in found])
