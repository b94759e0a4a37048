"""The shipped plan as text, to be changed in one place at a time."""

from __future__ import annotations

from pathlib import Path

import dao.plans
from treasury.allocation import Plan
from treasury.allocation_text import read_plan

MUTON = (Path(dao.plans.__file__).parent / "muton.toml").read_text("utf-8")
ANN, BEN = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359"


def changed(*changes: tuple[str, str], more: str = "") -> Plan:
    """Read the plan with each text replaced where it stands first, and with more tables below."""
    text = MUTON
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    return read_plan((text + more).encode())


def grant(id_: str, beneficiary: str = ANN, *, bucket: str = "team", amount: str = "1000", more: str = "") -> str:
    """Spell one grant."""
    keys = f'id = "{id_}"\nbucket = "{bucket}"\nbeneficiary = "{beneficiary}"\namount = "{amount}"\n'
    return f"\n[[grant]]\n{keys}{more}\n"


def payment(amount: str, at: str = "2019-01-01T00:00:00Z", evidence: str = "minutes 1", bucket: str = "reserve") -> str:
    """Spell one payment of a committee."""
    keys = f'bucket = "{bucket}"\nat = "{at}"\namount = "{amount}"\nevidence = "{evidence}"\n'
    return f"\n[[payment]]\n{keys}"
