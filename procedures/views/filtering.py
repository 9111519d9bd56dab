"""The filters of the list as the address says them and as the page shows them: choices with counts, chips, a place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from portal.lib import clock
from procedures.filters import Counts, Wanted
from procedures.levels import ruled_at
from procedures.opening import Opening, opening
from procedures.places import Typed, commune_typed
from procedures.querysets import Catalogue
from procedures.views.reading import query_of

LEVELS = ("commune", "province")
CHANNELS = ("online", "counter", "post")
APPLICANTS = ("citizen", "organisation")
# Filter -> its name in the address.
NAMES = {
    "field": "field",
    "level": "level",
    "agency": "agency",
    "channel": "channel",
    "applicant": "for",
    "configured": "ready",
    "at": "at",
    "now": "now",
}


@dataclass(frozen=True)
class Asked:
    """What the address asks for; `place` is what its commune means, `opening` that commune now.

    `levels`: what orders say about that commune today, see `levels.ruled_at`.
    """

    wanted: Wanted
    place: Typed
    opening: Opening | None
    levels: Mapping[int, str]

    @property
    def is_open(self) -> bool:
        """Whether the chosen commune is open now; False without one."""
        return self.opening is not None and self.opening.is_open


def asked(request: HttpRequest, known: Catalogue) -> Asked:
    """The words and filters of the address, with values that are not on offer dropped."""

    def chosen(name: str, offered: Iterable[str]) -> str:
        value = request.GET.get(name, "")
        return value if value in set(offered) else ""

    typed = " ".join(request.GET.get("at", "").replace("\x00", " ").split())[:120]
    place = commune_typed(known.places, typed) if typed else Typed()
    wanted = Wanted(
        query=query_of(request),
        field=chosen("field", (field.code for field in known.fields)),
        level=chosen("level", LEVELS),
        agency=chosen("agency", ("commune", *known.agencies)),
        channel=chosen("channel", CHANNELS),
        applicant=chosen("for", APPLICANTS),
        configured=bool(chosen("ready", "1")),
        at=place.unit.code if place.unit else "",
        now=bool(chosen("now", "1")) and place.unit is not None,
    )
    if place.unit is None:
        return Asked(wanted, place, None, {})
    return Asked(wanted, place, opening(place.unit, clock.now()), ruled_at(place.unit, clock.today()))


def labels() -> dict[str, dict[str, str]]:
    """Filter -> value -> words, for filters with a fixed list of values."""
    return {
        "level": {"commune": _("Xã, phường"), "province": _("Thành phố (sở, ngành)")},
        "channel": {
            "online": _("Trực tuyến"),
            "counter": _("Trực tiếp tại quầy"),
            "post": _("Bưu chính"),
        },
        "applicant": {"citizen": _("Cá nhân"), "organisation": _("Tổ chức, doanh nghiệp")},
    }


def choices(wanted: Wanted, counts: Counts, known: Catalogue) -> dict[str, Any]:
    """Filter -> its choices as ready-made options: text and the number each would leave."""
    fixed = {name: _options(words, counts, name, getattr(wanted, name)) for name, words in labels().items()}
    agencies = {"commune": _("Ủy ban nhân dân xã, phường")} | known.agencies
    return fixed | {
        "agency": _options(agencies, counts, "agency", wanted.agency),
        "field": _field_options(known, counts.get("field", {}), wanted.field),
    }


def _options(words: Mapping[str, str], counts: Counts, name: str, chosen: str) -> SafeString:
    """The choices that leave something, and the chosen one; names of authorities are Vietnamese in every language."""
    of_filter = counts.get(name, {})
    rows = []
    for value, text in words.items():
        if of_filter.get(value) or value == chosen:
            more = " selected" if value == chosen else ""
            more += ' lang="vi"' if name == "agency" and value != "commune" else ""
            rows.append((value, SafeString(more), text, of_filter.get(value, 0)))
    return format_html_join("", '<option value="{}"{}>{} ({})</option>', rows)


def _field_options(known: Catalogue, counts: Mapping[str, int], chosen: str) -> SafeString:
    """Official fields, then headings that were not assigned to one; only those with something in them."""

    def options(official: bool) -> SafeString:
        rows = (
            (
                row.code,
                SafeString(" selected" if row.code == chosen else ""),
                row.label,
                counts.get(row.code, 0),
            )
            for row in known.fields
            if row.is_official is official and (counts.get(row.code) or row.code == chosen)
        )
        return format_html_join("", '<option value="{}"{}>{} ({})</option>', rows)

    headings = options(False)
    group = _("Nhóm ngành, chưa xếp lĩnh vực")
    more = format_html('<optgroup label="{}">{}</optgroup>', group, headings) if headings else SafeString()
    return options(True) + more


def chips(request: HttpRequest, wanted: Wanted, place: Typed, known: Catalogue) -> list[tuple[str, str]]:
    """(what a filter says, the address without it) for each filter that is set."""
    return [(text, without(request, name)) for name, text in said(wanted, place, known).items()]


def said(wanted: Wanted, place: Typed, known: Catalogue) -> dict[str, str]:
    """Each filter that is set, in words."""
    fixed = labels()
    fields = {field.code: field.label for field in known.fields}
    agencies = {"commune": _("Ủy ban nhân dân xã, phường")} | known.agencies
    words = {
        "field": fields.get(wanted.field, ""),
        "level": fixed["level"].get(wanted.level, ""),
        "agency": agencies.get(wanted.agency, ""),
        "channel": fixed["channel"].get(wanted.channel, ""),
        "applicant": fixed["applicant"].get(wanted.applicant, ""),
        "configured": _("Đã cấu hình đầy đủ") if wanted.configured else "",
        "at": place.unit.full_name if wanted.at and place.unit else "",
        "now": _("Nộp được ngay bây giờ") if wanted.now else "",
    }
    return {name: text for name, text in words.items() if text}


def without(request: HttpRequest, name: str) -> str:
    """This address without one filter; without a place there is no "now" either."""
    query = request.GET.copy()
    for dropped in (NAMES[name], "page", *(["now"] if name == "at" else [])):
        query.pop(dropped, None)
    return f"{request.path}?{query.urlencode()}" if query else request.path
