"""The wall display, open to whoever has its address; and the page where staff renew or close the address."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.lib.reads_writes import public, reads, writes
from reporting import walls
from reporting.access import every_unit, get_unit, scope_of
from reporting.actions.walls import close, renew


@reads
@public
def show(request: HttpRequest, code: str, key: str) -> HttpResponse:
    """One slide; the page leads to the next one by itself. Neither kept by caches nor found by search engines."""
    wall = walls.open_wall(code, key)
    scope = walls.scope_below(wall.unit, every_unit())
    names = walls.slides_of(scope)
    asked = request.GET.get("trang", "")
    name = asked if asked in names else names[0]
    shown, found = walls.slide(name, wall.unit, scope)
    following = names[(names.index(name) + 1) % len(names)]
    context = {
        "unit": wall.unit,
        "slide": shown,
        "figures": found,
        "next": f"{request.path}?trang={following}",
        "seconds": walls.SECONDS,
        "places": [one == name for one in names],
    }
    answer = render(request, "reporting/walls/show.html", context)
    answer["Cache-Control"], answer["X-Robots-Tag"] = "no-store", "noindex"
    return answer


@login_required
@writes
def manage(request: HttpRequest, code: str) -> HttpResponse:
    """The address in force; renew it or close it."""
    unit = get_unit(scope_of(request.user), code)
    user = cast(User, request.user)
    if request.method == "POST":
        if request.POST.get("decision") == "close":
            close(by=user, unit=unit)
            messages.success(request, _("Đã đóng: không địa chỉ nào còn mở được màn hình của đơn vị."))
        else:
            seen = request.POST.get("seen", "")
            renew(by=user, unit=unit, seen=int(seen) if seen.isdecimal() and len(seen) < 9 else 0)
            messages.success(request, _("Địa chỉ mới đã có hiệu lực; địa chỉ cũ không mở được nữa."))
        return redirect("reporting:wall-manage", code=unit.code)
    wall = walls.wall_of(unit)
    context = {
        "unit": unit,
        "wall": wall,
        "address": walls.address_of(wall) if wall and wall.closed_at is None else "",
    }
    return render(request, "reporting/walls/manage.html", context)
