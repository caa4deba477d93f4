"""Whether a file is what it claims to be, before anything is read from it. Refusals are sentences.

Nothing here trusts a name or a size that the file states about itself further than it has been checked.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from billing.choices import DeliveryKind
from billing.parsing.columns import MAX_COLUMNS
from core.errors import InvalidInput
from core.text import group_digits, persian_digits

MAX_ROWS = 2_000_000
MEGABYTE = 1024 * 1024
MAX_UNPACKED = 1024 * MEGABYTE
MAX_RATIO = 150
MAX_PARTS = 2_000
CHUNK = 4 * MEGABYTE
#: Below this a sheet may be as sparse as it likes: its full grid still fits in memory.
MAX_SPARSE_CELLS = 5_000_000
HEAD = 4096

_MAGIC = (
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "اکسل قدیمی (xls) یا رمزدار"),
    (b"%PDF", "PDF"),
    (b"\x1f\x8b", "فشردهٔ gzip"),
    (b"Rar!", "فشردهٔ rar"),
    (b"7z\xbc\xaf", "فشردهٔ 7z"),
    (b"\x89PNG", "تصویر"),
    (b"\xff\xd8\xff", "تصویر"),
    (b"MZ", "برنامهٔ اجرایی"),
    (b"\x7fELF", "برنامهٔ اجرایی"),
)
_MARKUP = re.compile(rb"^\s*<(?:!doctype|html|\?xml|table|head|body|meta)", re.IGNORECASE)
#: Every byte but those that no text has.
_TEXT_BYTES = bytes(b for b in range(256) if b not in {*range(0x09), *range(0x0E, 0x20)})
_PUNCTUATION = "\u200c\u200d\u200e\u200f\xa0«»×÷–—…‘’“”"
_SUFFIXES = {
    DeliveryKind.CSV: {".csv", ".txt", ".tsv"},
    DeliveryKind.EXCEL: {".xlsx"},
    DeliveryKind.SATA: {".json", ".jsonl"},
}
_KIND_NAMES = {DeliveryKind.CSV: "CSV", DeliveryKind.EXCEL: "اکسل (xlsx)", DeliveryKind.SATA: "JSON ساتا"}
_FOREIGN_PARTS = {
    "vbaproject": "ماکرو",
    "macrosheets": "ماکرو",
    "dialogsheets": "ماکرو",
    "externallinks": "پیوند به فایل بیرونی",
    "connections.xml": "اتصال به دادهٔ بیرونی",
    "querytables": "اتصال به دادهٔ بیرونی",
    "embeddings": "فایل جاسازی‌شده",
    "activex": "ActiveX",
    "customui": "افزونه",
}
_FORMULA = re.compile(rb"<(?:\w+:)?f[\s>/]")
_CELL_OPEN = re.compile(rb"<(?:\w+:)?c[\s/>]")
_CELL = re.compile(rb'<(?:\w+:)?c\s[^>]*?\br="([A-Z]{1,3})(\d{1,7})"')
_ROW = re.compile(rb'<(?:\w+:)?row\s[^>]*?\br="(\d+)"')


@dataclass(frozen=True)
class Kind:
    """What a file turned out to be; `encoding` is that of a text file."""

    kind: str
    encoding: str = ""


def examine(file: BinaryIO, name: str) -> Kind:
    """The kind of a file by its content, or a refusal. Cheap: heads, directories and one decoding."""
    file.seek(0)
    head = file.read(HEAD)
    if not head.strip():
        raise InvalidInput("فایل خالی است؛ فایل خروجی را دوباره از نرم‌افزار بیمارستان بگیرید.")
    for magic, what in _MAGIC:
        if head.startswith(magic):
            raise InvalidInput(
                f"این فایل {what} است؛ خروجی را به شکل xlsx یا CSV ذخیره کنید و دوباره بفرستید."
            )
    if head.startswith(b"PK"):
        file.seek(0)
        examine_workbook(file)
        found = Kind(DeliveryKind.EXCEL)
    else:
        found = _examine_text(file, head)
    suffix = Path(name).suffix.lower()
    if suffix not in _SUFFIXES[found.kind]:
        raise InvalidInput(
            f"محتوای فایل {_KIND_NAMES[found.kind]} است ولی نام آن «{name[-60:]}» است؛ پسوند درست "
            f"«{min(_SUFFIXES[found.kind])}» است."
        )
    file.seek(0)
    return found


# ---------------------------------------------------------------- text


def _examine_text(file: BinaryIO, head: bytes) -> Kind:
    encoding = encoding_of(file, head)
    start = head.decode(encoding, errors="ignore").lstrip("\ufeff \r\n\t")
    if start[:1] in ("{", "["):
        if encoding not in ("utf-8", "utf-8-sig"):
            raise InvalidInput("فایل JSON باید با کدگذاری UTF-8 باشد؛ آن را با UTF-8 ذخیره کنید.")
        return Kind(DeliveryKind.SATA, "utf-8-sig")
    if _MARKUP.match(start.encode()):
        raise InvalidInput("این فایل صفحهٔ وب یا XML است، نه جدول؛ خروجی را به شکل xlsx یا CSV ذخیره کنید.")
    return Kind(DeliveryKind.CSV, encoding)


def encoding_of(file: BinaryIO, head: bytes) -> str:
    """utf-8, utf-8-sig, utf-16 or cp1256; a refusal for what is no text in any of them."""
    if head.startswith(b"\xef\xbb\xbf"):
        _decodes(file, "utf-8-sig")
        return "utf-8-sig"
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        _decodes(file, "utf-16")
        return "utf-16"
    if guess := _utf16_without_mark(head):
        _decodes(file, guess)
        return guess
    file.seek(0)
    while chunk := file.read(CHUNK):
        # Deleting what may stand there is ten times faster than searching for what may not.
        if strange := chunk.translate(None, _TEXT_BYTES):
            what = "بایت صفر" if strange.startswith(b"\0") else "نویسهٔ کنترلی"
            raise InvalidInput(
                f"در فایل {what} هست، پس متن ساده نیست؛ خروجی را به شکل CSV یا xlsx دوباره بگیرید."
            )
    try:
        _decodes(file, "utf-8")
    except InvalidInput:
        # Every byte means something in Windows-1256; Persian text means mostly letters of the Arabic script.
        text = head.decode("cp1256")
        letters = sum("\u0600" <= c <= "\u06ff" for c in text)
        strange = sum(
            c > "\x7f"
            and not ("\u0600" <= c <= "\u06ff" or c in "\u200c\u200d\u200e\u200f\xa0«»،؛؟×÷–—…‘’“”")
            for c in text
        )
        if letters <= 4 * strange:
            raise
        return "cp1256"
    return "utf-8"


def _utf16_without_mark(head: bytes) -> str:
    odd, even = head[1::2], head[0::2]
    # Separators and digits have a zero byte beside them; Persian letters the byte 06.
    if odd and sum(b in (0, 6) for b in odd) * 10 >= len(odd) * 9 and 0 in odd:
        return "utf-16-le"
    if even and sum(b in (0, 6) for b in even) * 10 >= len(even) * 9 and 0 in even:
        return "utf-16-be"
    return ""


def _decodes(file: BinaryIO, encoding: str) -> None:
    file.seek(0)
    try:
        text = file.read().decode(encoding)
    except UnicodeDecodeError as fault:
        raise InvalidInput(
            f"کدگذاری متن فایل خوانده نمی‌شود (بایت {group_digits(fault.start)})؛ فایل را با کدگذاری UTF-8 ذخیره کنید."
        ) from fault
    if "\0" in text:
        raise InvalidInput(
            "در فایل بایت صفر هست، پس متن ساده نیست؛ خروجی را به شکل CSV یا xlsx دوباره بگیرید."
        )


# ---------------------------------------------------------------- workbook


def examine_workbook(file: BinaryIO) -> None:
    """Refuse by the directory of the archive alone: bombs, macros, links, what is no workbook."""
    try:
        with zipfile.ZipFile(file) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as fault:
        raise InvalidInput("فایل اکسل خراب است و باز نمی‌شود؛ آن را دوباره ذخیره کنید.") from fault
    unpacked, packed = sum(p.file_size for p in parts), sum(p.compress_size for p in parts)
    if len(parts) > MAX_PARTS or unpacked > MAX_UNPACKED or unpacked > MAX_RATIO * max(packed, 64 * 1024):
        raise InvalidInput(
            f"فایل اکسل پس از باز شدن {group_digits(unpacked // MEGABYTE)} مگابایت می‌شود و پذیرفته نیست؛ آن را به چند "
            "فایل کوچک‌تر بخش کنید یا CSV بفرستید."
        )
    names = {p.filename.lower().replace("\\", "/") for p in parts}
    for mark, what in _FOREIGN_PARTS.items():
        if any(mark in name for name in names):
            raise InvalidInput(f"فایل اکسل {what} دارد؛ دادهٔ خام را در یک فایل xlsx ساده ذخیره کنید.")
    if "xl/workbook.bin" in names:
        raise InvalidInput("این فایل xlsb است؛ آن را به شکل xlsx ذخیره کنید.")
    if "[content_types].xml" not in names or "xl/workbook.xml" not in names:
        raise InvalidInput("این فایل فشرده است ولی فایل اکسل نیست؛ فایل xlsx را بدون فشرده‌سازی بفرستید.")
    if any(p.flag_bits & 1 for p in parts):
        raise InvalidInput("فایل اکسل رمز دارد؛ رمز آن را بردارید.")


def inspect_workbook(path: Path) -> None:
    """Read every XML part as a stream: formulas, entity declarations, sheets too wide, too long or too sparse.

    The sizes of the directory are checked on the way: reading stops at the stated size, and then the checksum fails.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            for part in archive.infolist():
                if part.filename.lower().endswith((".xml", ".rels")):
                    _inspect_part(archive, part)
    except (zipfile.BadZipFile, EOFError, NotImplementedError, OSError, zipfile.zlib.error) as fault:  # type: ignore[attr-defined]
        raise InvalidInput("فایل اکسل خراب است و کامل خوانده نمی‌شود؛ آن را دوباره ذخیره کنید.") from fault


