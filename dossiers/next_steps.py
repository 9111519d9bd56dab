"""What happens next with a dossier, by whom, until when and why, in the person's words. Names nobody."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from dossiers.states import Delivery, Money, State
from dossiers.transfers import AT_COLLECTION, Side, TransferState, unit_of
from dossiers.transfers_shown import Row, last_transfer
from portal.templatetags.portal import moment_text

if TYPE_CHECKING:
    from dossiers.models import Dossier


def next_step(dossier: Dossier) -> str:
    """One or two sentences about the next step; empty when nothing follows."""
    return NEXT[State(dossier.state)](dossier)


def leg_of(dossier: Dossier) -> Row | None:
    """The transfer of a dossier decided elsewhere than where it was filed; None for any other."""
    return last_transfer(dossier) if dossier.receiving_unit_id != dossier.competent_unit_id else None


def collected_at(dossier: Dossier) -> str:
    """The unit where the person collects the result at a counter."""
    leg = leg_of(dossier)
    unit = unit_of(leg.transfer, Side.COLLECTION) if leg else dossier.receiving_unit
    return unit.full_name


def _filed(dossier: Dossier) -> str:
    return _("%(unit)s kiểm tra hồ sơ và trả lời tiếp nhận, yêu cầu bổ sung hoặc từ chối trước %(when)s.") % {
        "unit": dossier.receiving_unit.full_name,
        "when": moment_text(dossier.accept_by),
    }


def _accepted(dossier: Dossier) -> str:
    leg = leg_of(dossier)
    if leg and leg.transfer.state == TransferState.SENT:
        return _("Hồ sơ đã chuyển tới %(unit)s, nơi đó nhận giải quyết trước %(when)s.") % {
            "unit": leg.transfer.receiver.full_name,
            "when": moment_text(leg.transfer.due_at),
        }
    return _("%(unit)s phân công người giải quyết. Kết quả hẹn trả %(when)s.") % _when(dossier)


def _processing(dossier: Dossier) -> str:
    return _("%(unit)s thẩm định hồ sơ rồi trình lãnh đạo ký. Kết quả hẹn trả %(when)s.") % _when(dossier)


def _signing(dossier: Dossier) -> str:
    return _("%(unit)s ký, cấp số và phát hành kết quả. Hẹn trả %(when)s.") % _when(dossier)


def _supplement(dossier: Dossier) -> str:
    sent = dossier.supplements.filter(answered_at=None, closed_at=None).last()
    said = _("Người nộp bổ sung hồ sơ trước %(when)s.") % {
        "when": moment_text(sent.answer_by if sent else None)
    }
    if dossier.accepted_at is None:
        return said
    return f"{said} {_('Thời hạn giải quyết tạm dừng vì đang chờ người nộp.')}"


def _obligation(_dossier: Dossier) -> str:
    return _(
        "Người nộp thực hiện nghĩa vụ tài chính đã thông báo. Thời hạn giải quyết tạm dừng trong lúc đó."
    )


def _finished(dossier: Dossier) -> str:
    if dossier.money == Money.DUE:
        return _("Đã có kết quả. Kết quả được trả sau khi nộp đủ phí, lệ phí.")
    if dossier.delivery == Delivery.ONLINE:
        return _("Bản điện tử được trả trên trang hồ sơ sau ít phút.")
    if dossier.delivery == Delivery.POST:
        return _("%(unit)s gửi kết quả qua bưu chính.") % {"unit": dossier.receiving_unit.full_name}
    leg = leg_of(dossier)
    if leg and leg.transfer.state not in AT_COLLECTION and leg.transfer.ended_at is None:
        return _("Kết quả đang được chuyển về %(unit)s; Cổng báo ngay khi có thể đến nhận.") % {
            "unit": collected_at(dossier)
        }
    return _("Mời đến %(unit)s nhận kết quả, mang theo giấy tiếp nhận hoặc thẻ căn cước.") % {
        "unit": collected_at(dossier)
    }


def _nothing(_dossier: Dossier) -> str:
    return ""


def _again(_dossier: Dossier) -> str:
    return _("Lý do ghi trong văn bản đã gửi cho người nộp. Cần giải quyết lại thì nộp hồ sơ mới.")


def _when(dossier: Dossier) -> dict[str, str]:
    return {"unit": dossier.competent_unit.full_name, "when": moment_text(dossier.due_at)}


NEXT: dict[State, Callable[[Dossier], str]] = {
    State.FILED: _filed,
    State.ACCEPTED: _accepted,
    State.PROCESSING: _processing,
    State.CHECKING: _processing,
    State.SIGNING: _signing,
    State.SIGNED: _signing,
    State.SUPPLEMENT: _supplement,
    State.OBLIGATION: _obligation,
    State.FINISHED: _finished,
    State.RETURNED: _nothing,
    State.REFUSED: _again,
    State.WITHDRAWN: _nothing,
    State.STOPPED: _again,
}
