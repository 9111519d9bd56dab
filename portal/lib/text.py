"""Vietnamese text: folding for search, a sort key."""

import unicodedata

_ALPHABET = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_ORDER = {letter: index for index, letter in enumerate(_ALPHABET)}
_MARKS = dict.fromkeys(range(0x300, 0x370))  # combining diacritical marks
_TONES = {"\u0300": 1, "\u0309": 2, "\u0303": 3, "\u0301": 4, "\u0323": 5}


def fold(text: str) -> str:
    """Lower case without diacritics, đ as d, blanks squeezed: "Đăng ký  Khai sinh" -> "dang ky khai sinh"."""
    decomposed = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    return " ".join(decomposed.translate(_MARKS).split())


def unmarked(text: str) -> str:
    """ASCII without diacritics, case kept, for telephones: "Đã trả – mời đến" -> "Da tra - moi den"."""
    dashes = text.replace("đ", "d").replace("Đ", "D").replace("–", "-").replace("—", "-").replace("…", "...")
    return unicodedata.normalize("NFKD", dashes).encode("ascii", "ignore").decode("ascii")


def sort_key(text: str) -> str:
    """A key whose byte order is Vietnamese alphabetical order (letters first, tones as tie-break)."""
    letters: list[str] = []
    tones: list[str] = []
    for char in unicodedata.normalize("NFC", text.lower()):
        parts = unicodedata.normalize("NFD", char)
        tone = next((mark for mark in parts if mark in _TONES), None)
        base = unicodedata.normalize("NFC", parts.replace(tone, "")) if tone else char
        letters.append(_letter(base))
        tones.append(str(_TONES.get(tone or "", 0)))
    return "".join(letters) + " " + "".join(tones)


def _letter(char: str) -> str:
    if char in _ORDER:
        return chr(ord("A") + _ORDER[char])
    return char if char.isascii() and char.isdigit() else " "
