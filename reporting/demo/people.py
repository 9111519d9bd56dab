"""Demonstration accounts: the ones a visitor signs in with, and the officers who work off the month."""

from __future__ import annotations

import datetime
import json
import random
from dataclasses import asdict, dataclass

from django.conf import settings

from portal.accounts.models import Membership, Unit, User, UserKind
from portal.accounts.permissions import ROLES, Role

PASSWORD = "ThuNghiem-2026"  # noqa: S105 - printed at start, for trial data only
TITLES = {Role.LEADER: "Chủ tịch", Role.HEAD: "Giám đốc Trung tâm", Role.CLERK: "Văn thư"}


@dataclass(frozen=True)
class Account:
    """One line of the table printed at start."""

    login: str
    password: str
    name: str
    role: str
    unit: str


@dataclass(frozen=True)
class Spec:
    """An account to be made: its roles are held in the unit of that code."""

    login: str
    name: str
    unit: str = ""
    roles: tuple[Role, ...] = ()


SHOWN: tuple[Spec, ...] = (
    Spec("badinh.motcua", "Phạm Thu Hà", "00004", (Role.COUNTER,)),
    Spec("badinh.chuyenvien", "Vũ Minh Tuấn", "00004", (Role.SPECIALIST,)),
    Spec("badinh.giamdoc", "Bùi Thanh Mai", "00004", (Role.HEAD,)),
    Spec("badinh.lanhdao", "Hoàng Quốc Việt", "00004", (Role.LEADER,)),
    Spec("badinh.vanthu", "Ngô Bích Ngọc", "00004", (Role.CLERK,)),
    Spec("badinh.thuquy", "Dương Văn Lâm", "00004", (Role.CASHIER,)),
    Spec("hoankiem.motcua", "Trịnh Hoài An", "00070", (Role.COUNTER,)),
    Spec("hoankiem.lanhdao", "Đinh Công Sơn", "00070", (Role.LEADER,)),
    Spec("giamsat", "Đặng Thùy Linh", "", (Role.MONITOR,)),
    Spec("danhmuc", "Đỗ Gia Bảo", "", (Role.CATALOGUE,)),
    Spec("congbo", "Lý Thanh Tùng", "", (Role.PUBLISHER,)),
    Spec("hethong", "Hồ Đức Trí", "", (Role.SYSTEM,)),
)
CITIZENS = (
    ("001190000018", "Nguyễn Thị Ngọc Ánh", "female", datetime.date(1990, 5, 12)),
    ("001085000024", "Trần Văn Đức", "male", datetime.date(1985, 9, 3)),
)
SURNAMES = ("Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Vũ", "Đặng", "Bùi", "Đỗ", "Ngô", "Dương", "Lý")
GIVEN = {
    "female": ("Minh Anh", "Thị Hạnh", "Thu Trang", "Ngọc Lan"),
    "male": ("Văn Hùng", "Quang Huy", "Đức Thắng", "Hữu Phước"),
}
EVERY_GIVEN = (*GIVEN["female"], *GIVEN["male"])
_AT_WORK = (
    ("tiepnhan", (Role.COUNTER, Role.CASHIER)),
    ("thuly", (Role.SPECIALIST,)),
    ("dieuhanh", (Role.HEAD,)),
    ("kyduyet", (Role.LEADER,)),
    ("vanthu", (Role.CLERK,)),
)


def make_accounts() -> list[Account]:
    """Create the shown accounts where missing, reset their password, and write the list for the supervisor."""
    city = Unit.objects.get(kind="city")
    units = {unit.code: unit for unit in Unit.objects.filter(code__in=[spec.unit for spec in SHOWN])}
    shown = [_citizen(*row) for row in CITIZENS]
    for spec in SHOWN:
        unit = units.get(spec.unit, city)
        _officer(spec.login, spec.name, unit, spec.roles, PASSWORD)
        role = ", ".join(str(role.label) for role in spec.roles)
        shown.append(Account(spec.login, PASSWORD, spec.name, role, unit.full_name))
    target = settings.DATA_DIR / "demo-accounts.json"
    target.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps([asdict(account) for account in shown], ensure_ascii=False, indent=1)
    target.write_text(text, encoding="utf-8")
    return shown


def _citizen(number: str, name: str, gender: str, born: datetime.date) -> Account:
    user = User.objects.filter(username=number).first()
    if user is None:
        user = User(
            username=number,
            full_name=name,
            id_number=number,
            gender=gender,
            date_of_birth=born,
            phone="0912000" + number[-3:],
            address_line="Số 12 phố Hoàng Hoa Thám",
            commune=Unit.objects.get(code="00004"),
            is_demo=True,
        )
        user.set_password(PASSWORD)
        user.save()
    return Account(number, PASSWORD, name, str(UserKind.CITIZEN.label), "")


def _officer(login: str, name: str, unit: Unit, roles: tuple[Role, ...], password: str | None) -> User:
    user = User.objects.filter(username=login).first()
    if user is None:
        user = User(username=login, full_name=name, kind=UserKind.STAFF, is_demo=True)
        user.set_password(password)
        user.save()
    for role in roles:
        if role not in ROLES:
            continue
        Membership.objects.get_or_create(
            user=user, unit=unit, role=role, defaults={"title": TITLES.get(role, "")}
        )
    return user


@dataclass(frozen=True)
class Staff:
    """The officers who work off a unit's demonstration month; nobody can sign in as them."""

    counter: User
    specialist: User
    head: User
    leader: User
    clerk: User


def staff_of(unit: Unit) -> Staff:
    """The working officers of a unit: the shown ones where there are, else made without a usable password."""
    return Staff(*(_at_work(unit, suffix, roles) for suffix, roles in _AT_WORK))


def _at_work(unit: Unit, suffix: str, roles: tuple[Role, ...]) -> User:
    shown = Membership.objects.filter(unit=unit, role=roles[0]).select_related("user").order_by("pk").first()
    login = shown.user.username if shown else f"demo.{unit.code}.{suffix}"
    chance = random.Random(login)  # noqa: S311 - sample names
    return _officer(login, f"{chance.choice(SURNAMES)} {chance.choice(EVERY_GIVEN)}", unit, roles, None)
