"""The places of dossiers in the navigation: one line each, in the order they are shown."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from portal.accounts.permissions import Permission
from portal.lib.nav import Audience, Group, NavItem, for_officers

_STAFF = (Permission.EDIT_CATALOGUE, Permission.PUBLISH_CATALOGUE)
_RECORDS = (Permission.RECEIVE, Permission.ANSWER_PETITIONS)
ITEMS = (
    NavItem(_("Hồ sơ của tôi"), "dossiers:mine", audience=Audience.CITIZEN, order=30),
    NavItem(_("Thông báo"), "dossiers:notices", audience=Audience.CITIZEN, order=35),
    NavItem(_("Tra cứu hồ sơ"), "dossiers:track", audience=Audience.PUBLIC, order=40),
    *for_officers(
        Group.WORK,
        (_("Hộp việc"), "dossiers:inbox", Permission.SEE_DOSSIERS, 10, "inbox"),
        (pgettext_lazy("nav", "Đề nghị xác minh"), "dossiers:asked", Permission.PROCESS, 15, "send"),
        (_("Tiếp nhận tại quầy"), "dossiers:counter", Permission.RECEIVE, 20, "user"),
        (_("Chuyển liên thông"), "dossiers:handovers", Permission.RECEIVE, 25, "inbox"),
        (pgettext_lazy("nav", "Chuyển đơn vị"), "dossiers:transfers", Permission.SEE_DOSSIERS, 26, "send"),
        (pgettext_lazy("nav", "Giao nhận giấy tờ"), "dossiers:dispatches", Permission.RECEIVE, 27, "folder"),
        (_("Sổ theo dõi hồ sơ"), "dossiers:registers", Permission.RECEIVE, 27, "book"),
        (_("Phản ánh, kiến nghị"), "dossiers:petitions", Permission.ANSWER_PETITIONS, 28, "mail"),
        (_("Ghi nhận phản ánh"), "dossiers:petition-record", _RECORDS, 29, "pen"),
        (_("Nhân sự, bàn giao"), "dossiers:people", Permission.SEE_PERSONAL_DATA, 30, "user"),
    ),
    *for_officers(
        Group.SETUP,
        (_("Lịch làm việc"), "dossiers:calendar", _STAFF, 74, "calendar"),
        (_("Thông báo gửi đi"), "dossiers:outgoing", Permission.RUN_SYSTEM, 90, "send"),
    ),
)
