"""Forms of the account pages."""

from __future__ import annotations

from typing import Any

from allauth.account import forms as allauth_forms
from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from portal.accounts.actions import register
from portal.accounts.former import named
from portal.accounts.models import Unit, User, UserKind
from portal.lib.forms import DayField, PersonalNumberField, PhoneField, TaxCodeField
from portal.lib.identity import digits, read_phone

PASSWORD_HINT = _("Ít nhất 10 ký tự. Một câu ngắn dễ nhớ là tốt nhất.")
GENDERS = [("male", _("Nam")), ("female", _("Nữ"))]


def _password(label: Any, *, new: bool = False, hint: Any = "") -> forms.CharField:
    autocomplete = "new-password" if new else "current-password"
    widget = forms.PasswordInput(attrs={"autocomplete": autocomplete, "maxlength": 128})
    return forms.CharField(label=label, help_text=hint, widget=widget, strip=False, max_length=128)


class SignInForm(allauth_forms.LoginForm):
    """Sign in with the ID number, tax code, phone number or staff login."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"] = forms.CharField(
            label=_("Tên đăng nhập"),
            help_text=_("Số định danh cá nhân, mã số thuế, số điện thoại đã đăng ký, hoặc tài khoản cán bộ."),
            max_length=64,
            widget=forms.TextInput(
                attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
            ),
        )
        self.fields["password"] = _password(_("Mật khẩu"))
        self.order_fields(["login", "password"])

    def clean_login(self) -> str:
        """The username behind what was typed: blanks do not matter, a phone number finds its account."""
        typed = str(self.cleaned_data["login"]).strip()
        bare = digits(typed)
        candidate = bare if bare.isdigit() else typed
        names = {candidate, f"{bare[:10]}-{bare[10:]}"} if len(bare) == 13 and bare.isdigit() else {candidate}
        phone = read_phone(typed)
        matches = list(User.objects.filter(username__in=names).values_list("username", flat=True))
        if not matches and phone:
            matches = list(
                User.objects.filter(phone=phone, is_active=True).values_list("username", flat=True)[:2]
            )
        return matches[0] if len(matches) == 1 else candidate

    def clean(self) -> dict[str, Any]:
        """A wrong login and a wrong password say the same, beside the password."""
        try:
            return super().clean()
        except ValidationError as error:
            self.add_error("login" if error.code == "too_many_login_attempts" else "password", error)
            return self.cleaned_data


class RegisterForm(forms.Form):
    """Open an account: a citizen with the personal ID number, an organisation with its tax code."""

    by_passkey = False

    kind = forms.ChoiceField(
        choices=[
            (UserKind.CITIZEN.value, UserKind.CITIZEN.label),
            (UserKind.ORGANISATION.value, UserKind.ORGANISATION.label),
        ],
        widget=forms.HiddenInput,
    )
    organisation_name = forms.CharField(
        label=_("Tên tổ chức, doanh nghiệp"),
        max_length=250,
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    tax_code = TaxCodeField(label=_("Mã số thuế"), help_text=_("10 chữ số; chi nhánh có 13 chữ số."))
    full_name = forms.CharField(
        label=_("Họ và tên"), max_length=150, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    id_number = PersonalNumberField(
        label=_("Số định danh cá nhân"),
        help_text=_("12 chữ số trên thẻ căn cước. Đây cũng là tên đăng nhập."),
    )
    date_of_birth = DayField(label=_("Ngày sinh"), required=False, past=True)
    gender = forms.ChoiceField(
        label=_("Giới tính"), choices=GENDERS, required=False, widget=forms.RadioSelect
    )
    phone = PhoneField(label=_("Số điện thoại"))
    email = forms.EmailField(
        label=_("Thư điện tử"),
        required=False,
        help_text=_("Cần có để tự đặt lại mật khẩu khi quên."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    password1 = _password(_("Mật khẩu"), new=True, hint=PASSWORD_HINT)
    password2 = _password(_("Nhập lại mật khẩu"), new=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.is_organisation = self._chosen_kind() == UserKind.ORGANISATION
        unused = (
            ["id_number", "date_of_birth", "gender"]
            if self.is_organisation
            else ["organisation_name", "tax_code"]
        )
        for name in unused:
            del self.fields[name]
        if self.is_organisation:
            self.fields["full_name"].label = _("Họ và tên người đại diện")

    def _chosen_kind(self) -> str:
        return str(self.data.get("kind") if self.is_bound else self.initial.get("kind") or UserKind.CITIZEN)

    @property
    def number_field(self) -> str:
        """The field whose value becomes the username."""
        return "tax_code" if self.is_organisation else "id_number"

    def clean_id_number(self) -> str:
        """The number, unless it has an account."""
        return self._unused(self.cleaned_data["id_number"])

    def clean_tax_code(self) -> str:
        """The code, unless it has an account."""
        return self._unused(self.cleaned_data["tax_code"])

    def _unused(self, number: str) -> str:
        if User.objects.filter(username=number).exists():
            raise ValidationError(self._taken(), code="taken")
        return number

    def _taken(self) -> Any:
        if self.is_organisation:
            return _("Mã số thuế này đã có tài khoản. Hãy đăng nhập.")
        return _("Số định danh này đã có tài khoản. Hãy đăng nhập.")

    def clean(self) -> dict[str, Any]:
        """Both passwords agree and are good enough for this person."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        first, second = data.get("password1"), data.get("password2")
        if first:
            _check_password(self, "password1", first, self._person(data))
        if first and second and first != second:
            self.add_error(
                "password2", ValidationError(_("Hai lần nhập mật khẩu không giống nhau."), code="mismatch")
            )
        return data

    def _person(self, data: dict[str, Any]) -> User:
        number = data.get(self.number_field) or ""
        return User(username=number, full_name=data.get("full_name") or "", email=data.get("email") or "")

    def try_save(self, request: HttpRequest) -> tuple[User, HttpResponse | None]:  # noqa: ARG002
        """Called by allauth's sign-up view. Raises AlreadyRegisteredError when another was faster."""
        data = self.cleaned_data
        optional = {name: data.get(name) for name in ("date_of_birth",)}
        user = register(
            kind=data["kind"],
            number=data[self.number_field],
            password=data["password1"],
            full_name=data["full_name"],
            phone=data["phone"],
            email=data["email"],
            organisation_name=data.get("organisation_name", ""),
            gender=data.get("gender", ""),
            language=get_language() or "vi",
            **optional,
        )
        return user, None

    def add_taken_error(self) -> None:
        """Say beside the number that it has an account."""
        self.add_error(self.number_field, ValidationError(self._taken(), code="taken"))


