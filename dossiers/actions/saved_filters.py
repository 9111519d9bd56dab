"""An officer's own filters of the inbox."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from dossiers.models import SavedFilter
from dossiers.workflow import ActionError
from portal.lib import clock

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from portal.accounts.models import User

MOST = 20


def of(user: User) -> QuerySet[SavedFilter]:
    """The filters `user` keeps, by name."""
    return SavedFilter.objects.filter(owner=user.pk).order_by("name")


@transaction.atomic
def keep(*, by: User, name: str, query: str) -> SavedFilter:
    """Keep `query` under `name`; the same name again holds the new filters.

    Raises ActionError without a name, without a filter, or beyond MOST of them.
    """
    name = " ".join(name.replace("\x00", "").split())[:60]
    if not name:
        raise ActionError(_("Xin đặt tên cho bộ lọc."), field="name")
    if not query or len(query) > 500:
        raise ActionError(_("Xin chọn ít nhất một điều kiện lọc."), field="name")
    others = SavedFilter.objects.filter(owner=by).exclude(name=name)
    if others.count() >= MOST:
        raise ActionError(_("Mỗi người giữ được tối đa %(most)s bộ lọc.") % {"most": MOST}, field="name")
    values = {"query": query, "created_at": clock.now()}
    return SavedFilter.objects.update_or_create(owner=by, name=name, defaults=values)[0]


@transaction.atomic
def remove(*, by: User, key: int) -> None:
    """Remove one of one's own; another's, or one already gone, is left alone."""
    SavedFilter.objects.filter(owner=by, pk=key).delete()
