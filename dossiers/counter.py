"""What the counter reads from an identity card, and the server's mark of when an intake began. Pure."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass

from django.core import signing
from django.utils.translation import gettext as _

from portal.accounts.former import Found, in_address
from portal.lib.identity import mismatches, read_personal_number

FIELDS = 7  # number, old number, name, birth, sex, address, issue; later cards carry more behind them
MOST_FIELDS = 14
LONGEST_INTAKE = datetime.timedelta(hours=12)
_SALT = "counter-intake"
_CONTROL = re.compile(r"[\x00-\x1f\x7f\ufeff\u200b]")


class CardError(ValueError):
    """Text that is not the code of an identity card; the message says to the officer which part is wrong."""


@dataclass(frozen=True)
class Card:
    """The holder of an identity card as its QR code says."""

    id_number: str
    full_name: str
    date_of_birth: datetime.date
    gender: str
    address: str
    issued_on: datetime.date

    @property
    def doubts(self) -> list[str]:
        """Where number, birth and sex do not fit together: to be compared with the card by eye, never an error."""
        said = {
            "birth_year": _("Năm sinh không khớp với số định danh: xin đối chiếu với thẻ."),
            "gender": _("Giới tính không khớp với số định danh: xin đối chiếu với thẻ."),
        }
        found = mismatches(self.id_number, born=self.date_of_birth, gender=self.gender)
        return [said[name] for name in found]

    @property
    def address_now(self) -> Found | None:
        """The units of today of an address from before a reorganisation."""
        return in_address(self.address)


def read_card(text: str, *, today: datetime.date) -> Card:
    """Read the QR code of a chip identity card (thẻ căn cước công dân gắn chip, thẻ căn cước từ 1/7/2024).

    Fields in the published order, separated by "|": number, old number, name, birth day as ddmmyyyy, sex, address,
    day of issue; what newer cards carry behind these is not read. Nothing is asked of any register, and no e-identity
    is needed. Raises CardError naming the first part that cannot be right.
    """
    parts = [_CONTROL.sub("", part).strip() for part in text.strip().split("|")]
    if not FIELDS <= len(parts) <= MOST_FIELDS:
        raise CardError(_("Mã quét không đủ các phần của mã trên thẻ căn cước."))
    number, old, name, birth, sex, address, issue = parts[:FIELDS]
    if read_personal_number(number) is None or (old and not re.fullmatch(r"\d{9}|\d{12}", old)):
        raise CardError(_("Phần số định danh trong mã quét bị hỏng."))
    if len(name) < 2 or re.search(r"[\d?\ufffd]", name):
        raise CardError(_("Phần họ tên trong mã quét bị hỏng."))
    born = _day(birth)
    if born is None or not datetime.date(1900, 1, 1) <= born <= today:
        raise CardError(_("Phần ngày sinh trong mã quét bị hỏng."))
    gender = {"nam": "male", "nữ": "female"}.get(sex.lower())
    if gender is None:
        raise CardError(_("Phần giới tính trong mã quét bị hỏng."))
    issued = _day(issue)
    if issued is None or not born <= issued <= today:
        raise CardError(_("Phần địa chỉ hoặc ngày cấp trong mã quét bị hỏng."))
    return Card(number, name, born, gender, address, issued)


def _day(text: str) -> datetime.date | None:
    if not re.fullmatch(r"\d{8}", text):
        return None
    try:
        return datetime.date(int(text[4:8]), int(text[2:4]), int(text[:2]))
    except ValueError:
        return None


def mark_start(officer: int, now: datetime.datetime) -> str:
    """The server's signed mark that this officer began an intake now, for the page to carry."""
    return signing.dumps([officer, now.timestamp()], salt=_SALT)


def read_start(mark: str, officer: int, now: datetime.datetime) -> datetime.datetime | None:
    """When the intake of this page began; None for a mark of somebody else, a broken, a future or a stale one."""
    try:
        who, at = signing.loads(mark, salt=_SALT)
    except signing.BadSignature:
        return None
    started = datetime.datetime.fromtimestamp(at, tz=datetime.UTC)
    return started if who == officer and now - LONGEST_INTAKE <= started <= now else None
