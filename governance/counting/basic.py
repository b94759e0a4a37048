"""Basic: For, Against, Abstain. The only voting system whose result can release money.

It counts as single choice does; the roles of the choices are their places, fixed by the space's settings.
"""

from __future__ import annotations

from governance.counting.method import CountingError, Method
from governance.counting.single_choice import check, count


def check_choices(choices: int) -> None:
    """Refuse anything but two or three choices."""
    if not 2 <= choices <= 3:
        raise CountingError("E_OPTION_MAP", "count", count=choices, voting="basic", expected="2 or 3")


METHOD = Method("basic", "vote", check_choices, check, count)
