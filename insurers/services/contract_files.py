"""Letters and texts of contracts: what a person uploads is not believed, neither its name nor its kind."""

from __future__ import annotations

import datetime as dt
import uuid
import zipfile
from pathlib import PurePath
from typing import Any

from django.core.files.base import File
from django.db import transaction

from core import audit
from core.errors import InvalidInput, NotAllowed
from core.text import persian_digits
from core.uploads import bare_name, sha256_of
from insurers.models import Contract, ContractFile

MEGABYTE = 2**20
LIMIT_MB = 10
#: Unpacked, a document of so many megabytes is a bomb or no letter.
UNPACKED_LIMIT_MB = 100
PDF, PNG, JPEG = "application/pdf", "image/png", "image/jpeg"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_HEADS = ((b"%PDF-", PDF), (b"\x89PNG\r\n\x1a\n", PNG), (b"\xff\xd8\xff", JPEG), (b"PK\x03\x04", DOCX))
_SUFFIXES = {PDF: (".pdf",), PNG: (".png",), JPEG: (".jpg", ".jpeg"), DOCX: (".docx",)}


@transaction.atomic
def add(
    *, contract: Contract, upload: File[bytes], name: str, kind: int, by: Any, at: dt.datetime
) -> ContractFile:
    """Check and keep a file; one with the same content is kept once and comes back."""
    if contract.organisation_id not in by.scope.whole_organisation_ids():
        raise NotAllowed("فایل‌های قرارداد را ستاد سازمان می‌افزاید.")
    name, media_type = checked(upload, name)
    digest = sha256_of(upload)
    Contract.objects.select_for_update().get(pk=contract.pk)
    earlier = ContractFile.objects.filter(contract=contract, sha256=digest).first()
    if earlier:
        return earlier
    row = ContractFile(
        contract=contract,
        kind=kind,
        name=name,
        media_type=media_type,
        size=upload.size,
        sha256=digest,
        at=at,
        by=by,
    )
    upload.seek(0)
    # What a person names a file never becomes a path.
    row.file.save(f"{uuid.uuid4().hex}{_SUFFIXES[media_type][0]}", upload, save=False)
    row.save()
    audit.record(
        "contract.file_added",
        contract,
        by=by,
        at=at,
        organisation_id=contract.organisation_id,
        after={"name": name, "sha256": digest},
    )
    return row


def checked(upload: File[bytes], name: str) -> tuple[str, str]:
    """The bare name and the media type of a letter that may be kept; `InvalidInput` otherwise."""
    if (upload.size or 0) > LIMIT_MB * MEGABYTE:
        raise InvalidInput(f"فایل بیش از {persian_digits(LIMIT_MB)} مگابایت است؛ آن را کوچک‌تر کنید.")
    if not upload.size:
        raise InvalidInput("فایل خالی است؛ فایل دیگری برگزینید.")
    name = bare_name(name)
    return name, examine(upload, name)


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
