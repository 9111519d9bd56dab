"""What the pages of a draft share: opening it, and going to the dossier once it has become one."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, cast

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django_htmx.http import HttpResponseClientRedirect

from dossiers.access import get_draft
from dossiers.actions.drafts import AlreadyFiled
from dossiers.renewing import is_outdated

if TYPE_CHECKING:
    from uuid import UUID

    from dossiers.models import Draft, LinkedPart
    from portal.accounts.models import User

P = ParamSpec("P")
DraftView = Callable[Concatenate[HttpRequest, "Draft", P], HttpResponseBase]


def person(request: HttpRequest) -> User:
    """The signed-in person of a view behind `login_required`."""
    return cast("User", request.user)


def for_citizens(
    view: Callable[Concatenate[HttpRequest, P], HttpResponseBase],
) -> Callable[..., HttpResponseBase]:
    """Signed in, and not with a staff account: officers file at the counter, both names on record."""

    @functools.wraps(view)
    def shown(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if person(request).is_officer:
            raise PermissionDenied("officers file at the counter")
        return view(request, *args, **kwargs)

    return login_required(shown)


def on_draft(view: DraftView[P]) -> Callable[..., HttpResponseBase]:
    """Hand the person's own draft to the view; one that was filed, even this instant, leads to its dossier.

    Of a draft whose version is over nothing is shown before what changed; what is typed or uploaded is still taken.
    """

    def current(request: HttpRequest, draft: Draft, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if request.method == "GET" and is_outdated(draft):
            return redirect("dossiers:renewal", draft.pk)
        return view(request, draft, *args, **kwargs)

    return functools.wraps(view)(on_old_draft(current))


def on_old_draft(view: DraftView[P]) -> Callable[..., HttpResponseBase]:
    """As `on_draft`, for the pages of a draft whose version may be over."""

    @functools.wraps(view)
    def shown(request: HttpRequest, draft_id: UUID, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            draft = get_draft(request.user, draft_id)
            if draft.dossier is not None:
                raise AlreadyFiled(draft.dossier.code)
            return view(request, draft, *args, **kwargs)
        except AlreadyFiled as filed:
            return to_dossier(request, filed.code)

    return for_citizens(shown)


def part_of(draft: Draft) -> LinkedPart | None:
    """The part of a linked filing this draft is, if it is one."""
    return getattr(draft, "linked_part", None)


def to_dossier(request: HttpRequest, code: str) -> HttpResponse:
    """The page of the dossier a draft has become."""
    address = reverse("dossiers:detail", args=[code])
    if getattr(request, "htmx", False):
        return HttpResponseClientRedirect(address)
    return redirect(address)
