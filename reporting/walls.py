"""The wall display of a unit: its address, and the slides it turns through. No personal data, nothing to click."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Collection
from dataclasses import dataclass

from django.conf import settings
from django.http import Http404
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.accounts.models import Unit
from portal.lib import clock
from procedures.calendar import calendar_for
from reporting import boards, outlook, ranking
from reporting.access import Scope
from reporting.boards import Held, Links, hold
from reporting.counting import Counts
from reporting.measures import MAIN, MEASURE_BY_CODE
from reporting.models import Wall
from reporting.periods import Period, Preset
from reporting.rollups import Figures, figures
from reporting.targets import Targets
from reporting.wording import whole

SECONDS = 20  # a slide stays
RED = 8


def key_of(wall: Wall) -> str:
    """The secret part of the address in force: 192 bits nobody can guess, dead once `number` is counted on."""
    message = f"wall:{wall.unit_id}:{wall.number}".encode()
    digest = hmac.new(settings.SECRET_KEY.encode(), message, hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest[:24]).decode()


def address_of(wall: Wall) -> str:
    """The whole address, to be typed at the screen."""
    return settings.PUBLIC_URL + reverse("reporting:wall", args=[wall.unit.code, key_of(wall)])


def open_wall(code: str, key: str) -> Wall:
    """The wall this address opens; Http404 for a wrong, an old or a closed one."""
    wall = Wall.objects.filter(unit__code=code, closed_at=None).select_related("unit").first()
    if wall is None or not hmac.compare_digest(key_of(wall).encode(), key.encode()):
        raise Http404(_("Địa chỉ màn hình này không còn hiệu lực."))
    return wall


def wall_of(unit: Unit) -> Wall | None:
    """The wall of a unit, if it ever had one."""
    return Wall.objects.filter(unit=unit).select_related("unit", "renewed_by").first()


@dataclass(frozen=True)
class Big:
    """One big number with its words."""

    label: str | Promise
    text: str
    note: str = ""
    tone: str = "plain"


@dataclass(frozen=True)
class Slide:
    """One screenful: big numbers, or the map and the red list, or the trend."""

    title: str | Promise
    numbers: tuple[Big, ...] = ()
    map: ranking.Map | None = None
    reds: tuple[ranking.Red, ...] = ()
    trend: boards.Trend | None = None
    lines: tuple[outlook.Line, ...] = ()


TITLES: dict[str, str | Promise] = {
    "month": gettext_lazy("Tháng này"),
    "today": gettext_lazy("Hôm nay"),
    "map": gettext_lazy("Toàn thành phố"),
    "trend": gettext_lazy("Diễn biến tháng này"),
}


def slides_of(scope: Scope) -> tuple[str, ...]:
    """The slides in order; the map only where there is a city to map."""
    return ("month", "today", "map", "trend") if scope.is_city else ("month", "today", "trend")


def slide(name: str, unit: Unit, scope: Scope) -> tuple[Slide, Figures]:
    """One slide with the figures it was made from."""
    today = clock.today()
    found = figures(Period.named(Preset.MONTH, today), None if scope.is_city else scope.keys)
    targets = Targets.on(today)
    counts = found.of(scope.keys)
    if name == "today":
        return Slide(TITLES[name], _today(found.by_day.get(today, {}), counts)), found
    if name == "map":
        links = Links(found.period)
        rows = ranking.rows(scope, found, targets, links, sort="online", descending=True)
        reds = tuple(ranking.red_list(rows, links)[:RED])
        return Slide(TITLES[name], map=ranking.tile_map(rows, MEASURE_BY_CODE["online"]), reds=reds), found
    held = {code: hold(MEASURE_BY_CODE[code], counts, targets.of(code, unit.pk, unit.kind)) for code in MAIN}
    if name == "month":
        return Slide(TITLES[name], tuple(_share(code, one) for code, one in held.items())), found
    wanted = {code: targets.of(code, unit.pk, unit.kind) for code in MAIN}
    ahead = outlook.outlook(found.period, today, found.by_day, counts, wanted, calendar_for(unit))
    trend = boards.trend(found, MEASURE_BY_CODE["online"], wanted["online"])
    return Slide(TITLES[name], trend=trend, lines=ahead.lines[:1] if ahead else ()), found


def _share(code: str, held: Held) -> Big:
    note = _("Mục tiêu %(target)s") % {"target": held.target_text} if held.target_text else ""
    return Big(MEASURE_BY_CODE[code].title, held.text, note, held.tone)


def _today(today: Counts, counts: Counts) -> tuple[Big, ...]:
    pressing = (
        (_("Chờ tiếp nhận"), "waiting_now", "waiting_late_now", _("quá tám giờ làm việc")),
        (_("Đang giải quyết"), "open_now", "overdue_now", _("đã quá hạn")),
    )
    bad = []
    for label, all_, late, words in pressing:
        number = counts.get(late, 0)
        note = f"{whole(number)} {words}"
        bad.append(Big(label, whole(counts.get(all_, 0)), note, "bad" if number else "good"))
    received = (_("Đã tiếp nhận hôm nay"), "received", "received_online", _("trực tuyến"))
    finished = (_("Có kết quả hôm nay"), "finished", "finished_on_time", _("đúng hạn"))
    plain = [
        Big(label, whole(today.get(all_, 0)), f"{whole(today.get(part, 0))} {words}")
        for label, all_, part, words in (received, finished)
    ]
    return (*plain, *bad)


def scope_below(unit: Unit, units: Collection[Unit]) -> Scope:
    """The unit with everything under it."""
    everything = Scope(tuple(units))
    keys = everything.below(everything.by_code[unit.code])
    return Scope(tuple(one for one in everything.units if one.pk in keys))
