"""Working groups as settings name them: `groups`, a key that may be left out.

Decides their form, and that no group could confirm its own requests: whoever asks, another person must be there to
say yes or no. What a group's account does is decided by `treasury.group_accounts`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from governance.errors import GovernanceError
from governance.settings import Credit, GroupSettings
from governance.strict_map import StrictMap

if TYPE_CHECKING:
    from governance.settings import Settings

_NAME = r"[a-z][a-z0-9-]{0,31}"
"""The books make an account's component of it, one to one."""


class GroupSettingsError(GovernanceError):
    """Groups that do not fit the funds, or that could pay themselves (`E_SETTINGS`, `E_RULE_UNSAFE`)."""


def read_groups(opened: StrictMap) -> tuple[GroupSettings, ...]:
    """Read `groups` of settings; nothing where there is no such key."""
    if "groups" not in opened.values:
        return ()
    found = opened.open_each("groups", "confirmers credit fund members name")
    if not found:
        opened.refuse("groups", "at least one group, or no such key")
    return tuple(_group(one) for one in found)


def check_groups(settings: Settings) -> None:
    """Refuse a name that is used twice, a fund or asset that is not there, and a member whom nobody else confirms."""
    names = [group.name for group in settings.groups]
    if len(set(names)) != len(names):
        raise GroupSettingsError("E_SETTINGS", "group_twice")
    for group in settings.groups:
        fund = settings.fund(group.fund)
        known = set() if fund is None else {asset.address for asset in fund.assets}
        drawn = [line.address for line in group.credit]
        if fund is None or not known.issuperset(drawn) or len(set(drawn)) != len(drawn):
            raise GroupSettingsError("E_SETTINGS", "group_fund", group=group.name, fund=group.fund)
        if not group.members or any(not set(group.confirmers) - {member} for member in group.members):
            raise GroupSettingsError("E_RULE_UNSAFE", "group", group=group.name)


def _group(opened: StrictMap) -> GroupSettings:
    credit = [Credit(line.optional_address("asset"), line.amount("limit"))
              for line in opened.open_each("credit", "asset limit")]  # fmt: skip
    return GroupSettings(
        name=opened.text("name", _NAME),
        fund=opened.text("fund", _NAME),
        members=opened.address_list("members"),
        confirmers=opened.address_list("confirmers"),
        credit=tuple(credit),
    )
