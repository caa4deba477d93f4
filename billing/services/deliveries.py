"""Receiving what hospitals send, by file or by SATA calls, and loading it.

Receiving is quick and answers the sender; loading is long and runs as a job. Both may be repeated without harm.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import QuerySet

from billing.choices import DeliveryKind, DeliveryState
from billing.models import ColumnMapping, Delivery
from billing.parsing import columns, files, sata, table
from billing.parsing.parsed import Parsed
from billing.pipeline.run import run
from billing.services import file_papers
from billing.services.reference import funds_of_person_cases
from core import audit, jobs
from core.errors import DomainError, InvalidInput
from core.models import AuditEvent, Job, JobState
from core.text import persian_digits
from core.uploads import bare_name, sha256_of
from organisations.models import Centre, Ward
from tariffs.models import MultipleSurgery

KIND = "delivery"
REPEATED = "delivery.repeated"
#: The fund of SATA messages that name no person case.
DEFAULT_FUND = "company"

Queue = Callable[[int], object]
_LOADING = "billing.load"


class ReceptionClosed(DomainError):
    code = "reception_closed"


class StillLoading(DomainError):
    code = "still_loading"


# ---------------------------------------------------------------- files


@transaction.atomic
def receive_file(
    *,
    centre: Centre,
    upload: File[bytes],
    name: str,
    mapping: ColumnMapping | None,
    by: Any,
    at: dt.datetime,
    queue: Queue | None = None,
) -> Delivery:
    """Check and keep a file; `queue` is called with the delivery's id on commit (without it the caller loads).

    The same file for the same centre is not received twice: the earlier delivery comes back, with one more of its
    `repetitions`, and nothing else changes (`is_repeated` tells). A file that was refused as a whole may be sent again.
    """
    if (upload.size or 0) > settings.UPLOAD_LIMIT_MB * files.MEGABYTE:
        raise InvalidInput(
            f"فایل بیش از {persian_digits(settings.UPLOAD_LIMIT_MB)} مگابایت است؛ آن را به چند فایل بخش کنید."
        )
    name = bare_name(name)
    found = files.examine(upload, name)
    digest = sha256_of(upload)
    jobs.lock("billing.receive", centre.pk)
    earlier = _same_file(centre, digest)
    if earlier:
        audit.record(
            REPEATED,
            earlier,
            by=by,
            at=at,
            organisation_id=centre.region.organisation_id,
            after={"name": name},
        )
        return earlier
    delivery = Delivery(
        centre=centre, kind=found.kind, name=name, sha256=digest, mapping=mapping, received_at=at, by=by
    )
    upload.seek(0)
    # What a person names a file never becomes a path.
    delivery.file.save(f"{uuid.uuid4().hex}{PurePath(name).suffix.lower()}", upload, save=False)
    delivery.job = _job(delivery, by=by, at=at)
    delivery.save()
    audit.record(
        "delivery.received", delivery, by=by, at=at, organisation_id=centre.region.organisation_id,
        after={"name": name, "sha256": digest, "centre": centre.code},
    )  # fmt: skip
    _queue_on_commit(delivery, queue)
    return delivery


def is_repeated(delivery: Delivery, at: dt.datetime) -> bool:
    """Whether `receive_file` at the moment `at` found the file already there."""
    return delivery.received_at != at


def repetitions(delivery: Delivery) -> QuerySet[AuditEvent]:
    """When the delivery's file was sent again, and by whom, the last first."""
    return AuditEvent.objects.of_object(delivery).filter(action=REPEATED).newest_first()


def _same_file(centre: Centre, digest: str) -> Delivery | None:
    stored = Delivery.objects.filter(centre=centre, sha256=digest).exclude(state=DeliveryState.REFUSED)
    return stored.order_by("pk").first()


def _job(delivery: Delivery, *, by: Any, at: dt.datetime) -> Job:
    centre = delivery.centre
    return jobs.queue(
        KIND, key=f"{centre.code} {delivery.name}"[:120], by=by, at=at,
        organisation_id=centre.region.organisation_id, centre_id=centre.pk,
    )  # fmt: skip


def _queue_on_commit(delivery: Delivery, queue: Queue | None) -> None:
    if queue:
        transaction.on_commit(lambda: queue(delivery.pk))


@transaction.atomic
def retry(*, delivery: Delivery, by: Any, at: dt.datetime, queue: Queue) -> Delivery:
    """Queue a delivery again whose loading broke off; one that is over stays as it is."""
    delivery = Delivery.objects.select_for_update().get(pk=delivery.pk)
    if delivery.state != DeliveryState.WAITING:
        raise StillLoading("این محموله پیش‌تر بارگذاری شده است.")
    if delivery.job and not delivery.job.is_over:
        raise StillLoading("این محموله در حال بارگذاری است؛ تا پایان آن صبر کنید.")
    delivery.job = _job(delivery, by=by, at=at)
    delivery.save(update_fields=["job"])
    _queue_on_commit(delivery, queue)
    return delivery


