"""What the tests of vetoes and endings share: a guardian, a rejection by the owners' wallets, the fund's numbers."""

from __future__ import annotations

import json

from chain.address import checksum
from chain.clients.safe_deploy import execute_safe_tx
from chain.json_text import canonical
from chain.networks import DEVNET_CHAIN_ID
from chain.safe import SafeTx, join_signatures
from dao.cli.start.demo import cast
from dao.cli.start.demo.books import ledger_of
from dao.views.iip_standing import IipStanding, iip_standing
from dao.views.numbers import numbers
from dao.workflow import founding
from dao.workflow.proposing import settings_in_force
from governance.space import settings_cid
from tests.dao.workflow.stage import Stage
from treasury.assets import native
from treasury.confirmations import sign_safe_tx
from treasury.fund import FundState, fund_state
from treasury.rejection import rejection_of

GUARDIAN = "ivo"
REASON = b"The payee's key was stolen.\n"


def found_guardian(stage: Stage, name: str = GUARDIAN) -> None:
    """The owners sign settings that name a guardian, and their notice runs out."""
    first = settings_in_force(stage.desk).text
    text = canonical({**json.loads(first), "guardian": checksum(cast.address(name))})
    keys = [cast.signer("ann"), cast.signer("ben")]
    founding.found(stage.desk, text, founding.sign_settings(text, keys, settings_cid(first).digest))
    stage.there.wait(cast.HOUR)


def found_source(stage: Stage, place: bytes, kind: str = "mutual") -> None:
    """The owners sign settings by which the fund has one more source, and their notice runs out."""
    first = settings_in_force(stage.desk).text
    settings = json.loads(first)
    settings["funds"][0]["sources"].append({"address": checksum(place), "kind": kind})
    text = canonical(settings)
    keys = [cast.signer("ann"), cast.signer("ben")]
    founding.found(stage.desk, text, founding.sign_settings(text, keys, settings_cid(first).digest))
    stage.there.wait(cast.HOUR)


PANEL = ("gil", "finn", "jan")
PANEL_SECONDS = 5 * cast.DAY
DECISION = b"The work was done; pay it.\n"


def found_panel(stage: Stage) -> None:
    """The owners sign settings that name a panel of three, two of whom decide, and a guardian."""
    first = settings_in_force(stage.desk).text
    panel = {"panel": [checksum(cast.address(name)) for name in PANEL], "required": 2, "seconds": PANEL_SECONDS}
    text = canonical({**json.loads(first), "disputes": panel, "guardian": checksum(cast.address(GUARDIAN))})
    keys = [cast.signer("ann"), cast.signer("ben")]
    founding.found(stage.desk, text, founding.sign_settings(text, keys, settings_cid(first).digest))
    stage.there.wait(cast.HOUR)


def found_periods(stage: Stage, **seconds: int) -> None:
    """The owners sign settings with these periods, and their notice runs out."""
    first = settings_in_force(stage.desk).text
    text = canonical({**json.loads(first), "periods": seconds})
    keys = [cast.signer("ann"), cast.signer("ben")]
    founding.found(stage.desk, text, founding.sign_settings(text, keys, settings_cid(first).digest))
    stage.there.wait(cast.HOUR)


def reject(stage: Stage, tx: SafeTx, *names: str) -> bytes:
    """Two owners spend the nonce of a transaction from their wallets; return the transaction's hash."""
    empty = rejection_of(tx)
    blob = join_signatures({
        cast.address(name): sign_safe_tx(empty, cast.signer(name)).signature for name in names or ("ben", "cho")
    })  # fmt: skip
    return execute_safe_tx(stage.desk.node, cast.key("cho"), empty, blob).transaction_hash


def money(stage: Stage) -> FundState:
    """The fund's state of the chain's own coin, as the books say."""
    return fund_state(ledger_of(stage.desk), cast.FUND, native(DEVNET_CHAIN_ID))


def standing(stage: Stage, number: int = 1) -> IipStanding:
    """Where an IIP stands now."""
    return iip_standing(stage.desk, numbers(stage.desk.journal)[number], "IIP", stage.there.devnet.now())


def told(stage: Stage, number: int = 1) -> tuple[str, list[str], list[str]]:
    """State, the parts' states, and the commands that come next."""
    found = standing(stage, number)
    assert found.problem is None
    return found.state, [part.state for part in found.parts], [step.command for step in found.steps]
