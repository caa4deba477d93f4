"""Letters and texts of contracts: what a person uploads is not believed, neither its name nor its kind."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.files.base import File
from django.db import transaction

from core import audit
from core.errors import NotAllowed
from core.uploads import document
from insurers.models import Contract, ContractFile


@transaction.atomic
def add(
    *, contract: Contract, upload: File[bytes], name: str, kind: int, by: Any, at: dt.datetime
) -> ContractFile:
    """Check and keep a file; one with the same content is kept once and comes back."""
    if contract.organisation_id not in by.scope.whole_organisation_ids():
        raise NotAllowed("فایل‌های قرارداد را ستاد سازمان می‌افزاید.")
    found = document(upload, name)
    Contract.objects.select_for_update().get(pk=contract.pk)
    earlier = ContractFile.objects.filter(contract=contract, sha256=found.sha256).first()
    if earlier:
        return earlier
    row = ContractFile(
        contract=contract,
        kind=kind,
        name=found.name,
        media_type=found.media_type,
        size=found.size,
        sha256=found.sha256,
        at=at,
        by=by,
    )
    upload.seek(0)
    row.file.save(found.stored_as, upload, save=False)
    row.save()
    audit.record(
        "contract.file_added",
        contract,
        by=by,
        at=at,
        organisation_id=contract.organisation_id,
        after={"name": found.name, "sha256": found.sha256},
    )
    return row
