"""Times and amounts in words, in the language of the page. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Protocol

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from portal.templatetags.portal import money
from procedures.models import TimeUnit

DAY_MINUTES = 480
# To put times in order: roughly how many hours each unit is.
_HOURS = {
    TimeUnit.SAME_DAY: Decimal(8),
    TimeUnit.WORK_MINUTE: Decimal(1) / 60,
    TimeUnit.WORK_HOUR: Decimal(3),
    TimeUnit.HOUR: Decimal(1),
    TimeUnit.WORK_DAY: Decimal(34),
    TimeUnit.DAY: Decimal(24),
    TimeUnit.MONTH: Decimal(730),
    TimeUnit.UNKNOWN: Decimal(24),
}


class Limited(Protocol):
    """A time limit: a number of units, or none."""

    @property
    def value(self) -> Decimal | None:
        """How many; None when the source gives none."""

    @property
    def unit(self) -> str:
        """One of TimeUnit."""


def time_text(limit: Limited) -> str:
    """A time limit in words: "3 ngày làm việc", "trong ngày làm việc"; "" when the source gives none."""
    if limit.value is None:
        return ""
    number = _number(limit.value)
    if limit.unit == TimeUnit.SAME_DAY:
        return str(_("trong ngày làm việc"))
    if limit.unit == TimeUnit.UNKNOWN:
        return _("%(number)s (nguồn không ghi đơn vị)") % {"number": number}
    whole = int(limit.value) if limit.value == int(limit.value) else 2
    words = {
        TimeUnit.WORK_DAY: ngettext("%(number)s ngày làm việc", "%(number)s ngày làm việc", whole),
        TimeUnit.DAY: ngettext("%(number)s ngày", "%(number)s ngày", whole),
        TimeUnit.HOUR: ngettext("%(number)s giờ", "%(number)s giờ", whole),
        TimeUnit.WORK_HOUR: ngettext("%(number)s giờ làm việc", "%(number)s giờ làm việc", whole),
        TimeUnit.WORK_MINUTE: ngettext("%(number)s phút làm việc", "%(number)s phút làm việc", whole),
        TimeUnit.MONTH: ngettext("%(number)s tháng", "%(number)s tháng", whole),
    }
    return words[TimeUnit(limit.unit)] % {"number": number}


def _number(value: Decimal) -> str:
    text = f"{value.normalize():f}"
    return text if get_language() == "en" else text.replace(".", ",")


def amounts_text(amounts: list[int]) -> str:
    """Amounts a source shows: "Miễn phí" for [0], "2.000 đ; 1.000 đ" for several, "" for none."""
    if amounts == [0]:
        return str(_("Miễn phí"))
    return "; ".join(dict.fromkeys(money(amount) for amount in amounts))


def minutes_text(minutes: int) -> str:
    """Working minutes in words: "1 ngày làm việc 2 giờ", "30 phút"."""
    days, rest = divmod(minutes, DAY_MINUTES)
    hours, left = divmod(rest, 60)
    parts = []
    if days:
        parts.append(
            ngettext("%(number)s ngày làm việc", "%(number)s ngày làm việc", days) % {"number": days}
        )
    if hours:
        parts.append(ngettext("%(number)s giờ", "%(number)s giờ", hours) % {"number": hours})
    if left:
        parts.append(ngettext("%(number)s phút", "%(number)s phút", left) % {"number": left})
    return " ".join(parts)


def times_text(limits: Iterable[Limited]) -> str:
    """Several limits in one phrase: the one they share, or the shortest and the longest; "" when none is given."""
    known = sorted((limit for limit in limits if limit.value is not None), key=_hours)
    texts = list(dict.fromkeys(time_text(limit) for limit in known))
    if len(texts) < 2:
        return "".join(texts)
    return _("từ %(least)s đến %(most)s") % {"least": texts[0], "most": texts[-1]}


def _hours(limit: Limited) -> Decimal:
    return (limit.value or Decimal()) * _HOURS[TimeUnit(limit.unit)]
