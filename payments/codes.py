"""Payment codes: short, readable, and a typing error shows. Pure.

`HNP`, seven characters and a check character out of 31 that are not mistaken for each other (no 0, 1, I, L, O).
31 is prime and the weights differ, so every single wrong character and every two swapped characters change the
check. A code is found again in what banks make of a transfer text: in any case, with blanks or marks between.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator

PREFIX = "HNP"
ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
BODY = 7
LENGTH = len(PREFIX) + BODY + 1
_VALUE = {letter: index for index, letter in enumerate(ALPHABET)}
# Typed for a character that is not in the alphabet.
_MISTAKEN = str.maketrans({"0": "Q", "O": "Q", "1": "J", "I": "J", "L": "J"})


def check_character(body: str) -> str:
    """The character that makes the weighted sum of `body` a multiple of 31. Raises KeyError for a foreign one."""
    total = sum((place + 2) * _VALUE[letter] for place, letter in enumerate(body))
    return ALPHABET[-total % len(ALPHABET)]


def new_code() -> str:
    """A random code; uniqueness is the table's."""
    body = "".join(secrets.choice(ALPHABET) for _place in range(BODY))
    return f"{PREFIX}{body}{check_character(body)}"


def is_valid(code: str) -> bool:
    """Whether `code` has the form and its check character fits."""
    tail = code.removeprefix(PREFIX)
    if not code.startswith(PREFIX) or len(tail) != BODY + 1 or not set(tail) <= _VALUE.keys():
        return False
    return check_character(tail[:-1]) == tail[-1]


def spaced(code: str) -> str:
    """As shown to people: "HNP 7K3M 9Q2X"."""
    return f"{code[:3]} {code[3:7]} {code[7:]}"


def squeezed(text: str) -> str:
    """A transfer text as codes are looked for: upper case, letters and digits only."""
    return re.sub(r"[^A-Z0-9]", "", text.upper())


def found_in(text: str) -> list[str]:
    """Every valid code in a transfer text, in order, each once."""
    return [code for code in dict.fromkeys(_windows(squeezed(text), LENGTH)) if is_valid(code)]


def near(text: str) -> list[str]:
    """Valid codes one typing error away from something in `text` that begins like a code.

    An error is one character wrong, missing or too many, or two neighbours swapped.
    """
    plain = squeezed(text)
    found: dict[str, None] = {}
    for length in (LENGTH, LENGTH - 1, LENGTH + 1):
        for window in _windows(plain, length):
            tail = window[len(PREFIX) :].translate(_MISTAKEN)
            found |= dict.fromkeys(f"{PREFIX}{each}" for each in _corrections(tail))
    return [code for code in found if is_valid(code)]


def _windows(plain: str, length: int) -> Iterator[str]:
    for start in range(len(plain) - length + 1):
        if plain.startswith(PREFIX, start):
            yield plain[start : start + length]


def _corrections(tail: str) -> Iterator[str]:
    """Strings of the right length one step from `tail`."""
    wanted = BODY + 1
    if len(tail) == wanted:
        yield tail
        for place in range(wanted):
            yield from (f"{tail[:place]}{letter}{tail[place + 1 :]}" for letter in ALPHABET)
        for place in range(wanted - 1):
            yield f"{tail[:place]}{tail[place + 1]}{tail[place]}{tail[place + 2 :]}"
    elif len(tail) == wanted - 1:
        for place in range(wanted):
            yield from (f"{tail[:place]}{letter}{tail[place:]}" for letter in ALPHABET)
    else:
        yield from (f"{tail[:place]}{tail[place + 1 :]}" for place in range(wanted + 1))