def _inspect_part(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    sheet = Sheet() if re.match(r"xl/worksheets/[^/]+\.xml$", part.filename, re.IGNORECASE) else None
    for number, (chunk, fresh) in enumerate(_chunks(archive, part)):
        if number == 0 and chunk.startswith((b"\xff\xfe", b"\xfe\xff", b"\0<", b"<\0")):
            raise InvalidInput(
                "اجزای فایل اکسل کدگذاری نامعمول دارند؛ فایل را در اکسل باز و دوباره ذخیره کنید."
            )
        if b"<!DOCTYPE" in chunk or b"<!ENTITY" in chunk:
            raise InvalidInput(
                "فایل اکسل تعریف DTD دارد و پذیرفته نیست؛ فایل را در اکسل باز و دوباره ذخیره کنید."
            )
        if sheet:
            sheet.read(chunk, fresh)
    if sheet:
        sheet.check()


def _chunks(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> Iterator[tuple[bytes, int]]:
    """Pieces that overlap by up to 1 KB so that no tag is cut, and where the new bytes of each begin."""
    kept = b""
    with archive.open(part) as stream:
        while piece := stream.read(CHUNK):
            yield kept + piece, len(kept)
            kept = piece[-1024:]


class Sheet:
    """What a sheet's XML says about its size, before a grid is made for it."""

    def __init__(self) -> None:
        self.cells = 0
        self.widths: set[bytes] = set()
        self.last_row = 0

    def read(self, chunk: bytes, fresh: int) -> None:
        if formula := _FORMULA.search(chunk):
            self._refuse_formula(chunk[: formula.start()])
        opened = len(_CELL_OPEN.findall(chunk))
        named = _CELL.findall(chunk)
        if opened - len(named) > 1:  # one may be cut at the end of the piece
            raise InvalidInput("خانه‌های کاربرگ نشانی ندارند؛ فایل را در اکسل باز و دوباره ذخیره کنید.")
        self.cells += len(named)
        self.widths.update(column for column, _ in named)
        rows = _ROW.findall(chunk)
        last = [int(rows[-1])] if rows else []
        last += [int(named[-1][1])] if named else []
        # Rows are written in order; a sheet that is not in order is measured at its largest seen.
        self.last_row = max([self.last_row, *last, *(int(r) for r in rows if len(r) > 6)])

    def check(self) -> None:
        width = max((_column_number(column) for column in self.widths), default=0)
        if width > MAX_COLUMNS:
            raise InvalidInput(
                f"کاربرگ {group_digits(width)} ستون دارد و بیشترین تعداد {persian_digits(MAX_COLUMNS)} است؛ ستون‌های "
                "اضافی را حذف کنید."
            )
        if self.last_row > MAX_ROWS:
            refuse_rows()
        area = width * self.last_row
        if area > MAX_SPARSE_CELLS and area > 50 * self.cells:
            raise InvalidInput(
                "کاربرگ تا سطرها و ستون‌های بسیار دور خانهٔ پراکنده دارد؛ داده را در یک کاربرگ تازه بچسبانید."
            )

    def _refuse_formula(self, before: bytes) -> None:
        cells = _CELL.findall(before)
        where = (cells[-1][0] + cells[-1][1]).decode() if cells else "؟"
        raise InvalidInput(
            f"خانهٔ {where} فرمول دارد؛ ستون‌ها را کپی و با «چسباندن مقدار» جایگزین کنید و دوباره بفرستید.",
            cell=where,
        )


def refuse_rows() -> None:
    raise InvalidInput(f"فایل بیش از {group_digits(MAX_ROWS)} سطر دارد؛ آن را به چند فایل بخش کنید.")


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


# ---------------------------------------------------------------- giving rows back


def harmless(cell: str) -> str:
    """A cell that a spreadsheet shows as text and never runs as a formula."""
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell
