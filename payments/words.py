"""Amounts in Vietnamese words, as a receipt must carry them (NĐ 254/2026/NĐ-CP art. 23(2))."""

DIGITS = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
SCALES = ("", "nghìn", "triệu")
BILLION = 10**9


def amount_in_words(amount: int) -> str:
    """Whole đồng in words, first letter capital: 105000 -> "Một trăm linh năm nghìn đồng".

    Raises ValueError for a negative amount: a receipt is never for less than nothing.
    """
    if amount < 0:
        raise ValueError("a receipt amount is not negative")
    words = " ".join(_number(amount)) if amount else "không"
    return f"{words[0].upper()}{words[1:]} đồng"


def _number(value: int, *, inner: bool = False) -> list[str]:
    """A positive number. `inner`: something was read before it, so its first group is read in full."""
    if value >= BILLION:
        rest = value % BILLION
        return [*_number(value // BILLION, inner=inner), "tỷ", *(_number(rest, inner=True) if rest else [])]
    words: list[str] = []
    for power in (2, 1, 0):
        group = value // 1000**power % 1000
        if group:
            words += _group(group, in_full=inner or bool(words))
            words += [SCALES[power]] if power else []
    return words


def _group(group: int, *, in_full: bool) -> list[str]:
    """Three digits, 1..999; `in_full` also reads a missing hundred ("không trăm linh năm")."""
    hundreds, tens, units = group // 100, group // 10 % 10, group % 10
    words = [DIGITS[hundreds], "trăm"] if hundreds or in_full else []
    if tens > 1:
        words += [DIGITS[tens], "mươi"]
    elif tens == 1:
        words.append("mười")
    elif units and words:
        words.append("linh")
    return words + ([_unit(tens, units)] if units else [])


def _unit(tens: int, units: int) -> str:
    """The last digit changes its sound after tens: mốt, tư, lăm."""
    if units == 5 and tens:
        return "lăm"
    if tens > 1 and units in {1, 4}:
        return "mốt" if units == 1 else "tư"
    return DIGITS[units]
