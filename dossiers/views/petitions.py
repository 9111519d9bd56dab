"""Feedback and petitions on the sender's side: send, follow by the secret of its address, read what was published."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from allauth.account.adapter import get_adapter
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from dossiers.access import get_petition_by_token, get_petition_file
from dossiers.actions.petitions import rate_answer, submit, supply
from dossiers.forms_petitions import PetitionForm, ReplyForm, of_account
from dossiers.models import Dossier, Petition, PetitionCategory, PetitionState
from dossiers.petitions import WrongPetitionStateError, limits
from dossiers.views.documents import file_response
from dossiers.workflow import ActionError
from portal.accounts.models import User
from portal.lib import clock
from portal.lib.reads_writes import public, reads, writes
from portal.lib.tries import Tries
from portal.lib.uploads import BadUpload
from procedures.calendar import calendar_for

if TYPE_CHECKING:
    from django.forms import Form

PER_PAGE = 20
PETITIONS = Tries(10, 3600)


def citizen(request: HttpRequest) -> User | None:
    """The signed-in person or organisation; None for visitors and officers."""
    user = request.user
    return user if isinstance(user, User) and not user.is_officer else None


@public
@reads
def published(request: HttpRequest) -> HttpResponse:
    """Answered petitions everybody may read, by what they are about; one's own above them."""
    user, category = citizen(request), request.GET.get("viec", "")
    listed = Petition.objects.published().select_related("unit")
    if category in PetitionCategory.values:
        listed = listed.filter(category=category)
    context = {
        "page": Paginator(listed, PER_PAGE).get_page(request.GET.get("page")),
        "own": Petition.objects.filter(account=user).order_by("-id")[:10] if user else [],
        "categories": PetitionCategory.choices,
        "chosen": category,
    }
    return render(request, "dossiers/petitions/published.html", context)


@public
@writes
def send(request: HttpRequest) -> HttpResponse:
    """Write a petition; nobody has to sign in."""
    user = citizen(request)
    known = of_account(user) if user else {}
    first = {**known, "client_key": uuid.uuid4(), "dossier_code": request.GET.get("ho-so", "")[:60]}
    about = Dossier.objects.of_account(user).filter(code=first["dossier_code"]).first() if user else None
    first["unit"] = about.competent_unit_id if about else None
    form = PetitionForm(request.POST or None, request.FILES or None, initial=first)
    if form.is_bound and form.is_valid() and (made := _sent(request, user, form)):
        messages.success(request, _("Đã gửi. Giữ địa chỉ trang này để theo dõi câu trả lời."))
        return redirect("dossiers:petition-follow", token=made.token)
    status = 422 if form.is_bound else 200
    return render(request, "dossiers/petitions/send.html", {"form": form}, status=status)


def _sent(request: HttpRequest, user: User | None, form: PetitionForm) -> Petition | None:
    """The petition; None with the reason on the form."""
    key = f"petition:{get_adapter(request).get_client_ip(request)}"
    if not PETITIONS.take(key):
        form.add_error(None, _("Đã có nhiều phản ánh gửi từ nơi này. Xin chờ một giờ rồi gửi tiếp."))
        return None
    made = keep(form, by=user, dossier=_about(form, user))
    if made is None:
        PETITIONS.give_back(key)
    return made


def _about(form: PetitionForm, user: User | None) -> Dossier | None:
    """The named dossier when it is the sender's own; a visitor's code stays in the text only."""
    code = form.cleaned_data["dossier_code"]
    found = Dossier.objects.of_account(user).filter(code=code).first() if user and code else None
    if code and found is None:
        form.cleaned_data["text"] = f"{form.cleaned_data['text']}\n\n{_('Mã hồ sơ')}: {code}"
    return found


def keep(
    form: PetitionForm, *, by: User | None, dossier: Dossier | None = None, **more: Any
) -> Petition | None:
    """Hand a valid form to the action; None with the reason on the form."""
    data = form.cleaned_data
    try:
        return submit(
            by=by,
            sender=form.sender(),
            unit=data["unit"],
            category=data["category"],
            text=data["text"],
            client_key=data["client_key"],
            dossier=dossier,
            given=data["attachments"] or [],
            **more,
        )
    except ActionError as error:
        form.add_error(error.field or None, str(error.message))
    except BadUpload as error:
        form.add_error("attachments", str(error))
    return None


@public
@writes
def follow(request: HttpRequest, token: str) -> HttpResponse:
    """Where a petition stands, for whoever holds its address; add what was asked for, say whether the answer serves."""
    petition = get_petition_by_token(token)
    form = ReplyForm(request.POST if "text" in request.POST else None)
    if request.method == "POST":
        answered = _acted(request, petition, form)
        if answered is not None:
            return answered
    events = list(petition.events.select_related("unit"))
    context = {
        "petition": petition,
        "events": events,
        "limits": limits(events, calendar_for(petition.unit)),
        "form": form if petition.state == PetitionState.ASKED else None,
        "files": petition.files.all(),
        "now": clock.now(),
    }
    response = render(request, "dossiers/petitions/follow.html", context, status=422 if form.errors else 200)
    response["X-Robots-Tag"] = "noindex"
    return response


def _acted(request: HttpRequest, petition: Petition, form: Form) -> HttpResponse | None:
    try:
        if request.POST.get("satisfied") in {"yes", "no"}:
            rate_answer(
                token=petition.token, by=citizen(request), satisfied=request.POST["satisfied"] == "yes"
            )
            messages.success(request, _("Cảm ơn bạn đã đánh giá."))
        elif form.is_valid():
            supply(token=petition.token, by=citizen(request), text=form.cleaned_data["text"])
            messages.success(request, _("Đã gửi phần bổ sung."))
        else:
            return None
    except WrongPetitionStateError:
        messages.warning(request, _("Phản ánh đã sang bước khác; trang này cho thấy tình trạng hiện nay."))
    except ActionError as error:
        form.add_error(None, str(error.message))
        return None
    return redirect("dossiers:petition-follow", token=petition.token)


@public
@reads
def petition_file(request: HttpRequest, file_id: int) -> HttpResponseBase:
    """A file of a petition, for its sender (`?ma=`, the secret) or for who answers it."""
    found = get_petition_file(request.user, file_id, request.GET.get("ma", ""))
    return file_response(found.sha256, found.name, found.content_type)
