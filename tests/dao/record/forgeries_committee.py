"""Forgeries of a committee's grant: checks 34 and 44, and what other checks say of its members and its books.

The journal of the story holds two grants, of 100 and of 50 within one year of at most 150; the record is the second's.
Here the owners, the member who asked and all who voted lend their keys.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from typing import Any

from chain import log_tree
from chain.address import checksum
from chain.json_text import canonical
from dao.cli.start.demo import cast
from dao.workflow.founding import sign_settings
from governance.messages import read_envelope
from governance.space import settings_cid
from tests.dao.record.forge import Bench
from tests.dao.record.row import Row

GRANT, YEAR = (34, "committee.grant"), (44, "committee.year")
RULES, POWER, VERDICT, COVER = (
    (24, "proposal.rules"), (40, "power.proof"), (42, "tally.verdict"), (72, "books.cover"),
)  # fmt: skip


def _under(change: Callable[[dict[str, Any]], object]) -> Callable[[Bench], None]:
    """The owners had signed a committee that is another one, and everybody acts under it."""

    def forge(bench: Bench) -> None:
        first, slot = bench.one("settings"), bench.one("settings", 2)
        values = json.loads(bench.blocks[slot.body["settings"]])
        change(values["funds"][1]["committee"])
        text = canonical(values)
        keys = [cast.signer(name) for name in ("ann", "cho")]
        signatures = sign_settings(text, keys, first.body["settings"].digest)
        bench.edit(slot, settings=bench.raw(text.encode()), signatures=signatures)
        _ask_again(bench, settings=str(settings_cid(text)))

    return forge


def _ask_again(bench: Bench, **block: object) -> None:
    """The member signs the proposal with another block, and all members vote again."""
    old = bench.proposal
    slot = bench.one("proposal", id=old)
    plugins = json.loads(bench.message(slot)["plugins"])
    plugins["mutualDao"].update(block)
    bench.sign_message(slot, "Proposal", plugins=canonical(plugins))
    bench.rename(old, slot.body["id"])
    votes = [vote for vote in bench.all("vote") if vote.body["proposal"] == bench.proposal]
    for vote in votes:
        bench.sign_message(vote, "Vote", proposal="0x" + bench.proposal.hex())
    ids = [read_envelope(bench.blocks[vote.body["envelope"]]).id for vote in votes]
    root = log_tree.root([log_tree.leaf_hash(id_) for id_ in ids])
    bench.edit(bench.one("closed", proposal=bench.proposal), count=len(ids), root=root)


def _limits(**limit: str) -> Callable[[Bench], None]:
    return _under(lambda committee: committee["limits"][0].update(limit))


def _members(*names: str) -> Callable[[Bench], None]:
    return _under(lambda committee: committee.update(members=[checksum(cast.address(name)) for name in names]))


def _first_grant_left_out(bench: Bench) -> None:
    """What the first grant promised is not in the books, so that the year has room for more."""
    bench.drop(bench.entry("committed/1"))


def _first_grant_made_small(bench: Bench) -> None:
    slot = bench.entry("committed/1")
    postings = [{**line, "amount": "10" if int(line["amount"]) > 0 else "-10"} for line in slot.body["postings"]]
    bench.edit(slot, postings=postings)


G = partial(Row, story="granted")

ROWS = (
    G("a grant above the limit of one", _limits(grant=str(49 * cast.UNIT)), *GRANT, "E_GRANT"),
    G("a grant of what the mandate does not name", _limits(symbol="ETH"), *GRANT, "E_GRANT"),
    G("a grant to a member", _members("finn", "gil", "nora"), *GRANT, "E_GRANT"),
    G("a grant that somebody outside asked for", _members("gil", "jan", "kim"), *RULES, "E_THRESHOLD"),
    G("a vote of somebody outside", _members("finn", "gil", "kim"), *POWER, "E_POWER"),
    G("a grant that took more members", _under(lambda committee: committee.update(required=3)), *VERDICT,
      "E_RESULT_MISMATCH"),
    G("a grant for which the year had no room", _limits(year=str(149 * cast.UNIT)), *YEAR, "E_GRANT"),
    G("an older grant left out of the books", _first_grant_left_out, *COVER, "E_BUDGET"),
    G("an older grant made small in the books", _first_grant_made_small, *COVER, "E_BUDGET"),
)  # fmt: skip
