"""A procedure as lists, search and API show it: facts held in memory, said in the language of the page."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import NamedTuple

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from portal.lib.text import fold
from portal.templatetags.portal import money
from procedures.models import Channel, OfferLevel, OnlineLevel, Setup
from procedures.wording import amounts_text, times_text

CHANNELS = (Channel.ONLINE.value, Channel.COUNTER.value, Channel.POST.value)


class Limit(NamedTuple):
    """Time and shown amounts of one channel (and case). `fee_known`: the amounts may be told as what is paid."""

    channel: str
    value: Decimal | None
    unit: str
    amounts: tuple[int, ...]
    fee_known: bool


class Rules(NamedTuple):
    """What the version in force says, as far as lists need it."""

    online_level: str = OnlineLevel.UNCONFIRMED.value
    limits: tuple[Limit, ...] = ()
    timed: frozenset[str] = frozenset()  # channels for which a day of return can be promised
    has_form: bool = False
    has_fees: bool = False  # whether there are rules to calculate by


@dataclass(frozen=True)
class Entry:
    """A procedure as lists, search and API show it."""

    pk: int
    code: str
    title: str
    official_title: str
    field_code: str
    field_name: str
    field_name_en: str
    at_commune: bool
    at_province: bool
    agency: str
    department_code: str
    department: str
    vertical_system: str
    for_citizens: bool
    for_organisations: bool
    configured: bool
    missing: tuple[str, ...]
    popularity: int
    rules: Rules
    setup: str
    as_of: str
    source: str
    level_here: str = (
        ""  # what an order sets at the chosen unit (`OfferLevel`); "": as the version in force says
    )
    upcoming: datetime.date | None = None  # when a version published for a later day takes effect

    @property
    def field_label(self) -> str:
        """The field in the language of the page."""
        return self.field_name_en if self.field_name_en and get_language() == "en" else self.field_name

    @property
    def online_level(self) -> str:
        """The level of the version in force."""
        return self.rules.online_level

    @property
    def here(self) -> tuple[str, str]:
        """What an order says about the chosen unit, in words, and the tone of its badge; empty without one."""
        if not self.level_here or (self.level_here in {"full", "partial"} and not self.files_online):
            return ("", "")
        tones = {"full": "good", "partial": "info", "counter": "neutral", "none": "bad"}
        return (str(OfferLevel(self.level_here).label), tones[self.level_here])

    @property
    def has_form(self) -> bool:
        """Whether there is an e-form."""
        return self.rules.has_form

    @cached_property
    def channels(self) -> frozenset[str]:
        """The ways it can come in, as the source has them."""
        return frozenset(limit.channel for limit in self.rules.limits)

    @property
    def files_online(self) -> bool:
        """Whether it can be filed here online."""
        return (
            self.setup != Setup.INCOMPLETE
            and self.rules.has_form
            and Channel.ONLINE in self.rules.timed
            and self.online_level != OnlineLevel.COUNTER
        )

    @property
    def time_label(self) -> str:
        """How long it takes, over all channels and cases, or that nobody confirmed it."""
        return times_text(self.rules.limits) or _("chưa xác nhận")

    @property
    def fee_label(self) -> str:
        """What it costs, channel by channel where they differ, or that nobody confirmed it; whose amounts they are."""
        texts = {limit.channel: self._amounts(limit.channel) for limit in self.rules.limits}
        if not any(texts.values()):
            return _("chưa xác nhận")
        alike: dict[str, list[str]] = {}
        for channel, text in texts.items():
            alike.setdefault(text or _("chưa xác nhận"), []).append(str(Channel(channel).label))
        said = "; ".join(f"{', '.join(labels)}: {text}" for text, labels in alike.items())
        said = next(iter(alike)) if len(alike) == 1 else said
        national = not self.configured and "city_fee" in self.missing
        return _("%(fee)s (theo nguồn quốc gia)") % {"fee": said} if national else said

    @property
    def where_label(self) -> str:
        """Which level takes it, or a ministry's own system; "" when nobody says."""
        if self.vertical_system:
            return _("hệ thống riêng: %(system)s") % {"system": self.vertical_system}
        if self.at_commune:
            return _("xã, phường và thành phố") if self.at_province else _("xã, phường")
        return _("thành phố") if self.at_province else ""

    @property
    def online_label(self) -> str:
        """Whether there is a way online that does not begin here; "" where it does."""
        if self.files_online:
            return ""
        if Channel.ONLINE in self.channels and self.online_level != OnlineLevel.COUNTER:
            return _("trực tuyến trên Cổng Dịch vụ công quốc gia")
        return _("không nộp trực tuyến") if self.channels else _("cách nộp chưa xác nhận")

    def _amounts(self, channel: str) -> str:
        own = [limit for limit in self.rules.limits if limit.channel == channel]
        amounts = sorted({amount for limit in own if limit.fee_known for amount in limit.amounts})
        if len(amounts) < 2:
            return amounts_text(amounts)
        return _("từ %(least)s đến %(most)s") % {
            "least": money(amounts[0]),
            "most": money(amounts[-1]),
        }

    @cached_property
    def agency_mark(self) -> str:
        """Who decides, as a value of the filter: "commune", a department's code, a ministry's system; "" unknown."""
        if self.vertical_system:
            return f"nganh-{fold(self.vertical_system).replace(' ', '-')}"
        return "commune" if self.at_commune else self.department_code
