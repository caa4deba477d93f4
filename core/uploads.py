"""What every upload has in common: its bare name and its fingerprint. What may be in a delivery, its
parser says; a document (letter, picture, text) is judged here, by its content."""

from __future__ import annotations

import hashlib
import uuid
import zipfile
from dataclasses import dataclass
from pathlib import PurePath

from django.core.files.base import File
from django.db.models.fields.files import FieldFile
from django.http import FileResponse

from core.errors import InvalidInput
from core.text import clean, persian_digits

NAME_LENGTH = 200
MEGABYTE = 2**20
#: Largest letter, picture or text that a person attaches.
DOCUMENT_MB = 10
#: Unpacked, a document of so many megabytes is a bomb or no letter.
UNPACKED_LIMIT_MB = 100
PDF, PNG, JPEG = "application/pdf", "image/png", "image/jpeg"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_HEADS = ((b"%PDF-", PDF), (b"\x89PNG\r\n\x1a\n", PNG), (b"\xff\xd8\xff", JPEG), (b"PK\x03\x04", DOCX))
_SUFFIXES = {PDF: (".pdf",), PNG: (".png",), JPEG: (".jpg", ".jpeg"), DOCX: (".docx",)}


def bare_name(name: str) -> str:
    """The name of a file that was sent, without its folders."""
    return clean(PurePath(name.replace("\\", "/")).name)[-NAME_LENGTH:]


def sha256_of(upload: File[bytes]) -> str:
    """The fingerprint of a file's content, read in chunks."""
    digest = hashlib.sha256()
    upload.seek(0)
    for chunk in upload.chunks():
        digest.update(chunk)
    return digest.hexdigest()


@dataclass(frozen=True)
class Document:
    """What was found out about a document; `stored_as` is its name in our store, which nobody outside chooses."""

    name: str
    media_type: str
    size: int
    sha256: str
    stored_as: str


def document(upload: File[bytes], name: str) -> Document:
    """Look at a letter, picture or text that was sent; refused where it is too large, empty or not what it says."""
    if (upload.size or 0) > DOCUMENT_MB * MEGABYTE:
        raise InvalidInput(f"فایل بیش از {persian_digits(DOCUMENT_MB)} مگابایت است؛ آن را کوچک‌تر کنید.")
    if not upload.size:
        raise InvalidInput("فایل خالی است؛ فایل دیگری برگزینید.")
    bare = bare_name(name)
    media_type = examine(upload, bare)
    stored_as = f"{uuid.uuid4().hex}{_SUFFIXES[media_type][0]}"
    return Document(bare, media_type, upload.size, sha256_of(upload), stored_as)


def download(file: FieldFile, name: str) -> FileResponse:
    """A kept file under the name it came with: always as a download, so that no browser opens what somebody sent."""
    return FileResponse(
        file.open("rb"), as_attachment=True, filename=name, content_type="application/octet-stream"
    )


def examine(upload: File[bytes], name: str) -> str:
    """The media type by content, which the name's ending must agree with; `InvalidInput` otherwise."""
    upload.seek(0)
    head = upload.read(16)
    media_type = next((kind for magic, kind in _HEADS if head.startswith(magic)), None)
    if media_type is None or (media_type == DOCX and not _is_document(upload)):
        raise InvalidInput(
            "این فایل PDF، تصویر PNG یا JPEG، یا سند Word نیست؛ آن را به یکی از این‌ها ذخیره کنید."
        )
    if PurePath(name).suffix.lower() not in _SUFFIXES[media_type]:
        raise InvalidInput(f"محتوای فایل با پسوند آن نمی‌خواند؛ پسوند درست «{_SUFFIXES[media_type][0]}» است.")
    return media_type


def _is_document(upload: File[bytes]) -> bool:
    """Whether a ZIP archive is a Word document without macros, of a bearable size."""
    upload.seek(0)
    try:
        with zipfile.ZipFile(upload) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError):
        return False
    names = {entry.filename.lower() for entry in entries}
    size = sum(entry.file_size for entry in entries)
    return (
        "word/document.xml" in names
        and not any("vbaproject" in one for one in names)
        and size <= UNPACKED_LIMIT_MB * MEGABYTE
    )
