"""How numbers of the figures are written, in both languages."""

from __future__ import annotations

from django.utils import translation
from django.utils.formats import number_format
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from portal.templatetags.portal import percent
from reporting.measures import Measure, Shape
from reporting.models import Operator, Target


def in_both(text: object) -> dict[str, str]:
    """A lazy text in Vietnamese and English, by the language's code."""
    found = {}
    for language in ("vi", "en"):
        with translation.override(language):
            found[language] = str(text)
    return found


def whole(number: int) -> str:
    """A whole number with grouping: "13.109"."""
    return number_format(number, decimal_pos=0, force_grouping=True)


def days(value: float) -> str:
    """A number of days with one decimal."""
    text = f"{value:.1f}"
    return ngettext("%(number)s ngày", "%(number)s ngày", round(value)) % {
        "number": text if get_language() == "en" else text.replace(".", ",")
    }


def whole_days(number: int) -> str:
    """A whole number of days."""
    return ngettext("%(number)s ngày", "%(number)s ngày", number) % {"number": whole(number)}


def value_text(measure: Measure, value: float | None) -> str:
    """A value of a measure; says "no data" where there is nothing to divide by."""
    if value is None:
        return _("Chưa có dữ liệu")
    if measure.shape is Shape.DAYS:
        return days(value)
    return share_text(value)


def share_text(value: float | None) -> str:
    """A share of 1 in per cent; says "no data" where there is nothing to divide by."""
    if value is None:
        return _("Chưa có dữ liệu")
    # 99.96 % is not yet everything, 0.04 % not nothing: rounding must not say so.
    return percent(min(max(value, 0.001 if value > 0 else 0.0), 0.999 if value < 1 else value))


def target_text(target: Target) -> str:
    """A target: "≥ 60,0 %"."""
    sign = "≥" if target.operator == Operator.AT_LEAST else "≤"
    share = float(target.value)
    text = percent(share)
    return f"{sign} {text.replace(',0', '').replace('.0', '') if share * 100 == round(share * 100) else text}"


def points_text(share: float) -> str:
    """A difference of shares in points: "+3,6 điểm"."""
    number = f"{abs(share) * 100:.1f}"
    sign = "" if number == "0.0" else "+" if share > 0 else "−"
    return _("%(number)s điểm") % {
        "number": sign + (number if get_language() == "en" else number.replace(".", ","))
    }


def change_text(measure: Measure, difference: float) -> str:
    """How far a value moved: points of a share, or days."""
    if measure.shape is Shape.DAYS:
        sign = "+" if difference > 0 else "−" if difference < 0 else ""
        return sign + days(abs(difference))
    return points_text(difference)
