"""People and organisations with an account."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from portal.accounts.models.units import Unit
from portal.lib.constraints import one_of


class UserKind(models.TextChoices):
    """Who stands behind an account."""

    CITIZEN = "citizen", _("Cá nhân")
    ORGANISATION = "organisation", _("Tổ chức, doanh nghiệp")
    STAFF = "staff", _("Cán bộ, công chức")


class UserManager(BaseUserManager["User"]):
    """Creates accounts."""

    use_in_migrations = True

    def create_user(self, username: str, password: str | None = None, **fields: Any) -> User:
        """A new account; `username` is the ID number, the tax code or the staff login."""
        user = self.model(username=username.strip(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, username: str, password: str | None = None, **fields: Any) -> User:
        """An account for the command line only: rights in the portal come from memberships."""
        return self.create_user(username, password, kind=UserKind.STAFF, is_superuser=True, **fields)


class User(AbstractBaseUser, PermissionsMixin):
    """An account. Rights of officers come from memberships in units, never from flags here."""

    username = models.CharField(max_length=64, unique=True)
    kind = models.CharField(max_length=12, choices=UserKind, default=UserKind.CITIZEN)
    full_name = models.CharField(max_length=150)
    organisation_name = models.CharField(max_length=250, blank=True)
    id_number = models.CharField(max_length=12, blank=True, db_index=True)
    tax_code = models.CharField(max_length=14, blank=True)
    date_of_birth = models.DateField(null=True, blank=True)
    gender = models.CharField(max_length=8, blank=True, choices=[("male", _("Nam")), ("female", _("Nữ"))])
    phone = models.CharField(max_length=20, blank=True)
    email = models.EmailField(blank=True)
    address_line = models.CharField(max_length=250, blank=True)
    commune = models.ForeignKey(Unit, models.SET_NULL, null=True, blank=True, related_name="+")
    language = models.CharField(max_length=5, default="vi")
    is_active = models.BooleanField(default=True)
    is_demo = models.BooleanField(default=False)
    date_joined = models.DateTimeField(default=timezone.now)

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["full_name"]

    history = HistoricalRecords(excluded_fields=["password", "last_login"])
    objects = UserManager()

    class Meta:
        constraints = [
            one_of("user", "kind", UserKind),
            one_of("user", "gender", ("male", "female"), or_empty=True),
        ]

    def __str__(self) -> str:
        return self.display_name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save; signing in alone (`last_login`) is worth no line of history."""
        only_signed_in = set(kwargs.get("update_fields") or ()) == {"last_login"}
        if only_signed_in:
            self.skip_history_when_saving = True
        try:
            super().save(*args, **kwargs)
        finally:
            if only_signed_in:
                del self.skip_history_when_saving

    @property
    def display_name(self) -> str:
        """The organisation's name, or the person's."""
        return self.organisation_name or self.full_name

    @property
    def is_officer(self) -> bool:
        """Whether this is a staff account."""
        return self.kind == UserKind.STAFF
