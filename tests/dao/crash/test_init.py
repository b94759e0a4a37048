"""`dao init`, killed again and again: nothing takes what lies there for a workspace, and the last run makes one."""

from __future__ import annotations

from pathlib import Path

from chain.clients.devnet import Devnet
from dao.workspace import MAKING_FILE
from tests.dao.cli.steps_workspace import everything
from tests.dao.crash.nursery import KILLED, nursery

LINE = (
    "--devnet --space club.devnet --owner ann --owner ben --holder eve=150 --proposer dora --reviewer lea "
    "--start 2026-01-05T00:00:00Z"
)


def test_a_workspace_whose_making_was_cut_off(tmp_path: Path) -> None:
    """Killed behind a key, behind others, behind the chain, dao.toml, the journal; then it is what it would have been.

    Keystores have salts of their own, so of them only the names are compared.
    """
    quiet, killed = tmp_path / "quiet", tmp_path / "killed"
    with nursery(tmp_path / "told") as children:
        assert 0 == children.run("init", "--dir", quiet, *LINE.split()).status
        deaths = 0
        for number in (1, 6, 2, 3, 4, 5, 6):
            ended = children.run("init", "--dir", killed, *LINE.split(), die_after=number)
            if ended.status != KILLED:
                break
            deaths += 1
            for words in (["status"], ["devnet", "serve"]):
                refused = children.run(*words, "--dir", killed, "--json")
                assert (1, "E_WORKSPACE") == (refused.status, refused.document["error"]["code"]), refused
            assert (killed / MAKING_FILE).exists()
        again = children.run("init", "--dir", killed, *LINE.split(), "--json")

    assert (0, 4) <= (ended.status, deaths)
    assert (1, "E_WORKSPACE") == (again.status, again.document["error"]["code"])
    left, right = everything(quiet), everything(killed)
    assert left.keys() == right.keys()
    salted = {name for name in left if name.startswith("keys/")}
    assert {name: left[name] for name in left.keys() - salted} == {name: right[name] for name in right.keys() - salted}
    with Devnet.open(killed / "devnet.sqlite") as devnet, Devnet.open(quiet / "devnet.sqlite") as other:
        assert devnet.node().head() == other.node().head()
