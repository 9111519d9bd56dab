"""Cleaning names taken from the national catalogue: titles, agencies, papers, results, legal acts.

The rules are described in docs/catalogue.md ("How names are cleaned"); each returns "" for what is no name.
"""

from __future__ import annotations

import re
import unicodedata

_BAD_LETTERS = str.maketrans({"ƣ": "ư", "Ƣ": "Ư", "\uf0fc": "", "\u200b": "", "\ufeff": "", "\xa0": " "})
_LEADING = re.compile(r"^[\s\-–—+*•!.,;:()\d/]*(?=\D)")
_COUNT = re.compile(r"^\W*0?(\d)\s+(?=ảnh|bản|bộ|tấm|tờ)", re.IGNORECASE)
# Words after which "Thủ tục" is only a label; "Thủ tục hải quan" on the other hand is the name itself.
_VERBS = [
    "đăng",
    "cấp",
    "đề",
    "giải",
    "thực",
    "chấp",
    "điều",
    "xác",
    "gia",
    "sửa",
    "chấm",
    "tiếp",
    "thanh",
    "công",
    "thay",
    "thẩm",
    "ghi",
    "xử",
    "thành",
    "lựa",
    "chuyển",
    "hỗ",
    "phê",
    "khai",
    "yêu",
    "hủy",
    "áp",
]
_TITLE_HEAD = re.compile(rf"^Thủ tục (?=({'|'.join(_VERBS)})[\s,/])")

# A paper's name starts with the word for a kind of paper; what does not is a sentence or a scrap of one.
_PAPER_HEADS = (
    "ảnh|bản|bảng|báo cáo|bằng|biên bản|biên lai|các bản|các biên bản|cam kết|chứng|công văn|dự án|dự thảo|"
    "danh mục|danh sách|điều lệ|đề án|đề cương|đề nghị|đề xuất|đơn|giấy|hóa đơn|hoá đơn|hồ sơ|hợp đồng|hộ chiếu|"
    "kế hoạch|kết quả|lý lịch|mẫu|nghị quyết|phiếu|phương án|phụ lục|quy chế|quy trình|quyết định|sổ|sơ đồ|"
    "sơ yếu|tài liệu|thẻ|thông báo|thuyết minh|tờ|trích|ủy|văn|vận|ý kiến|xác nhận|chương trình|bìa|lệnh|"
    "thỏa thuận|mảnh trích|sơ họa|bình đồ|tem|kháng nghị|đăng ký|bộ|tóm tắt|"
    "các (?:tài liệu|giấy tờ|văn bản|chứng từ|loại giấy phép)"
)
_PAPER = re.compile(rf"^((một|hai|\d+) )?(?:{_PAPER_HEADS})\b", re.IGNORECASE)
_FORM_TAIL = re.compile(
    r"(?<=[^\s(])(?:Mau|Mẫu|Biểu mẫu)\b.*$|[.,]\s*(?:Mau|Mẫu)\s*(?:so|số)?\b.*$|\s*Mẫu số\s*$"
)
_DANGLING = re.compile(
    r"[\s,;:]+(?:và|hoặc|của|(?<!kèm )(?<!tiếp )theo|theo quy định|theo quy định tại|tại|cho|với|về|(?<!tự )do|có|các|"
    r"một|là|trong|"
    r"bao gồm|gồm|như|từ|đối với|quy định tại|trường hợp|nếu|không còn|kèm theo cách thể hiện)$",
    re.IGNORECASE,
)
_LEAD_IN = re.compile(
    r"(gồm|gồm có|bao gồm|sau|sau đây|dưới đây|các nội dung)$|"
    r"^(các giấy tờ|một trong|thành phần hồ sơ|hồ sơ gồm|nội dung)",
    re.IGNORECASE,
)
_BARE = re.compile(
    r"^(bản (sao|gốc|chính|vẽ|gốc và một|gốc hoặc bản sao|sao y bản chính)|văn bản|tài liệu( kèm theo| liên quan)?|"
    r"(bộ )?hồ sơ( bản giấy| điện tử| gửi kèm| gồm| liên quan khác| được phê duyệt)?|mẫu( số)? ?[\w./-]*|mẫu tờ khai|"
    r"biểu mẫu.*|phụ lục( [\w.]+)?|chứng chỉ|đơn xin thường|văn bản đề nghị theo quy địnhvăn bản đề|"
    r"các (tài liệu|giấy tờ|văn bản|chứng từ)( khác)?( (kèm theo|có liên quan|liên quan)( khác)?( kèm theo)?)?|"
    r"ủy|văn|bảng kê|tờ trình|chứng từ|bản khai|đơn đề nghị được lập|kết quả|giấy chứng nhận|giấy)$",
    re.IGNORECASE,
)
_SENTENCE = re.compile(
    r"^(bản (thân|chất)|đề nghị (quý|các)|các (cơ quan|tổ chức))|có quyền lựa chọn|: \*", re.IGNORECASE
)

