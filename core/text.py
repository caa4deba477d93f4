"""Persian text and digits: one folding for search and import, one way to print digits."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata

_DIGITS = "0123456789"
_PERSIAN = "۰۱۲۳۴۵۶۷۸۹"
_ARABIC = "٠١٢٣٤٥٦٧٨٩"
TO_ASCII_DIGITS = str.maketrans(_PERSIAN + _ARABIC, _DIGITS * 2)
TO_PERSIAN_DIGITS = str.maketrans(_DIGITS, _PERSIAN)

#: Letters that keyboards and old systems mix for one Persian letter; what is stored uses the right-hand one.
LETTERS = {"ي": "ی", "ى": "ی", "ئ": "ئ", "ك": "ک", "ۀ": "ه", "ة": "ه", "ـ": "", "\x00": ""}
#: Letters that only search folds.
FOLDS = {"أ": "ا", "إ": "ا", "ٱ": "ا", "آ": "ا", "ئ": "ی", "ؤ": "و", "\u200c": " ", "\u200d": "", "\xa0": " "}
_LETTERS = str.maketrans(LETTERS)
_FOLDS = str.maketrans(FOLDS)


def ascii_digits(text: str) -> str:
    """Persian and Arabic-Indic digits as 0–9; everything else unchanged."""
    return text.translate(TO_ASCII_DIGITS)


def persian_digits(text: object) -> str:
    """The text with 0–9 shown as Persian digits."""
    return str(text).translate(TO_PERSIAN_DIGITS)


#: A word with whatever hangs on it, up to the next space, and a letter that makes it an identifier.
_WORD, _LATIN = re.compile(r"\S+"), re.compile(r"[A-Za-z]")


def as_written(text: object) -> str:
    """The text with Persian digits, but for words with Latin letters: references and codes stay as they are."""
    return _WORD.sub(lambda word: word[0] if _LATIN.search(word[0]) else persian_digits(word[0]), str(text))


def clean(text: str) -> str:
    """Text as it is stored: Arabic letter variants made Persian, presentation forms composed, spaces single."""
    return " ".join(unicodedata.normalize("NFKC", text).translate(_LETTERS).split())


def fold(text: str) -> str:
    """Text as it is compared in search: `clean`, then hamza, half-space, diacritics and case ignored."""
    letters = clean(text).translate(_FOLDS)
    bare = "".join(c for c in letters if not unicodedata.combining(c))
    return " ".join(ascii_digits(bare).lower().split())


def group_digits(number: int) -> str:
    """An integer with Persian digits and thousands marks, the minus sign in front."""
    return persian_digits(f"{number:,}".replace(",", "٬").replace("-", "\u2212"))


#: An hour as people and systems write it: 9, 9:05, 0905, 9.05 or 09:05:00; seconds are dropped.
_HOUR = re.compile(r"(\d{1,2})(?:[:.]?(\d{2}))?(?::\d{2}(?:\.\d+)?)?")


def hour_of(text: str) -> dt.time | None:
    """An hour as typed, digits of any script; None where nothing is, or no hour."""
    form = _HOUR.fullmatch(ascii_digits(text).strip())
    hour, minute = (int(form[1]), int(form[2] or 0)) if form else (24, 0)
    return dt.time(hour, minute) if hour < 24 and minute < 60 else None
