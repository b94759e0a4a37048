"""A mandate in the settings stops what was voted before anybody signs it: a payee, or too much in a time."""

from __future__ import annotations

import json
from functools import partial

from chain.address import checksum
from chain.json_text import canonical
from dao.cli.start.demo import cast
from dao.workflow import founding, paying
from dao.workflow.proposing import settings_in_force
from governance.space import settings_cid
from tests.dao.workflow.refusing import refuses
from tests.dao.workflow.stage import Stage, eth


def found_mandate(stage: Stage) -> None:
    """The owners sign settings by which the fund pays half an ether a month, and never pays finn."""
    first = settings_in_force(stage.desk).text
    settings = json.loads(first)
    limits = [{"amount": str(cast.UNIT // 2), "asset": "ETH", "seconds": 30 * cast.DAY}]
    settings["funds"][0]["mandate"] = {"excluded": [checksum(cast.address("finn"))], "limits": limits}
    text = canonical(settings)
    keys = [cast.signer("ann"), cast.signer("ben")]
    founding.found(stage.desk, text, founding.sign_settings(text, keys, settings_cid(first).digest))
    stage.there.wait(cast.HOUR)


def test_H92_a_vote_lifts_no_mandate(stage: Stage) -> None:
    """The limit counts what was paid before; an excluded payee gets nothing, however much he was voted."""
    found_mandate(stage)
    published = stage.pass_(1, eth("0.4"), eth("0.2"), eth("0.1"), to_finn())
    txs = [paying.queue(stage.desk, published.id, part) for part in (1, 2, 3, 4)]
    stage.there.wait(2 * cast.DAY + 60)
    stage.sign(published, 1, txs[0])
    paying.execute(stage.desk, published.id, 1, txs[0], cast.signer("ann"))
    sign = partial(paying.sign, stage.desk, published.id, owner=cast.signer("ann"))
    refuses(stage, "E_OUTFLOW_CAP", "", lambda: sign(part=2, tx=txs[1]))
    refuses(stage, "E_MANDATE", "part", lambda: sign(part=4, tx=txs[3]))
    stage.sign(published, 3, txs[2])

    assert stage.verifies(published)


def to_finn() -> str:
    whole = eth("0.01")
    return whole.replace(checksum(cast.address("nora")), checksum(cast.address("finn")))
