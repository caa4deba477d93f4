"""What every upload has in common: its bare name and its fingerprint. What may be in it, each kind of upload says."""

from __future__ import annotations

import hashlib
from pathlib import PurePath

from django.core.files.base import File

from core.text import clean

NAME_LENGTH = 200


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
