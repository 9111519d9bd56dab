"""The tag library of the house; a builtin, so templates need no `load`. See docs/design-system.md."""

from __future__ import annotations

import datetime
import functools
import html
from decimal import Decimal
from typing import Any

import segno
from django import template
from django.forms import BoundField
from django.http import HttpRequest, QueryDict
from django.template.context import Context
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django_htmx.jinja import htmx_script

from portal.lib.fields import FieldView, errors_of
from portal.lib.icons import ICONS

register = template.Library()

HTMX_CONFIG = (
    '{"allowEval":false,"selfRequestsOnly":true,"includeIndicatorStyles":false,"historyCacheSize":0,'
    '"refreshOnHistoryMiss":true,"responseHandling":[{"code":"204","swap":false},{"code":"[23]..","swap":true},'
    '{"code":"409|422","swap":true,"error":false},{"code":"[45]..","swap":false,"error":true}]}'
)


# --- Forms ---


@register.inclusion_tag("components/field.html")
def field(bound: BoundField, **options: Any) -> dict[str, Any]:
    """A bound field with label, hint, error and control, all tied together for assistive technology.

    Options: `label`, `hint`, `autocomplete`, `inputmode`, `width` (4, 8, 12, 20, full), `rows`, `inline`
    (radios on one line), `legend_class`, `prefix`, `suffix`, and any `data_…`, `hx_…` or `aria_…` attribute
    (underscores become hyphens). Raises TypeError for an unknown option.
    """
    return {"field": FieldView(bound, options)}


@register.inclusion_tag("components/error_summary.html")
def form_errors(*forms: Any) -> dict[str, Any]:
    """The summary of what is wrong in one or more forms or formsets; each line leads to its field."""
    return {"errors": [error for form in forms for error in errors_of(form)]}


# --- Money, dates, numbers ---


def money(amount: int | Decimal | None) -> str:
    """Whole đồng: "8.000 đ", in English "8,000 VND"; empty for None."""
    if amount is None:
        return ""
    grouped = f"{int(amount):,}"
    return f"{grouped} VND" if get_language() == "en" else f"{grouped.replace(',', '.')} đ"


register.filter("vnd", money)


@register.simple_tag(name="vnd")
def vnd_tag(amount: int | Decimal | None) -> SafeString:
    """An amount that does not break over two lines."""
    return format_html('<span class="nowrap">{}</span>', money(amount))


def moment_text(moment: datetime.datetime | None) -> str:
    """Local date and time: "10:15, 24/11/2026"; empty for None."""
    return timezone.localtime(moment).strftime("%H:%M, %d/%m/%Y") if moment else ""


def day_text(day: datetime.date | None) -> str:
    """A date "24/11/2026", also for a moment (its local day); empty for None."""
    if isinstance(day, datetime.datetime):
        day = timezone.localtime(day).date()
    return f"{day:%d/%m/%Y}" if day else ""


register.filter("when", moment_text)
register.filter("day", day_text)


@register.simple_tag
def when(moment: datetime.datetime | None) -> SafeString:
    """A moment in a `<time>` element."""
    if moment is None:
        return mark_safe("")
    local = timezone.localtime(moment)
    return format_html(
        '<time datetime="{}">{}</time>', local.isoformat(timespec="seconds"), moment_text(moment)
    )


@register.simple_tag
def day(value: datetime.date | None) -> SafeString:
    """A date in a `<time>` element."""
    if value is None:
        return mark_safe("")
    local = timezone.localtime(value).date() if isinstance(value, datetime.datetime) else value
    return format_html('<time datetime="{}">{}</time>', local.isoformat(), day_text(local))


