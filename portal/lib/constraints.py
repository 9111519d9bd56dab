"""Helpers for database constraints: what the database can refuse, it refuses."""

from collections.abc import Iterable
from typing import Any

from django.db.models import CheckConstraint, Q, TextChoices


def one_of(
    model: str, field: str, choices: type[TextChoices] | Iterable[str], *, or_empty: bool = False
) -> CheckConstraint:
    """`field` holds one of `choices` (or nothing, with `or_empty`) and nothing else."""
    known = [str(getattr(choice, "value", choice)) for choice in choices]
    return CheckConstraint(
        condition=Q(**{f"{field}__in": [*known, ""] if or_empty else known}), name=f"{model}_{field}_known"
    )


def both_or_neither(model: str, name: str, fields: Iterable[str], message: Any = None) -> CheckConstraint:
    """All of `fields` are set, or none is (a who-and-when pair)."""
    listed = list(fields)
    together = Q(**{f"{field}__isnull": False for field in listed})
    none = Q(**{f"{field}__isnull": True for field in listed})
    return CheckConstraint(condition=together | none, name=f"{model}_{name}", violation_error_message=message)