_ACT = re.compile(
    r"(\d+(?:\.\d+)?)/(?:(\d{4})/)?(NĐ-CP|NQ-CP|QH\d\d|PL-UBTVQH\d\d|UBTVQH\d\d|QĐ-TTg|(?:QĐ|TT)-[A-ZĐ]{3,9}|TTLT-[A-ZĐ-]+)"
)
_MINISTRIES = {
    "BTC", "BTP", "BCA", "BNNMT", "BGTVT", "BXD", "BQP", "BHXH", "BLĐTBXH", "BKHĐT", "BTNMT", "BNNPTNT", "BYT",
    "BCT", "BKHCN", "VPCP", "BVHTTDL", "BNV", "BNG", "BGDĐT", "NHNN", "BTTTT", "TTCP", "TTg",
}  # fmt: skip
_ACT_ORDER = ("QH", "PL", "UBTVQH", "NQ-CP", "NĐ", "QĐ-TTg", "TTLT", "TT", "QĐ")


def clean(text: str) -> str:
    """One NFC line without scanning debris."""
    return " ".join(unicodedata.normalize("NFC", text).translate(_BAD_LETTERS).split())


def short_title(title: str) -> str:
    """The title without its leading "Thủ tục" when a verb follows and it then fits 200 letters; else ""."""
    short = _TITLE_HEAD.sub("", title.strip(" ."))
    if title.isupper():
        short = _TITLE_HEAD.sub("", title.strip(" .").capitalize())
    if short == title or len(short) > 200:
        return ""
    return short[0].upper() + short[1:]


def paper(name: str) -> str:
    """The name of a paper, or "" when the text is not one."""
    text = _FORM_TAIL.sub("", _LEADING.sub("", clean(name))).strip(" .,;:!")
    while (shorter := _DANGLING.sub("", text)) != text:
        text = shorter
    if text.count("(") != text.count(")"):
        text = text.split("(")[0].strip() if text.count("(") > text.count(")") else ""
    refused = not _PAPER.match(text) or _LEAD_IN.search(text) or _BARE.match(text) or _SENTENCE.search(text)
    if refused or len(text.split()) < 2:
        return ""
    return text[0].upper() + text[1:]


def count_in(name: str) -> int:
    """The number of pieces written before a paper's name ("02 ảnh cỡ 2x3 cm" is 2), 0 when there is none."""
    match = _COUNT.match(clean(name))
    return int(match.group(1)) if match else 0


def result(name: str) -> str:
    """The name of a result; one cut off by the source (140 letters) ends with "…"."""
    text = clean(name)
    cut = len(text) >= 139
    text = re.sub(r"^[\s\-–+*•.,;:]+", "", text).strip(" .,;:")
    if cut:
        text = text.rsplit(" ", 1)[0].rstrip(" ,;:(-") + "…"
    if len(text) < 5 or "không có kết quả" in text.lower():
        return ""
    return text[0].upper() + text[1:]


def acts(numbers: list[str]) -> list[str]:
    """Numbers of legal acts that are whole ("123/2015/NĐ-CP"), highest rank first, each once."""
    found: dict[str, tuple[int, int, str]] = {}
    for raw in numbers:
        match = _ACT.search(clean(raw))
        if not match:
            continue
        number, year, kind = match.groups()
        if kind.startswith(("TT-", "QĐ-")):
            issuer = next(
                (m for m in sorted(_MINISTRIES, key=len, reverse=True) if kind.split("-")[1].startswith(m)),
                "",
            )
            if not issuer:
                continue
            kind = f"{kind.split('-')[0]}-{issuer}"
        if not year and not kind.startswith("QĐ"):
            continue
        text = f"{number}/{year}/{kind}" if year else f"{number}/{kind}"
        rank = next((i for i, start in enumerate(_ACT_ORDER) if kind.startswith(start)), len(_ACT_ORDER))
        found[text] = (rank, -int(year or 0), text)
    return sorted(found, key=found.__getitem__)


_PLACE = re.compile(
    r"\s*(?:[-–]\s*)?(?:Thành phố Hà Nội|Thành phố Hải Phòng|Thành phố Đồng Nai|TP\.?\s?Đà Nẵng|tỉnh (?:An Giang|"
    r"Sơn La|Quảng Ninh|Quảng Trị)|các tỉnh)\s*$"
)


def agency(name: str) -> str:
    """The competent agency without the name of one province; "" for a sentence or a cut-off name."""
    text = _PLACE.sub("", clean(name)).strip(" .,;-")
    text = (
        text.replace("Sở Tư Pháp", "Sở Tư pháp")
        .replace("Uỷ ban", "Ủy ban")
        .replace("Ủy ban Nhân dân", "Ủy ban nhân dân")
    )
    text = text.replace("Công an cấp Xã", "Công an cấp xã").replace("Công an cấp Tỉnh", "Công an cấp tỉnh")
    text = re.sub(r"^Sở Nông nghiệp và Phát triển [Nn]ông thôn$", "Sở Nông nghiệp và Môi trường", text)
    vague = text in {"Các cơ quan", "Cơ quan", "Bộ", "Ban quản lý", "Cơ quan khác", "Cơ quan phân cấp"}
    if vague or not text or text[0].islower() or len(text) > 90:
        return ""
    return text[0].upper() + text[1:]
