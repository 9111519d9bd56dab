"""Whether what is known of a procedure suffices to file it by the generic form, and what is lacking otherwise. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from procedures.models import Procedure, TimeLimit

# In the order a person would mend them.
REASONS = {
    "gone": _("không còn trong danh mục"),
    "system": _("do ngành dọc tiếp nhận trên hệ thống riêng"),
    "scope": _("tên nhắc tới một tỉnh khác, chưa rõ áp dụng tại Hà Nội"),
    "place": _("chưa rõ xã, phường hay sở, ngành nào của thành phố giải quyết"),
    "time": _("nguồn không cho thời hạn ở hình thức nộp nào"),
    "time_unit": _("thời hạn không rõ đơn vị hoặc tính bằng giờ lẻ, không hẹn ngày trả được"),
    "papers": _("nguồn không cho danh mục giấy tờ"),
}
LEAST_MINUTES = 60  # a shorter limit leaves no minute to some internal step


def lacking(procedure: Procedure, limits: Iterable[TimeLimit], *, has_papers: bool) -> list[str]:
    """Codes of REASONS why the generic form cannot be offered, empty when it can."""
    known = list(limits)
    found = {
        "gone": not procedure.is_active,
        "system": bool(procedure.vertical_system),
        "scope": "scope" in procedure.missing,
        "place": not procedure.at_commune and procedure.department_id is None,
        "time": not any(limit.value for limit in known),
        "time_unit": any(limit.value for limit in known) and not any(map(usable, known)),
        "papers": not has_papers,
    }
    return [code for code, holds in found.items() if holds]


def usable(limit: TimeLimit) -> bool:
    """Whether a due date and internal steps can be computed from a limit."""
    return (limit.legal_minutes or 0) >= LEAST_MINUTES


def fee_unknown(limits: Iterable[TimeLimit]) -> list[str]:
    """The channels whose source does not say "free": an amount needs a rule of Hanoi's, and none is confirmed."""
    return sorted(limit.channel for limit in limits if limit.fee_shown != [0])
