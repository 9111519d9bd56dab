"""How allauth is bent to this portal: its messages, and its throttle per person and place."""

from typing import Any, ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _


class AccountAdapter(DefaultAccountAdapter):
    """allauth brings no Vietnamese; every message a person can meet is worded here."""

    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultAccountAdapter.error_messages,
        "too_many_login_attempts": _("Đăng nhập sai quá nhiều lần. Hãy chờ 5 phút rồi thử lại."),
        "username_password_mismatch": _("Tên đăng nhập hoặc mật khẩu không đúng."),
        "enter_current_password": _("Mật khẩu hiện tại không đúng."),
        "incorrect_password": _("Mật khẩu không đúng."),
        "invalid_password_reset": _("Liên kết đặt lại mật khẩu không còn hiệu lực."),
        "password_mismatch": _("Hai lần nhập mật khẩu không giống nhau."),
    }

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Failures are counted per login and address: a stranger cannot lock another person out from afar."""
        key = super()._get_login_attempts_cache_key(request, **credentials)
        return f"{key}:{self.get_client_ip(request)}"

    def is_safe_url(self, url: str) -> bool:
        """Only this very site: the list of trusted origins is for forms, not for redirects."""
        request = context.request
        return url_has_allowed_host_and_scheme(
            url, allowed_hosts={request.get_host()}, require_https=request.is_secure()
        )

    def format_email_subject(self, subject: str) -> str:
        """Mails begin with what they are about, not with a host name."""
        return str(subject)
