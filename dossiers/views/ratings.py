"""Rating a dossier: from its page, or from the code on the slip without signing in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dossiers.access import get_by_slip, get_own_dossier
from dossiers.actions.ratings import rate
from dossiers.models import Dossier, RatingPlace, Satisfaction
from dossiers.ratings import RatingRule, open_for_rating, rule_on
from dossiers.views.drafting import person
from dossiers.workflow import ActionError
from portal.lib import clock
from portal.lib.reads_writes import public, writes

if TYPE_CHECKING:
    from portal.accounts.models import User

POINTS = [("2", gettext_lazy("Tốt")), ("1", gettext_lazy("Được")), ("0", gettext_lazy("Kém"))]


class RatingForm(forms.Form):
    """The overall answer, which alone is required and never ticked before, and the criteria of the day."""

    overall = forms.ChoiceField(
        label=gettext_lazy("Bạn hài lòng đến đâu với việc giải quyết hồ sơ này?"),
        choices=Satisfaction.choices,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Cần chọn mức độ hài lòng.")},
    )
    comment = forms.CharField(
        label=gettext_lazy("Ý kiến thêm (nếu có)"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, rule: RatingRule, *args: Any) -> None:
        super().__init__(*args)
        self.rule = rule
        for criterion in rule.asked:
            self.fields[f"score_{criterion.key}"] = forms.ChoiceField(
                label=str(criterion), choices=POINTS, widget=forms.RadioSelect, required=False
            )

    def criteria(self) -> list[forms.BoundField]:
        """The questions about single criteria."""
        return [self[f"score_{criterion.key}"] for criterion in self.rule.asked]

    def scores(self) -> dict[str, int]:
        """The answered ones."""
        found = {each.key: self.cleaned_data[f"score_{each.key}"] for each in self.rule.asked}
        return {key: int(points) for key, points in found.items() if points}


@login_required
@writes
def rate_own(request: HttpRequest, code: str) -> HttpResponse:
    """Rate one's own dossier."""
    dossier = get_own_dossier(request.user, code)
    if not open_for_rating(dossier):
        messages.info(request, _("Hồ sơ này đã được đánh giá hoặc chưa trả kết quả."))
        return redirect("dossiers:detail", code=code)
    return _page(request, dossier, person(request), RatingPlace.ACCOUNT)


@public
@writes
def rate_by_slip(request: HttpRequest, token: str) -> HttpResponse:
    """Rate the dossier of a slip, at the counter or at home, without signing in; shows nothing personal."""
    dossier = get_by_slip(token)
    if dossier is None:
        raise Http404(_("Không có hồ sơ nào ứng với mã này."))
    if not open_for_rating(dossier):
        return render(request, "dossiers/ratings/thanks.html", {"dossier": dossier})
    return _page(request, dossier, None, RatingPlace.SLIP)


def _page(request: HttpRequest, dossier: Dossier, by: User | None, place: RatingPlace) -> HttpResponse:
    form = RatingForm(rule_on(clock.today()), request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        data = form.cleaned_data
        try:
            rate(
                dossier_id=dossier.pk,
                by=by,
                overall=data["overall"],
                scores=form.scores(),
                place=place,
                comment=data["comment"],
            )
        except ActionError as error:
            form.add_error(None, str(error.message))
        else:
            messages.success(request, _("Cảm ơn bạn đã đánh giá."))
            return redirect(request.path) if by is None else redirect("dossiers:detail", code=dossier.code)
    context = {"dossier": dossier, "form": form, "signed_in": by is not None}
    return render(request, "dossiers/ratings/rate.html", context, status=422 if form.errors else 200)
