"""User, Unit, Membership."""

from portal.accounts.models.memberships import Membership
from portal.accounts.models.units import Unit, UnitKind
from portal.accounts.models.users import User, UserKind

__all__ = ["Membership", "Unit", "UnitKind", "User", "UserKind"]
