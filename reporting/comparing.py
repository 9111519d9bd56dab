"""A value against the one of the last comparable period."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from reporting.counting import Counts
from reporting.measures import Measure, Shape
from reporting.wording import change_text, value_text

_LEAST = {Shape.SHARE: 0.0005, Shape.DAYS: 0.05}  # what the shown decimals cannot tell apart


@dataclass(frozen=True)
class Before:
    """A value of the last comparable period, its list, and how the present one differs from it."""

    text: str
    url: str
    change: str = ""
    sign: str = ""
    tone: str = "none"


def compare(measure: Measure, now: Counts, then: Counts, url: str) -> Before:
    """`measure` as it was (`then`, listed at `url`) against what it is (`now`)."""
    value, earlier = measure.value(now), measure.value(then)
    text = value_text(measure, earlier)
    if value is None or earlier is None:
        return Before(text, url)
    if abs(value - earlier) < _LEAST[measure.shape]:
        return Before(text, url, _("không đổi"), "", "plain")
    rose = value > earlier
    tone = "good" if rose is measure.higher_is_better else "bad"
    return Before(text, url, change_text(measure, value - earlier), "▲" if rose else "▼", tone)