@register.filter
def took(span: datetime.timedelta | None) -> str:
    """How long something took, in the two largest units: "1 phút 38 giây", "1 giờ 5 phút"; empty for None."""
    if span is None:
        return ""
    minutes, seconds = divmod(round(span.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return _("%(hours)s giờ %(minutes)s phút") % {"hours": hours, "minutes": minutes}
    if minutes:
        return _("%(minutes)s phút %(seconds)s giây") % {"minutes": minutes, "seconds": seconds}
    return _("%(seconds)s giây") % {"seconds": seconds}


@register.filter
def plain(number: object) -> str:
    """A number without grouping, for values and addresses: 2026 stays "2026" and not "2.026"."""
    return "" if number is None else str(number)


@register.filter
def percent(share: float | Decimal | None) -> str:
    """A share of 1 as a percentage with one decimal, "78,5%"; a dash when there is nothing to divide."""
    if share is None:
        return "–"
    text = f"{float(share) * 100:.1f}"
    return f"{text}%" if get_language() == "en" else f"{text.replace('.', ',')}%"


@register.simple_tag(name="mask")
def mask_tag(number: str) -> str:
    """See `mask`."""
    return mask(number)


@register.filter
def mask(number: str | None) -> str:
    """A personal number with its middle hidden: "0012******34"; short ones keep the last two characters."""
    number = number or ""
    if len(number) < 9:
        return "*" * max(len(number) - 2, 0) + number[-2:]
    return number[:4] + "*" * (len(number) - 6) + number[-2:]


# --- Pictures ---


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """One of the line icons. Decorative unless it has a `label`. Raises KeyError for an unknown name."""
    named = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
    return format_html(
        '<svg class="icon" viewBox="0 0 24 24" width="24" height="24" focusable="false" {}>'
        '<path d="{}"/></svg>',
        named,
        ICONS[name],
    )


@register.simple_tag
def qr(text: str, label: str = "") -> SafeString:
    """A QR code as inline SVG (error correction M, no style attributes); `label` says where it leads."""
    return mark_safe(_qr_svg(text, label))


_MASK = 0  # ISO/IEC 18004, table 10: (row + column) mod 2


@functools.lru_cache(maxsize=256)
def _qr_svg(text: str, label: str) -> str:
    code = segno.make(text, error="m", micro=False)
    svg = code.svg_inline(svgclass="qr", lineclass=None, border=4, light="#fff", omitsize=True)
    named = f'role="img" aria-label="{html.escape(label or "QR")}"'
    return svg.replace("<svg ", f"<svg {named} ", 1)


@register.simple_tag
def qr_picture(text: str) -> str:
    """A QR code (error correction M) as the address of a PNG of its own bits, for a printed document.

    With a mask chosen beforehand: trying all eight takes a third of a receipt's time, and two readers read as many of
    blurred and noisy codes with either (docs/payments.md, "Measured").
    """
    return segno.make(text, error="m", micro=False, mask=_MASK).png_data_uri(scale=4, border=1)


@register.simple_tag
def bar(value: float | Decimal | None, target: float | Decimal | None = None, state: str = "") -> SafeString:
    """A horizontal bar for a share of 0..1, with a tick at `target`; the number must stand beside it in text.

    The colour follows from the target (good / bad) unless `state` (good, warn, bad, plain) says otherwise.
    """
    share = min(max(float(value or 0), 0.0), 1.0) * 100
    if not state:
        state = "plain" if target is None or value is None else ("good" if value >= target else "bad")
    tick = (
        format_html('<rect class="bar-target" x="{}" y="0" width="1" height="8"/>', _tick(target))
        if target
        else ""
    )
    return format_html(
        '<svg class="bar bar-{}" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">'
        '<rect class="bar-back" width="100" height="8"/>'
        '<rect class="bar-fill" width="{}" height="8"/>{}</svg>',
        state,
        f"{share:.2f}",
        tick,
    )


def _tick(target: float | Decimal) -> str:
    return f"{min(float(target) * 100, 99.0):.2f}"


# --- Addresses ---


@register.simple_tag(takes_context=True)
def query_with(context: Context, **changes: Any) -> str:
    """This page's query with some values changed, `None` or "" removing one: `?q=khai+sinh&page=2`."""
    request: HttpRequest = context["request"]
    query: QueryDict = request.GET.copy()
    for name, value in changes.items():
        if value in (None, ""):
            query.pop(name, None)
        else:
            query[name] = str(value)
    return f"?{query.urlencode()}" if query else request.path


@register.simple_tag(takes_context=True)
def current(context: Context, url_name: str, *args: Any) -> SafeString:
    """` aria-current="page"` when this page is the named one, for hand-made menus and tabs."""
    here = context["request"].path == reverse(url_name, args=args)
    return mark_safe(' aria-current="page"' if here else "")


@register.inclusion_tag("components/breadcrumbs.html")
def crumbs(*parts: str) -> dict[str, Any]:
    """The way to this page: label and address in turn, the last label alone; home comes first by itself."""
    if len(parts) % 2 == 0:
        raise template.TemplateSyntaxError("crumbs: give label and address in turn and end with a label")
    return {"links": list(zip(parts[:-1:2], parts[1:-1:2], strict=True)), "last": parts[-1]}


@register.simple_tag
def htmx() -> SafeString:
    """htmx and its strict configuration; put it in the `scripts` block of pages that use it."""
    return format_html('<meta name="htmx-config" content="{}">{}', HTMX_CONFIG, htmx_script(version=2))


# --- Tables, pages ---


@register.inclusion_tag("components/pagination.html", takes_context=True)
def pagination(context: Context, page: Any, param: str = "page") -> dict[str, Any]:
    """Links to the other pages of a Django `Page`; nothing when there is one page only."""
    numbers = page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
    links = [(number, _page_url(context, param, number)) for number in numbers]
    return {
        "page": page,
        "links": links,
        "ellipsis": page.paginator.ELLIPSIS,
        "previous": _page_url(context, param, page.number - 1) if page.has_previous() else "",
        "next": _page_url(context, param, page.number + 1) if page.has_next() else "",
    }


def _page_url(context: Context, param: str, number: int | str) -> str:
    return query_with(context, **{param: number}) if isinstance(number, int) else ""


@register.inclusion_tag("components/badge.html")
def badge(text: str, tone: str = "neutral") -> dict[str, str]:
    """A status tag. Tones: neutral, info, progress, good, warn, bad."""
    if tone not in {"neutral", "info", "progress", "good", "warn", "bad"}:
        raise template.TemplateSyntaxError(f"unknown badge tone {tone!r}")
    return {"text": text, "tone": tone}


@register.inclusion_tag("components/steps.html")
def steps(labels: list[str], now: int) -> dict[str, Any]:
    """Where one is in a form of several pages; `now` counts from 1."""
    marks = [(index, label, _step_state(index, now)) for index, label in enumerate(labels, start=1)]
    return {"steps": marks, "now": now, "total": len(labels), "label": labels[now - 1]}


def _step_state(index: int, now: int) -> str:
    if index == now:
        return "current"
    return "done" if index < now else "ahead"