def _check_password(form: forms.Form, field: str, password: str, user: User | None) -> None:
    """Put the password rules that are broken beside `field`."""
    try:
        validate_password(password, user)
    except ValidationError as error:
        form.add_error(field, error)


class _NewPasswordForm(forms.Form):
    """Two equal passwords, good enough for `self.user`."""

    user: User | None
    password1 = _password(_("Mật khẩu mới"), new=True, hint=PASSWORD_HINT)
    password2 = _password(_("Nhập lại mật khẩu mới"), new=True)

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if first := data.get("password1"):
            _check_password(self, "password1", first, self.user)
        if first and data.get("password2") and first != data["password2"]:
            self.add_error(
                "password2", ValidationError(_("Hai lần nhập mật khẩu không giống nhau."), code="mismatch")
            )
        return data


class ChangePasswordForm(_NewPasswordForm):
    """The old password, and a new one twice."""

    oldpassword = _password(_("Mật khẩu hiện tại"))
    field_order = ["oldpassword", "password1", "password2"]

    def __init__(self, user: User | None = None, *args: Any, **kwargs: Any) -> None:
        self.user = user
        super().__init__(*args, **kwargs)

    def clean_oldpassword(self) -> str:
        """The current password, or an error beside it."""
        password: str = self.cleaned_data["oldpassword"]
        if self.user is None or not self.user.check_password(password):
            raise ValidationError(_("Mật khẩu hiện tại không đúng."), code="wrong")
        return password

    def save(self) -> None:
        """Store the new password; sessions elsewhere end."""
        allauth_forms.flows.password_change.change_password(self.user, self.cleaned_data["password1"])


class ResetPasswordKeyForm(_NewPasswordForm):
    """A new password after following the link of the mail."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.user = kwargs.pop("user", None)
        self.temp_key = kwargs.pop("temp_key", None)
        super().__init__(*args, **kwargs)

    def save(self) -> None:
        """Store the new password; the link is used up."""
        allauth_forms.flows.password_reset.reset_password(self.user, self.cleaned_data["password1"])


class ResetPasswordForm(allauth_forms.ResetPasswordForm):
    """Ask for the mail; the answer is the same whether an account has that address or not."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"] = forms.EmailField(
            label=_("Thư điện tử"),
            help_text=_("Địa chỉ đã khai trong tài khoản."),
            widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        )


class ReauthenticateForm(allauth_forms.ReauthenticateForm):
    """The password once more."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"] = _password(_("Mật khẩu"))


class ContactForm(forms.Form):
    """How the portal reaches the holder of the account."""

    phone = PhoneField(label=_("Số điện thoại"))
    email = forms.EmailField(
        label=_("Thư điện tử"), required=False, widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )
    address_line = forms.CharField(
        label=_("Số nhà, đường, thôn, tổ dân phố"),
        required=False,
        max_length=250,
        widget=forms.TextInput(attrs={"autocomplete": "street-address"}),
    )
    commune = forms.ModelChoiceField(
        label=_("Xã, phường"), queryset=Unit.objects.none(), required=False, empty_label=_("Chọn xã, phường")
    )
    former = forms.CharField(
        label=_("Hoặc tên xã, phường cũ, có thể kèm quận, huyện"),
        required=False,
        max_length=120,
        help_text=_("Nếu chỉ nhớ tên trước 1/7/2025; để trống khi đã chọn ở trên."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    language = forms.ChoiceField(
        label=_("Ngôn ngữ của thông báo"),
        choices=[("vi", "Tiếng Việt"), ("en", "English")],
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        commune = self.fields["commune"]
        assert isinstance(commune, forms.ModelChoiceField)  # noqa: S101
        commune.queryset = Unit.objects.communes().valid_on(timezone.localdate()).order_by("sort_key")

    def clean(self) -> dict[str, Any]:
        """An old name instead of a choice becomes the unit of today; of several the person chooses."""
        cleaned: dict[str, Any] = super().clean() or {}
        name = cleaned.pop("former", "")
        if not name:
            return cleaned
        found = named(name)
        if found is None:
            self.add_error("former", _("Không có xã, phường cũ nào tên như vậy."))
        elif found.code:
            cleaned["commune"] = Unit.objects.get(code=found.code)
        elif cleaned.get("commune") is None or cleaned["commune"].code not in dict(found.units):
            self.add_error("former", found.said)
        return cleaned
