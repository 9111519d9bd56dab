"""Account pages of our own; the rest are allauth's views with our forms and templates."""

from __future__ import annotations

from typing import Any, cast

from allauth.account.views import SignupView
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from portal.accounts.actions import AlreadyRegisteredError, change_contact
from portal.accounts.forms import ContactForm
from portal.accounts.landing import landing_page
from portal.accounts.models import User, UserKind
from portal.lib.identity import mismatches
from portal.lib.reads_writes import public, reads, writes

KINDS = {"to-chuc": UserKind.ORGANISATION, "ca-nhan": UserKind.CITIZEN}


class RegisterView(SignupView):
    """allauth's sign-up with the kind of account chosen by the address (`?loai=to-chuc`)."""

    def get_initial(self) -> dict[str, Any]:
        """Start with the chosen kind."""
        kind = KINDS.get(self.request.GET.get("loai", ""), UserKind.CITIZEN)
        return {**super().get_initial(), "kind": kind.value}

    def form_valid(self, form: Any) -> HttpResponse:
        """Open the account, sign in, and warn when the number does not fit birth date or sex."""
        try:
            response: HttpResponse = super().form_valid(form)
        except AlreadyRegisteredError:
            form.add_taken_error()
            return self.form_invalid(form)
        warn_of_mismatch(self.request, self.user)
        return response


register_view = public(RegisterView.as_view())


def warn_of_mismatch(request: HttpRequest, user: User) -> None:
    """A hint to check one's data: the number encodes birth year and sex, and errors in either happen."""
    if mismatches(user.id_number, born=user.date_of_birth, gender=user.gender):
        messages.warning(
            request,
            _("Ngày sinh hoặc giới tính không khớp với số định danh. Hãy kiểm tra lại thông tin."),
        )


@login_required
@reads
def after_sign_in(request: HttpRequest) -> HttpResponse:
    """On to the page where this person's work begins."""
    return HttpResponseRedirect(landing_page(cast("User", request.user)))


@login_required
@writes
def profile(request: HttpRequest) -> HttpResponse:
    """One's own account: identity to read, contact data to change."""
    user = cast("User", request.user)
    form = ContactForm(request.POST or None, initial=_contact_of(user))
    if request.method == "POST" and form.is_valid():
        change_contact(by=user, **form.cleaned_data)
        messages.success(request, _("Đã lưu thông tin liên hệ."))
        return redirect("accounts:profile")
    return render(request, "accounts/profile.html", {"form": form, "person": user})


def _contact_of(user: User) -> dict[str, Any]:
    return {
        "phone": user.phone,
        "email": user.email,
        "address_line": user.address_line,
        "commune": user.commune_id,
        "language": user.language,
    }
