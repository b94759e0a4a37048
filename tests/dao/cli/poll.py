"""One open vote in a workspace of a test's own, and the files that come to it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from chain.cid import CID
from dao.cli.start.demo import cast
from dao.store.journal import Journal
from governance.messages import read_envelope, sign_envelope, vote_message
from governance.settings_draft import write_draft
from tests.dao.cli import steps_workspace
from tests.dao.cli.conftest import Outcome

Dao = Callable[..., Outcome]


class Poll:
    """IIP-2 in a workspace of one test's own, and files on their way to it."""

    def __init__(self, dao: Dao, folder: Path) -> None:
        self.dao, self.folder = dao, folder
        signed = self.run("vote", "cast", "IIP-2", "For", "--key", "eve", "--out", folder.parent / "honest.json")
        assert 0 == signed.status, signed.err
        self.honest = (folder.parent / "honest.json").read_bytes()
        self.message: dict[str, Any] = dict(read_envelope(self.honest).message)
        self.now = int(self.message["timestamp"])

    def run(self, *words: object) -> Outcome:
        return self.dao(*words, "--dir", self.folder)

    def vote(self, name: str = "eve", **members: Any) -> bytes:
        """A vote that is signed as it should be."""
        facts = {"space": cast.SPACE, "proposal": bytes.fromhex(str(self.message["proposal"])[2:]), "choice": 1}
        told = vote_message(voter=cast.address(name), **{**facts, "timestamp": self.now, **members})
        return sign_envelope("Vote", told, cast.signer(name))

    def take(self, raw: bytes) -> dict[str, Any]:
        """What `dao take` says of a file."""
        file = self.folder.parent / "vote.json"
        file.write_bytes(raw)
        (row,) = self.run("take", file, "--json").document["files"]
        assert isinstance(row, dict)
        return row

    def refuses(self, raw: bytes) -> str:
        """The code of a refusal, after which the journal is as before."""
        before = steps_workspace.state(self.folder)
        row = self.take(raw)
        assert ("refused", before) == (row["state"], steps_workspace.state(self.folder))
        return str(row["code"])

    def wait(self, time: str) -> None:
        assert 0 == self.run("devnet", "wait", time).status

    def settings(self) -> dict[str, Any]:
        with Journal(self.folder / "journal.sqlite") as journal:
            link = journal.leaves[0].body["settings"]
            assert isinstance(link, CID)
            return dict(json.loads(journal.get(link)))

    def tally(self, name: str = "IIP-2") -> Any:
        return self.run("tally", name, "--json").document

    def change_settings(self, **changed: Any) -> None:
        """Two owners found settings with these values; they bind after an hour's notice."""
        (self.folder / "settings.draft.json").write_text(write_draft({**self.settings(), **changed}))
        for words in (("sign", "--key", "ann"), ("sign", "--key", "ben"), ("found",)):
            outcome = self.run("settings", *words)
            assert 0 == outcome.status, outcome.err

    def write(self, number: int, old: bytes = b"", new: bytes = b"") -> Path:
        """The document of IIP-2 under another number, or with other words, as the file of that number."""
        file = self.folder / "iips" / f"iip-{number}.md"
        raw = (self.folder / "iips" / "iip-2.md").read_bytes()
        changed = raw.replace(old, new) if old else raw.replace(b"iip: 2\n", b"iip: %d\n" % number)
        assert raw != changed
        file.write_bytes(changed)
        return file

    def publish(self, number: int) -> Any:
        """Publish it and wait until its vote is open."""
        outcome = self.run("publish", self.write(number), "--key", "dora", "--json")
        assert 0 == outcome.status, outcome.out
        self.wait("61m")
        return outcome.document

    def cast(self, name: str, choice: str, iip: str = "IIP-2") -> None:
        outcome = self.run("vote", "cast", iip, choice, "--key", name)
        assert 0 == outcome.status, outcome.err

    def refuses_words(self, *words: object) -> tuple[int, str]:
        """Exit status and code of a command that is refused and changes nothing: no file, no leaf."""
        before = steps_workspace.everything(self.folder)
        outcome = self.run(*words, "--json")
        assert before == steps_workspace.everything(self.folder)
        return outcome.status, str(outcome.document["error"]["code"])
