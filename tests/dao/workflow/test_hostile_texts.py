"""Texts that change, vanish, collide or imitate: each is refused at the door of the journal, and nothing is lost."""

from __future__ import annotations

import json

from chain.cid import raw_cid
from chain.json_text import canonical
from dao.cli.start.demo import cast
from dao.record.carrier import Publication
from dao.views.iip_standing import iip_standing
from dao.views.numbers import numbers
from dao.workflow import founding, proposing, submitting
from dao.workflow.proposing import Decision, settings_in_force
from governance.messages import read_envelope, sign_envelope
from governance.space import settings_cid
from proposals.lint import lint
from tests.dao.workflow.refusing import refuses
from tests.dao.workflow.stage import Stage, eth

IMITATION = "Yеs"


def question(stage: Stage) -> bytes:
    """A document that pays nobody."""
    raw = stage.document(3, eth("1")).decode()
    budget = raw[raw.index("## Budget") : raw.index("## Milestones")]
    raw = raw.replace(budget, "").replace("type: Funding", "type: Process")
    return raw.replace(
        next(line for line in raw.splitlines(keepends=True) if line.startswith("requested")), ""
    ).encode()


def test_H29_choice_in_letters_of_another_script(stage: Stage) -> None:
    """`Yеs` with a Cyrillic letter beside `Yes` is neither signed nor taken from elsewhere; `Yes` is."""
    author, raw = cast.signer(cast.AUTHOR), question(stage)
    stage.there.wait(600)
    bad, good = (Decision("single-choice", ("No", told)) for told in (IMITATION, "Yes"))

    refuses(
        stage, "E_CONFUSABLE", "option",
        lambda: proposing.sign(stage.desk, raw, author=author, fund=cast.FUND, decision=bad),
    )  # fmt: skip
    signed = proposing.sign(stage.desk, raw, author=author, fund=cast.FUND, decision=good)
    message = {**read_envelope(signed.envelope).message, "choices": ["No", IMITATION]}
    forged = Publication(sign_envelope("Proposal", message, author), raw, None)
    refuses(stage, "E_CONFUSABLE", "option", lambda: proposing.take(stage.desk, forged))
    assert () == proposing.take(stage.desk, signed).parts


def test_H38_edit_of_a_text_that_is_voted_on(stage: Stage) -> None:
    """A signature stands for one text: another one under it is E_REVISION, and none replaces it while the vote runs."""
    author = cast.signer(cast.AUTHOR)
    stage.there.wait(600)
    signed = proposing.sign(stage.desk, stage.document(1, eth("0.5")), author=author, fund=cast.FUND)
    edited = signed._replace(document=signed.document.replace(b"Pay a keeper.", b"Pay a friend."))

    refuses(stage, "E_REVISION", "carried", lambda: proposing.take(stage.desk, edited))
    published = proposing.take(stage.desk, signed)
    stage.vote(published, 1, "eve")
    refuses(stage, "E_STATE", "published", lambda: submitting.submit(stage.desk, edited.document, author))
    stage.vote(published, 1, "hana")
    stage.decide(published)
    assert signed.document == stage.desk.get(published.document)
    assert stage.verifies(published)


def test_H39_what_is_taken_back_stays_readable(stage: Stage) -> None:
    """There is no deleting: a withdrawn text keeps its bytes, its number and its reason, and is not published again."""
    author, raw = cast.signer(cast.AUTHOR), stage.document(3, eth("0.5"))
    submitting.submit(stage.desk, raw, author)
    leaves = stage.desk.journal.leaves

    submitting.withdraw(stage.desk, 3, "IIP-4 says it better", author)

    assert leaves == stage.desk.journal.leaves[: len(leaves)]
    assert raw == stage.desk.get(raw_cid(raw))
    told = iip_standing(stage.desk, numbers(stage.desk.journal)[3], "IIP", stage.desk.now())
    assert ("Withdrawn", "IIP-4 says it better") == (told.state, told.facts["why"])
    refuses(stage, "E_STATE", "withdrawn", lambda: proposing.publish(stage.desk, raw, author=author, fund=cast.FUND))


def test_H41_two_authors_race_for_one_number(stage: Stage) -> None:
    """Both sign number 1 before either is taken; the first to arrive has it, the other takes a new number."""
    first = settings_in_force(stage.desk).text
    text = canonical({**json.loads(first), "proposers": []})
    keys = [cast.signer("ann"), cast.signer("ben")]
    founding.found(stage.desk, text, founding.sign_settings(text, keys, settings_cid(first).digest))
    stage.there.wait(cast.HOUR)
    raws = {"eve": stage.document(1, eth("0.5")), "hana": stage.document(1, eth("0.4"))}
    signed = {
        name: proposing.sign(stage.desk, raw, author=cast.signer(name), fund=cast.FUND) for name, raw in raws.items()
    }

    published = proposing.take(stage.desk, signed["hana"])
    refuses(stage, "E_IIP_DUP", "author", lambda: proposing.take(stage.desk, signed["eve"]))

    assert [] == lint(raws["eve"])[0]
    again = raws["eve"].replace(b"iip: 1\n", b"iip: 2\n")
    other = proposing.publish(stage.desk, again, author=cast.signer("eve"), fund=cast.FUND)
    assert {1, 2} == set(numbers(stage.desk.journal))
    assert published.id != other.id