def resume(*, at: dt.datetime, queue: Queue) -> list[Delivery]:
    """Queue again what a killed worker or a broker that was away has left waiting; a task too many does no harm.

    A delivery whose loading ended in a fault stays for a person to look at.
    """
    unfinished = Delivery.objects.filter(state=DeliveryState.WAITING).select_related("job").order_by("pk")
    lost = [d for d in unfinished if jobs.is_lost(d.job, at=at) and not jobs.is_held(_LOADING, d.pk)]
    for delivery in lost:
        queue(delivery.pk)
    return lost


# ---------------------------------------------------------------- loading


def load(*, delivery: Delivery, at: dt.datetime) -> Delivery:
    """Parse, price and store a waiting delivery. Called again, or by two workers, it changes nothing more."""
    # Held for the session, since loading is not one transaction.
    with jobs.held(_LOADING, delivery.pk) as alone:
        delivery.refresh_from_db()
        if alone and delivery.state == DeliveryState.WAITING:
            _load(delivery, at)
            delivery.refresh_from_db()
    return delivery


def _load(delivery: Delivery, at: dt.datetime) -> None:
    job = delivery.job
    if job is None or job.state == JobState.FAILED:
        job = delivery.job = _job(delivery, by=delivery.by, at=at)
        delivery.save(update_fields=["job"])
    with jobs.running(job) as advance:
        try:
            advance(0, 0, "خواندن فایل")
            parsed = read(delivery)
            with transaction.atomic():
                run(parsed, delivery=delivery, by=delivery.by, at=at, advance=advance)
                told = file_papers.take(parsed, delivery=delivery, at=at)
        except DomainError as refusal:
            Delivery.objects.filter(pk=delivery.pk).update(
                state=DeliveryState.REFUSED, refusal=refusal.sentence
            )
            raise
        job.outcome = {"notes": [*parsed.notes, *told], "blank": parsed.rows_blank}


def read(delivery: Delivery) -> Parsed:
    """What a delivery's file says."""
    path = Path(delivery.file.path)
    if delivery.kind == DeliveryKind.SATA:
        return _read_sata(delivery, path.read_bytes())
    return _with_mapping(delivery, table.parse_file)


def headers_of(delivery: Delivery) -> list[str]:
    """The header row of a delivery's table, to give refused rows back in the same layout."""
    return _with_mapping(delivery, table.headers_of)


def _with_mapping(delivery: Delivery, act: Callable[..., Any]) -> Any:
    """`act` on the file with the mapping chosen for it, or with the first known one that fits its header row."""
    path = Path(delivery.file.path)
    with path.open("rb") as file:
        found = files.examine(file, path.name)
    first: columns.MissingColumns | None = None
    for mapping in mappings_to_try(delivery):
        try:
            return act(path, kind=found.kind, encoding=found.encoding, mapping=mapping)
        except columns.MissingColumns as refusal:
            first = first or refusal
    raise first or InvalidInput("برای این فایل نگاشتی نیست.")


def mappings_to_try(delivery: Delivery) -> list[dict[str, str]]:
    """The mapping that was chosen; else our own names, the mapping of the centre's software, then the others."""
    if delivery.mapping:
        return [delivery.mapping.columns]
    known = ColumnMapping.objects.of_organisation(delivery.centre.region.organisation_id)
    software = delivery.centre.his_installations.effective_on(delivery.received_at.date()).first()
    wanted = (software.vendor, software.version) if software else ()
    ordered = sorted(known, key=lambda m: ((m.vendor, m.version) != wanted, m.pk))
    return [{}, *(mapping.columns for mapping in ordered)]


def _read_sata(delivery: Delivery, data: bytes) -> Parsed:
    message = sata.read(data)
    code = message.reception.get("CenterCode")
    if code is not None and str(code) != delivery.centre.code:
        raise InvalidInput(
            f"«CenterCode» این ارسال {persian_digits(str(code)[:12])} است ولی مرکز محموله "
            f"{persian_digits(delivery.centre.code)}؛ فایل مرکز درست را بفرستید."
        )
    return sata.parse(message.files, sata_reference(delivery.centre.region.organisation_id))


