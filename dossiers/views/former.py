"""An old ward or commune typed for a question that asks for one of today: found, or the units it may be in shown."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from dossiers.actions import reuse
from dossiers.views.drafting import person
from portal.accounts.former import Found, named
from procedures.form_schema import Kind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dossiers.models import Draft
    from procedures.form_engine import EForm

FIELD, NAME = "o", "ten-cu"  # in the query: which question an old name was typed for, and the name
LONGEST = 120


def pressed(go: str, post: Mapping[str, str]) -> tuple[str, str, str]:
    """(field, old name, chosen unit or "") of a pressed button "former:<field>" or "unit:<field>:<code>"."""
    _kind, _colon, rest = go.partition(":")
    field, _colon, code = rest.partition(":")
    return field, post.get(f"former-{field}", "").strip()[:LONGEST], code


def communes_of(form: EForm) -> set[str]:
    """Names of the questions an old name can answer."""
    return {name for name, spec in form.schema.by_name.items() if spec.type == Kind.COMMUNE}


def asked_about(request: HttpRequest, form: EForm) -> dict[str, Found]:
    """The question whose old name left several units to choose from, by the address of the page."""
    field, found = request.GET.get(FIELD, ""), named(request.GET.get(NAME, ""))
    return {field: found} if found and field in communes_of(form) else {}


def answer(request: HttpRequest, draft: Draft, section: str, form: EForm) -> HttpResponse:  # noqa: ARG001
    """Take the one unit an old name became, or ask which part; the typed answers are saved already."""
    field, name, code = pressed(request.POST.get("go", ""), request.POST)
    name = name or request.GET.get(NAME, "")
    found = named(name) if field in communes_of(form) else None
    here = f"{request.path}#id_{field}"
    if found is None:
        messages.warning(request, _("Không có xã, phường cũ nào tên như vậy: “%(name)s”.") % {"name": name})
        return redirect(here)
    chosen = found.code or (code if code in dict(found.units) else "")
    if not chosen:
        return redirect(f"{request.path}?{urlencode({FIELD: field, NAME: name})}#id_{field}")
    reuse.take_former(draft_id=draft.pk, by=person(request), field=field, code=chosen, found=found)
    messages.success(request, found.said if found.code else dict(found.units)[chosen])
    return redirect(here)
