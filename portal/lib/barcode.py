"""Code 128 (ISO/IEC 15417) as inline SVG: the dossier code for the hand scanners of the counters."""

from __future__ import annotations

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

# Widths of bars and spaces in turn of the 107 symbols, from the standard.
_WIDTHS = (
    "212222 222122 222221 121223 121322 131222 122213 122312 132212 221213 221312 231212 112232 122132 122231 "
    "113222 123122 123221 223211 221132 221231 213212 223112 312131 311222 321122 321221 312212 322112 322211 "
    "212123 212321 232121 111323 131123 131321 112313 132113 132311 211313 231113 231311 112133 112331 132131 "
    "113123 113321 133121 313121 211331 231131 213113 213311 213131 311123 311321 331121 312113 312311 332111 "
    "314111 221411 431111 111224 111422 121124 121421 141122 141221 112214 112412 122114 122411 142112 142211 "
    "241211 221114 413111 241112 134111 111242 121142 121241 114212 124112 124211 411212 421112 421211 212141 "
    "214121 412121 111143 111341 131141 114113 114311 411113 411311 113141 114131 311141 411131 211412 211214 "
    "211232 2331112"
)
_PATTERNS = tuple(_WIDTHS.split())
_START_B, _STOP = 104, 106
_QUIET = 10


def symbols(text: str) -> list[int]:
    """Start B, the characters, the check symbol, stop. Raises ValueError for anything but printable ASCII."""
    if not text or any(not " " <= char <= "~" for char in text):
        raise ValueError("Code 128 set B takes printable ASCII only")
    values = [ord(char) - 32 for char in text]
    check = (_START_B + sum(place * value for place, value in enumerate(values, start=1))) % 103
    return [_START_B, *values, check, _STOP]


def code128(text: str) -> SafeString:
    """The bars as an SVG one unit high and one unit per module wide, with the quiet zones."""
    at, bars = _QUIET, []
    for symbol in symbols(text):
        for index, width in enumerate(map(int, _PATTERNS[symbol])):
            if index % 2 == 0:
                bars.append(f"M{at} 0h{width}v1h-{width}z")
            at += width
    return format_html(
        '<svg class="barcode" viewBox="0 0 {} 1" preserveAspectRatio="none"><path d="{}"/></svg>',
        at + _QUIET,
        mark_safe("".join(bars)),
    )
