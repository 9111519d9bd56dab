"""The city's department that decides a provincial procedure, where the agency's name or the field leaves no doubt."""

from __future__ import annotations

import re

_BY_AGENCY = (
    (r"Sở Tư pháp", "STP"),
    (r"Sở Xây dựng|Sở Giao thông vận tải", "SXD"),
    (r"Sở Nông nghiệp", "SNNMT"),
    (r"Sở Tài chính", "STC"),
    (r"Sở Nội vụ|Sở Lao động", "SNV"),
    (r"Sở Khoa học", "SKHCN"),
    (r"Ban [Qq]uản lý .*([Kk]hu công nghiệp|[Kk]hu công nghệ cao|[Kk]hu chế xuất)", "BQLKCN"),
    (
        r"Chi cục (Kiểm|Lâm nghiệp|Thủy|Trồng trọt)|đăng ký đất đai|về (nông nghiệp|thủy sản)|chuyên ngành thú y",
        "SNNMT",
    ),
)
_BY_FIELD = {
    "STP": "cong-chung luat-su thua-phat-lai trong-tai-thuong-mai hoa-giai-thuong-mai tro-giup-phap-ly "
    "giam-dinh-tu-phap dau-gia-tai-san quan-tai-vien tu-van-phap-luat quoc-tich ho-tich nuoi-con-nuoi",
    "SXD": "duong-bo hoat-dong-xay-dung nha-o-va-cong-so kinh-doanh-bat-dong-san hang-hai-va-duong-thuy-noi-dia "
    "ha-tang-ky-thuat vat-lieu-xay-dung quan-ly-chat-luong-cong-trinh-xay-dung phat-trien-do-thi",
    "SQHKT": "kien-truc quy-hoach-do-thi-va-nong-thon",
    "SNNMT": "dat-dai thuy-loi thuy-san thu-y lam-nghiep tai-nguyen-nuoc nong-nghiep trong-trot kiem-lam chan-nuoi "
    "trong-trot-va-bao-ve-thuc-vat bien-va-hai-dao quan-ly-chat-luong-nong-lam-san-va-thuy-san moi-truong "
    "dia-chat-va-khoang-san khi-tuong-thuy-van bao-ton-thien-nhien-va-da-dang-sinh-hoc bien-doi-khi-hau "
    "kinh-te-hop-tac-va-phat-trien-nong-thon do-dac-ban-do-va-thong-tin-dia-ly",
    "STC": "thanh-lap-va-hoat-dong-cua-doanh-nghiep dau-tu-tai-viet-nam ho-tro-doanh-nghiep-nho-va-vua "
    "quan-ly-cong-san thanh-lap-va-hoat-dong-cua-to-hop-tac-hop-tac-xa-lien-hiep-hop-tac-xa "
    "tai-chinh-doanh-nghiep quan-ly-gia",
    "SYT": "y-te duoc-pham",
    "SKHCN": "tieu-chuan-do-luong-chat-luong hoat-dong-khoa-hoc-va-cong-nghe so-huu-tri-tue",
    "SNV": "nguoi-co-cong viec-lam quan-ly-nha-nuoc-ve-hoi-quy",
    "SDTTG": "tin-nguong-ton-giao",
    "SCT": "hoa-chat",
}
_FIELDS = {field: department for department, fields in _BY_FIELD.items() for field in fields.split()}


def department_of(levels: list[str], system: str, agency: str, field: str) -> str:
    """The department's code in units.json; "" when the procedure is not provincial or it is not certain."""
    if "province" not in levels or system:
        return ""
    named = next((code for pattern, code in _BY_AGENCY if re.search(pattern, agency)), "")
    elsewhere = agency.startswith(("Bộ ", "Cục ", "Công an", "Tòa án", "Hội đồng"))
    return named or ("" if elsewhere else _FIELDS.get(field, ""))
