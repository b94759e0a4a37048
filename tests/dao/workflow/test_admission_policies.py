"""A space whose settings admit by policy `snapshot`: votes in old forms are taken, counted and verified as such."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from chain.clients import devnet_contracts
from chain.clients.devnet import Devnet
from chain.json_text import canonical
from chain.signature import sign
from dao.cli.start.demo import cast, world
from dao.record.case import need
from dao.store.journal import Journal
from dao.workflow import founding, income, voting
from dao.workflow.desk import Desk
from dao.workflow.proposing import Published
from governance.message_types import DOMAIN, current, registry
from governance.messages import vote_message
from tests.dao.cli.hostile_envelopes import ORDER
from tests.dao.workflow.refusing import refuses
from tests.dao.workflow.stage import Stage, eth

Ballot = Callable[[Stage, Published, str], bytes]


@contextmanager
def admitting(policy: str, folder: Path) -> Iterator[Stage]:
    """A funded DAO with this policy in its settings."""
    with Devnet.temporary(cast.GENESIS) as devnet, Journal(folder / "journal.sqlite", create=True) as journal:
        there, node = world.build(devnet), devnet.node()
        desk = Desk(journal, node)
        text = canonical({**json.loads(world.settings_text(there)), "admission": policy})
        founding.found(desk, text, founding.sign_settings(text, [cast.signer("ann"), cast.signer("ben")]))
        receipt = devnet_contracts.bring_premium(node, cast.key(cast.BUYER), there.proxy, 40 * cast.UNIT)
        income.book_income(desk, "premium", cast.FUND, receipt.transaction_hash)
        yield Stage(there, desk)


def envelope(stage: Stage, published: Published, name: str, **changed: Any) -> bytes:
    """A vote for choice 1, with another domain, types or recovery than clients of today would use."""
    kind, domain = changed.get("kind", current("vote")), {**DOMAIN, **changed.get("domain", {})}
    message = vote_message(
        voter=cast.address(name), space=cast.SPACE, proposal=published.id, choice=1, timestamp=stage.desk.now()
    )
    signed = sign(kind.digester(domain)(message), cast.key(name))
    if changed.get("mirrored"):
        s = ORDER - int.from_bytes(signed[32:64])
        signed = signed[:32] + s.to_bytes(32) + bytes([55 - signed[64]])
    data = {"domain": domain, "types": kind.to_json(), "message": message}
    return json.dumps({"address": message["from"], "sig": "0x" + signed.hex(), "data": data}).encode()


def chained(stage: Stage, published: Published, name: str) -> bytes:
    return envelope(stage, published, name, domain={"chainId": 1})


def old(stage: Stage, published: Published, name: str) -> bytes:
    kind = next(kind for kind in registry().values() if kind.sha256.startswith("bc8c6814"))
    return envelope(stage, published, name, kind=kind)


def mirrored(stage: Stage, published: Published, name: str) -> bytes:
    return envelope(stage, published, name, mirrored=True)


FORMS: tuple[tuple[Ballot, str, str, str], ...] = (
    (chained, "eve", "E_DOMAIN_CHAIN", "extra"),
    (old, "hana", "E_TYPES", "history"),
    (mirrored, "eve", "E_SIG_HIGH_S", ""),
)


def test_policy_snapshot_takes_what_snapshot_took(tmp_path: Path) -> None:
    """A domain with a chain, types of 2022 and a mirrored signature: taken, counted, and the record verifies."""
    with admitting("snapshot", tmp_path) as stage:
        published = stage.publish(1, eth("0.5"))
        stage.there.wait_until(published.start)
        for form, name, _, _ in FORMS[:2]:
            voting.cast(stage.desk, form(stage, published, name))
        stage.decide(published)

        case = stage.desk.case(published.id, 10, 20, 21, 22, 23, 24, 30, 31, 32, 40, 41)

        assert [("W_DOMAIN_CHAIN",), ("W_TYPES_OLD",)] == [vote.envelope.warnings for vote in need(case.votes)]
        assert 2 == need(case.expected).votes
        assert stage.verifies(published)


def test_policy_strict_takes_none_of_it(tmp_path: Path) -> None:
    """The same ballots are refused by their codes where the settings say `strict`, and nothing is kept."""
    with admitting("strict", tmp_path) as stage:
        published = stage.publish(1, eth("0.5"))
        stage.there.wait_until(published.start)
        for form, name, code, reason in FORMS:
            refuses(stage, code, reason, lambda f=form, n=name: voting.cast(stage.desk, f(stage, published, n)))  # type: ignore[misc]
