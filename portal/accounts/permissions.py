"""The one permission table: what each role may do. A permission is always asked about a unit."""

from dataclasses import dataclass
from enum import Enum

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Permission(Enum):
    """Everything an officer can be allowed to do."""

    SEE_DOSSIERS = "see_dossiers"
    RECEIVE = "receive"  # counter intake, accept, ask for a supplement, return results
    REFUSE = "refuse"  # approve a refusal of intake
    APPROVE_SUPPLEMENT = "approve_supplement"  # a second supplement request, which counts against the unit
    ASSIGN = "assign"  # hand a dossier to a specialist, reassign
    PROCESS = "process"  # appraise, draft the result
    SIGN = "sign"  # approve and sign results, apologies, stop notices
    ISSUE = "issue"  # number and issue a signed result
    COLLECT = "collect"  # take money, open and close a shift
    APPROVE_MONEY = "approve_money"  # second person for refunds, account changes
    SEE_FIGURES = "see_figures"  # dashboards with the list behind, of the unit
    SEE_PERSONAL_DATA = "see_personal_data"  # names and numbers of the people in a dossier
    EDIT_CATALOGUE = "edit_catalogue"  # write and check drafts of procedure versions
    PUBLISH_CATALOGUE = "publish_catalogue"  # second person: publish, recall, withdraw
    ANSWER_PETITIONS = "answer_petitions"  # feedback about the unit: answer, forward, publish
    MANAGE_PEOPLE = "manage_people"
    RUN_SYSTEM = "run_system"


class Role(TextChoices):
    """Posts an officer can hold in a unit, and the agent who files for others (domain facts, section 7.1)."""

    COUNTER = "counter", _("Cán bộ tiếp nhận")
    SPECIALIST = "specialist", _("Chuyên viên thụ lý")
    HEAD = "head", _("Trưởng đơn vị")
    LEADER = "leader", _("Lãnh đạo ký duyệt")
    CLERK = "clerk", _("Văn thư")
    CASHIER = "cashier", _("Thủ quỹ")
    AGENT = "agent", _("Đại lý dịch vụ công")
    MONITOR = "monitor", _("Giám sát của Trung tâm")
    CATALOGUE = "catalogue", _("Quản trị danh mục")
    PUBLISHER = "publisher", _("Công bố danh mục")
    SYSTEM = "system", _("Quản trị hệ thống")


@dataclass(frozen=True)
class RoleSpec:
    """What a role is (one sentence), what it may do, and whether it reaches the units below its own."""

    sentence: str | Promise
    permissions: frozenset[Permission]
    whole_tree: bool = False


_SEES = {Permission.SEE_DOSSIERS, Permission.SEE_PERSONAL_DATA}

ROLES: dict[Role, RoleSpec] = {
    Role.COUNTER: RoleSpec(
        _("Tiếp nhận hồ sơ, hướng dẫn bổ sung, trả kết quả tại bộ phận một cửa."),
        frozenset({*_SEES, Permission.RECEIVE}),
    ),
    Role.SPECIALIST: RoleSpec(
        _("Thẩm định hồ sơ được giao và dự thảo kết quả; không ký, không phát hành."),
        frozenset({*_SEES, Permission.PROCESS}),
    ),
    Role.HEAD: RoleSpec(
        _("Điều hành bộ phận: phân công, duyệt từ chối tiếp nhận, theo dõi tiến độ và số liệu của đơn vị."),
        frozenset(
            {
                *_SEES,
                Permission.RECEIVE,
                Permission.REFUSE,
                Permission.APPROVE_SUPPLEMENT,
                Permission.ASSIGN,
                Permission.SEE_FIGURES,
                Permission.APPROVE_MONEY,
                Permission.ANSWER_PETITIONS,
                Permission.MANAGE_PEOPLE,
            }
        ),
    ),
    Role.LEADER: RoleSpec(
        _("Duyệt và ký số kết quả, văn bản xin lỗi, thông báo dừng; không tự sửa dự thảo."),
        frozenset(
            {
                *_SEES,
                Permission.REFUSE,
                Permission.APPROVE_SUPPLEMENT,
                Permission.ASSIGN,
                Permission.SIGN,
                Permission.SEE_FIGURES,
                Permission.ANSWER_PETITIONS,
            }
        ),
    ),
    Role.CLERK: RoleSpec(
        _("Cấp số và phát hành văn bản đã ký; không sửa nội dung."), frozenset({*_SEES, Permission.ISSUE})
    ),
    Role.CASHIER: RoleSpec(
        _("Thu phí, lệ phí, phát hành biên lai, đối soát cuối ngày; không sửa quy tắc thu."),
        frozenset({*_SEES, Permission.COLLECT}),
    ),
    Role.AGENT: RoleSpec(_("Hỗ trợ người dân nộp hồ sơ miễn phí; không xem hồ sơ sau khi nộp."), frozenset()),
    Role.MONITOR: RoleSpec(
        _("Theo dõi số liệu và tiến độ toàn thành phố; không xử lý thay đơn vị, không xem dữ liệu cá nhân."),
        frozenset({Permission.SEE_FIGURES, Permission.SEE_DOSSIERS}),
        whole_tree=True,
    ),
    Role.CATALOGUE: RoleSpec(
        _("Soạn và kiểm tra phiên bản thủ tục; không tự công bố, không chạm vào hồ sơ."),
        frozenset({Permission.EDIT_CATALOGUE}),
        whole_tree=True,
    ),
    Role.PUBLISHER: RoleSpec(
        _("Công bố và thu hồi phiên bản thủ tục do người khác soạn; không chạm vào hồ sơ."),
        frozenset({Permission.PUBLISH_CATALOGUE}),
        whole_tree=True,
    ),
    Role.SYSTEM: RoleSpec(
        _("Vận hành hệ thống và tài khoản; không có quyền thường trực với hồ sơ."),
        frozenset({Permission.RUN_SYSTEM, Permission.MANAGE_PEOPLE}),
        whole_tree=True,
    ),
}


def roles_with(permission: Permission) -> list[Role]:
    """The roles whose list holds `permission`."""
    return [role for role, spec in ROLES.items() if permission in spec.permissions]
