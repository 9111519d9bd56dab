"""User, Unit, Membership."""

from portal.accounts.models.memberships import Membership
from portal.accounts.models.units import HoursPeriod, Unit, UnitKind
from portal.accounts.models.users import User, UserKind

__all__ = ["HoursPeriod", "Membership", "Unit", "UnitKind", "User", "UserKind"]