def sata_reference(organisation_id: int) -> sata.Reference:
    """The organisation's lists that SATA messages refer to."""
    percents = MultipleSurgery.objects.filter(organisation_id=organisation_id)
    wards = Ward.objects.filter(organisation_id=organisation_id).exclude(sata_id=None)
    return sata.Reference(
        percents_bp=dict(percents.values_list("number", "percent_bp")),
        wards={str(guid): code for guid, code in wards.values_list("sata_id", "code")},
        funds=funds_of_person_cases(),
        default_fund=DEFAULT_FUND,
    )


# ---------------------------------------------------------------- SATA calls


@dataclass(frozen=True)
class Added:
    """What became of one file of a reception: new, replaced or the same, and what its loading would refuse."""

    key: str
    is_new: bool
    is_changed: bool
    faults: list[dict[str, object]]


@transaction.atomic
def open_reception(*, centre: Centre, reception: dict[str, Any], by: Any, at: dt.datetime) -> Delivery:
    """Open a delivery for SATA files; its primary key is the reception number (شمارهٔ ارسال)."""
    delivery = Delivery(
        centre=centre,
        kind=DeliveryKind.SATA,
        state=DeliveryState.OPEN,
        received_at=at,
        by=by,
        name="ارسال ساتا",
    )
    delivery.file.name = f"deliveries/{at:%Y/%m}/{uuid.uuid4().hex}.jsonl"
    delivery.save()
    audit.record(
        "reception.opened", delivery, by=by, at=at, organisation_id=centre.region.organisation_id,
        after={"centre": centre.code, "reception": reception},
    )  # fmt: skip
    return delivery


@transaction.atomic
def add_file(
    *, delivery: Delivery, header: dict[str, Any], details: list[dict[str, Any]], by: Any, at: dt.datetime
) -> Added:
    """Keep one file of an open reception. The same key again replaces it; the same content again changes nothing."""
    delivery = _open(delivery)
    item = {"header": header, "details": details}
    key = sata.key_of(header)
    parsed = sata.parse([item], sata_reference(delivery.centre.region.organisation_id))
    text = json.dumps(item, ensure_ascii=False, sort_keys=True).encode()
    name = f"{_parts(delivery)}/{key}.json"
    earlier = _content(name)
    if earlier != text:
        if earlier is not None:
            default_storage.delete(name)
        default_storage.save(name, ContentFile(text))
    faults = parsed.faults.select("row_no", "reason").to_dicts()
    return Added(key, is_new=earlier is None, is_changed=earlier != text, faults=faults)


@transaction.atomic
def close_reception(*, delivery: Delivery, by: Any, at: dt.datetime, queue: Queue | None = None) -> Delivery:
    """Close a reception and queue its loading; closing it again changes nothing."""
    delivery = Delivery.objects.select_for_update().get(pk=delivery.pk)
    if delivery.state != DeliveryState.OPEN:
        return delivery
    folder = _parts(delivery)
    contents = [_content(f"{folder}/{name}") or b"" for name in _names(folder)]
    if not contents:
        raise InvalidInput("این ارسال هیچ پرونده‌ای ندارد؛ پیش از بستن، پرونده‌ها را بفرستید.")
    contents.sort(key=_sequence)
    whole = b"\n".join(contents)
    default_storage.save(delivery.file.name, ContentFile(whole))
    delivery.sha256 = hashlib.sha256(whole).hexdigest()
    delivery.state = DeliveryState.WAITING
    delivery.job = _job(delivery, by=by, at=at)
    delivery.save()
    audit.record(
        "reception.closed", delivery, by=by, at=at,
        organisation_id=delivery.centre.region.organisation_id, after={"files": len(contents)},
    )  # fmt: skip
    transaction.on_commit(lambda: _clear(folder))
    _queue_on_commit(delivery, queue)
    return delivery


def _open(delivery: Delivery) -> Delivery:
    locked = (
        Delivery.objects.select_for_update(of=("self",)).select_related("centre__region").get(pk=delivery.pk)
    )
    if locked.state != DeliveryState.OPEN:
        raise ReceptionClosed("این شمارهٔ ارسال بسته شده است؛ شمارهٔ تازه بگیرید.")
    return locked


def _parts(delivery: Delivery) -> str:
    return delivery.file.name.removesuffix(".jsonl") + ".parts"


def _names(folder: str) -> list[str]:
    return sorted(default_storage.listdir(folder)[1]) if default_storage.exists(folder) else []


def _content(name: str) -> bytes | None:
    if not default_storage.exists(name):
        return None
    with default_storage.open(name, "rb") as file:
        return file.read()


def _sequence(content: bytes) -> int:
    number = str(json.loads(content)["header"].get("RowSequence", 0))
    return int(number) if number.isascii() and number.isdigit() and len(number) <= 18 else 0


def _clear(folder: str) -> None:
    for name in _names(folder):
        default_storage.delete(f"{folder}/{name}")
    default_storage.delete(folder)
