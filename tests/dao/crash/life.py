"""The life of one IIP as commands, in their order, and how each is run by somebody who keeps being killed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from chain.address import checksum
from dao.cli.start.demo import cast, world
from tests.dao.cli.service_double import ServiceDouble
from tests.dao.crash.deaths import MOMENTS, Deaths
from tests.dao.crash.nursery import KILLED, Ended, Nursery
from tests.dao.crash.town import Town

REPORT = "report.md"
RECORD = "iip-1.car"


@dataclass(frozen=True, slots=True)
class Step:
    """One command; `again`: codes with which it refuses to be repeated, none where it shows what stands."""

    words: tuple[str, ...]
    again: tuple[str, ...] = ()
    before: Callable[[], object] = field(default=lambda: None)
    """What a person or the clock does first."""


def life(
    town: Town,
    folder: Path,
    wait: Callable[[int], object],
    *,
    pays: int = 2,
    posts: bool = False,
    disputes: bool = False,
) -> Iterator[Step]:
    """From the draft to the record: two parts are paid, the second after a milestone, or only the first. With `posts`
    the first goes through a Safe Transaction Service too, and with `disputes` it is disputed before anybody signs it.
    """
    nora = checksum(town.address("nora"))
    document, report = folder / "iips" / "iip-1.md", folder / REPORT
    title = ("--title", "A keeper", "--description", "Pay a keeper.", "--author", "Dora (@dora)")
    forum = ("--discussions-to", "https://forum.example.org/t/3")
    yield Step(("draft", *title, *forum, "--pay", f"0.5 ETH to {nora}"))
    yield Step(
        ("publish", str(document), "--key", cast.AUTHOR),
        before=lambda: (wait(cast.DAY), document.write_bytes(town.told(world.document().decode()).encode())),
    )
    yield Step(("vote", "cast", "IIP-1", "For", "--key", "eve"), before=lambda: wait(cast.HOUR))
    yield Step(("vote", "cast", "IIP-1", "Against", "--key", "finn", "--reason", "Too dear"))
    yield Step(("vote", "cast", "IIP-1", "For", "--key", "hana"))
    yield Step(("tally", "IIP-1"), before=lambda: wait(3 * cast.DAY + cast.HOUR))
    yield Step(("queue", "IIP-1/1", "--out", str(folder / "1.tx.json"), "--builder", str(folder / "1.batch.json")))
    if disputes:
        why = ("IIP-1/1", "--reason")
        yield Step(("dispute", *why, "Not done yet.", "--key", "nora"), ("E_ACT", "E_DUPLICATE"))
        yield Step(("resolve", *why, "It is done.", "--key", "gil"), ("E_ACT", "E_DUPLICATE"), lambda: wait(60))
    yield Step(("sign", "IIP-1/1", "--key", "ann"), ("E_SAFE_SIGS",), lambda: wait(3 * cast.DAY))
    yield Step(("sign", "IIP-1/1", "--key", "ben"), ("E_SAFE_SIGS",))
    if posts:
        named = ("--service-env", "SAFE_SERVICE", "--service-key-env", "SAFE_KEY")
        yield Step(("post", "IIP-1/1", *named, "--out", str(folder / "seen.tx.json")))
    yield Step(("execute", "IIP-1/1", "--key", "ann"))
    reported = ("IIP-1/2", "--file", str(report), "--key")
    yield Step(("milestone", "report", *reported, "nora"), before=lambda: report.write_bytes(cast.REPORT))
    yield Step(("milestone", "approve", *reported, "lea"), ("E_DUPLICATE", "E_MILESTONE"))
    yield Step(("milestone", "approve", *reported, "max"), ("E_DUPLICATE", "E_MILESTONE"))
    if pays == 2:
        yield Step(("queue", "IIP-1/2"))
        yield Step(("sign", "IIP-1/2", "--key", "ben"), ("E_SAFE_SIGS",), lambda: wait(3 * cast.DAY))
        yield Step(("sign", "IIP-1/2", "--key", "cho"), ("E_SAFE_SIGS",))
        yield Step(("execute", "IIP-1/2", "--key", "ann"))
    yield Step(("record", "IIP-1"))


@dataclass(frozen=True, slots=True)
class Living:
    """Somebody who types the commands, in a workspace whose chain stands behind a proxy."""

    folder: Path
    nursery: Nursery
    deaths: Deaths
    service: ServiceDouble = field(default_factory=ServiceDouble)

    def run(self, step: Step, die_after: int = 0) -> Ended:
        """Run a command once."""

        def born(pid: int) -> None:
            self.deaths.victim = pid

        return self.nursery.run(*step.words, "--dir", self.folder, "--json", die_after=die_after, born=born)

    def undisturbed(self, step: Step) -> None:
        """Run a command as most people do."""
        step.before()
        ended = self.run(step)
        assert 0 == ended.status, (step.words, ended)

    def killed(self, step: Step) -> int:
        """Run a command, kill it at the next moment that counts, and run it again, until it ends by itself; return how
        often it died.

        First its transaction is not sent, then it is sent and nobody hears of it, if it sends one; so with each of what
        is posted to a service; and each run dies right after its first commit or file, so that every such moment is met
        by somebody.
        """
        step.before()
        died = 0
        if step.words[0] == "execute":
            died += self._die(step, die_after=1)  # the transaction is kept, and not a byte of it has left
            self.deaths.next = ["before"]
            died += self._die(step)
            self.deaths.next = ["after"]
            died += self._die(step)
        if step.words[0] == "post":  # a proposal, and the second owner's confirmation
            for _ in range(2):
                for moment in MOMENTS:
                    self.service.next = [moment]
                    died += self._die(step)
        while (ended := self.run(step, die_after=1)).status == KILLED:
            died += 1
            assert died < 20, step.words
        code = ended.document.get("error", ended.document).get("code", "")
        assert (ended.status, code) in {(0, ""), *((1, code) for code in step.again)}, (step.words, ended)
        return died

    def _die(self, step: Step, die_after: int = 0) -> int:
        ended = self.run(step, die_after)
        assert KILLED == ended.status, (step.words, ended)
        return 1
