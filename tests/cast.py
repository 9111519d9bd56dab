"""The fixed cast of the tests."""

from __future__ import annotations

from dataclasses import dataclass

from portal.accounts.models import Membership, Unit, User, UserKind
from portal.accounts.permissions import Role

PASSWORD = "mat-khau-thu-nghiem-1"


@dataclass(frozen=True)
class Office:
    """One ward and its officers."""

    unit: Unit
    counter: User
    specialist: User
    head: User
    leader: User
    clerk: User
    cashier: User


@dataclass(frozen=True)
class Cast:
    """Two citizens, an organisation, two wards, and the city's own people."""

    citizen: User
    other_citizen: User
    organisation: User
    office: Office
    other_office: Office
    monitor: User
    catalogue: User
    publisher: User
    system: User
    city: Unit


_TITLES = {Role.LEADER: "Chủ tịch", Role.HEAD: "Giám đốc Trung tâm", Role.CLERK: "Văn thư"}


def build_cast() -> Cast:
    """Create the people; the units are those of the reference data."""
    city = Unit.objects.get(kind="city")
    return Cast(
        citizen=_citizen("001190012345", "Nguyễn Thị Ngọc Ánh", "female"),
        other_citizen=_citizen("001085054321", "Trần Văn Đức", "male"),
        organisation=User.objects.create_user(
            "0101234567",
            PASSWORD,
            kind=UserKind.ORGANISATION,
            full_name="Lê Hoàng Long",
            organisation_name="Công ty TNHH Thử Nghiệm",
            tax_code="0101234567",
            phone="0912345678",
        ),
        office=_office("00004", "badinh"),
        other_office=_office("00070", "hoankiem"),
        monitor=_officer("giamsat", "Đặng Giám Sát", city, Role.MONITOR),
        catalogue=_officer("danhmuc", "Đỗ Danh Mục", city, Role.CATALOGUE),
        publisher=_officer("congbo", "Lý Công Bố", city, Role.PUBLISHER),
        system=_officer("hethong", "Hồ Hệ Thống", city, Role.SYSTEM),
        city=city,
    )


def _citizen(number: str, name: str, gender: str) -> User:
    return User.objects.create_user(
        number,
        PASSWORD,
        full_name=name,
        id_number=number,
        gender=gender,
        phone="0987654321",
        address_line="Số 1 phố Thử Nghiệm",
        commune=Unit.objects.get(code="00004"),
    )


def _officer(login: str, name: str, unit: Unit, *roles: Role) -> User:
    user = User.objects.create_user(login, PASSWORD, kind=UserKind.STAFF, full_name=name)
    for role in roles:
        Membership.objects.create(user=user, unit=unit, role=role, title=_TITLES.get(role, ""))
    return user


def _office(code: str, prefix: str) -> Office:
    unit = Unit.objects.get(code=code)
    return Office(
        unit=unit,
        counter=_officer(f"{prefix}.motcua", "Phạm Một Cửa", unit, Role.COUNTER),
        specialist=_officer(f"{prefix}.chuyenvien", "Vũ Chuyên Viên", unit, Role.SPECIALIST),
        head=_officer(f"{prefix}.giamdoc", "Bùi Giám Đốc", unit, Role.HEAD),
        leader=_officer(f"{prefix}.lanhdao", "Hoàng Lãnh Đạo", unit, Role.LEADER),
        clerk=_officer(f"{prefix}.vanthu", "Ngô Văn Thư", unit, Role.CLERK),
        cashier=_officer(f"{prefix}.thuquy", "Dương Thủ Quỹ", unit, Role.CASHIER),
    )
