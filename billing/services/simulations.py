"""The contract simulator: a year's real invoices under a draft, beside what they are today. Only a job's outcome stays.

Rules: docs/rules/contracts.md.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any

import polars as pl
from django.db import transaction
from django.utils import timezone

from billing.models import Invoice
from billing.pipeline.references import references
from billing.pipeline.simulate import (
    SIDES,
    Draft,
    as_claimed,
    people_of,
    priced_on_both,
    references_under,
    simulate,
)
from billing.pipeline.stored import portions
from core import audit, jalali, jobs
from core.errors import InvalidInput, NotAllowed
from core.models import Job, JobState
from insurers.models import Contract, ContractCentre, ContractTerms, Fund
from insurers.rules import claim_payments
from insurers.services import contract_centres, contract_coverage
from insurers.terms import Terms, due_dates, terms_for, terms_of
from organisations.models import Centre
from tariffs.choices import ServiceGroup

KIND = "contract_simulation"
LARGEST = 20
MONTHS = 12
Queue = Callable[[int], object]


@transaction.atomic
def ask(
    *,
    contract: Contract,
    version: ContractTerms,
    first: int,
    last: int,
    by: Any,
    at: dt.datetime,
    queue: Queue | None = None,
) -> Job:
    """A job that prices the months `first` to `last` (yyyymm, twelve at most) under a version of a contract.

    `queue` is called with its id on commit; without it the caller runs it.
    """
    if contract.organisation_id not in by.scope.whole_organisation_ids():
        raise NotAllowed("قراردادها را ستاد سازمان می‌سنجد.")
    if version.contract_id != contract.pk:
        raise InvalidInput("این نسخه از قرارداد دیگری است؛ نسخه‌ای از همین قرارداد برگزینید.")
    if not (jalali.is_month(first) and jalali.is_month(last)) or last < first:
        raise InvalidInput("ماه آغاز باید پیش از ماه پایان باشد.")
    if jalali.count_months(first, last) > MONTHS:
        raise InvalidInput("سقف‌های سالانه از یک سال فراتر نمی‌روند؛ دوازده ماه یا کمتر برگزینید.")
    job = jobs.queue(KIND, by=by, at=at, key=key_of(contract), organisation_id=contract.organisation_id)
    job.outcome = {"version": version.pk, "number": version.number, "first": first, "last": last}
    job.save(update_fields=["outcome"])
    audit.record(
        "contract.simulated", contract, by=by, at=at, organisation_id=contract.organisation_id,
        after={"first_month": first, "last_month": last, "version": version.number},
    )  # fmt: skip
    if queue:
        transaction.on_commit(lambda: queue(job.pk))
    return job


def key_of(contract: Contract) -> str:
    """How the jobs of a contract are found."""
    return f"contract {contract.pk}"


def jobs_of(contract: Contract) -> Any:
    """Simulations of a contract, the newest first."""
    found = Job.objects.of_kind(KIND).filter(key=key_of(contract), organisation_id=contract.organisation_id)
    return found.select_related("by").newest_first()


def run_job(job: Job) -> None:
    """Work the simulation; its outcome is kept on the job. Safe to run twice."""
    if job.state == JobState.SUCCEEDED:
        return
    version = ContractTerms.objects.select_related("contract__insurer").get(pk=job.outcome["version"])
    with jobs.running(job) as advance:
        found = compute(
            version,
            first=job.outcome["first"],
            last=job.outcome["last"],
            on=timezone.localdate(job.queued_at),
            advance=advance,
        )
        job.outcome = {**job.outcome, **found}


def compute(
    version: ContractTerms, *, first: int, last: int, on: dt.date, advance: Callable[[int, int, str], None]
) -> dict[str, Any]:
    """What the invoices of the months are now and under the version: totals, by group, month and centre, largest."""
    contract = version.contract
    draft = draft_of(version, on=on)
    refs = references_under(references(contract.organisation_id), draft, contract.organisation_id)
    invoices = _invoices(contract, draft.centre_ids, first, last)
    total, seen = sum(len(found) for found in invoices.values()), 0
    advance(0, total, "شمردن صورتحساب‌ها")
    parts = []
    for centre in Centre.objects.filter(pk__in=list(invoices)).select_related("region").by_code():
        own = invoices[centre.pk]
        for ids in portions(own):
            parts.append(
                simulate(ids, refs, draft, centre=centre).with_columns(pl.lit(centre.pk).alias("centre_id"))
            )
        seen += len(own)
        advance(seen, total, centre.name)
    if not parts:
        return {"invoices": 0, "lines": 0}
    every = pl.concat(parts)
    compared = priced_on_both(every)
    left_out = {
        "left_out": every.height - compared.height,
        **{name: int(every[name].sum()) for name in ("unpriced", "was_unpriced")},
    }
    if compared.is_empty():
        return {"invoices": 0, "lines": 0, **left_out}
    numbers = compared["number"].unique().to_list()
    lines = as_claimed(compared, draft.terms.ceilings, people_of(numbers))
    return _told(lines, version, draft) | left_out


def draft_of(version: ContractTerms, *, on: dt.date) -> Draft:
    """What a version of a contract would be, its rows valid on all days."""
    contract = version.contract
    centres = contract_centres.centres_under(version)
    return Draft(
        kind=contract.kind,
        fund_ids=list(Fund.objects.filter(insurer_id=contract.insurer_id).values_list("pk", flat=True)),
        centre_ids=centres,
        rows=contract_coverage.rows_of(
            version, kind=contract.kind, organisation_id=contract.organisation_id,
            insurer_id=contract.insurer_id, centre_ids=centres,
        ),
        terms=terms_of(version, kind=contract.kind, organisation_id=contract.organisation_id, on=on),
    )  # fmt: skip


def newest_months(contract: Contract) -> tuple[int, int] | None:
    """The newest twelve months in which the insurer's invoices of these centres stand."""
    months = Invoice.objects.of_contract(contract).order_by("-month")
    last = months.values_list("month", flat=True).first()
    return (jalali.shifted(last, 1 - MONTHS), last) if last else None


# ---------------------------------------------------------------- inside


def _invoices(
    contract: Contract, centre_ids: Iterable[int], first: int, last: int
) -> dict[int, pl.DataFrame]:
    """Keys and numbers of lines of the invoices that the contract is about, by centre of the draft."""
    found = (
        Invoice.objects.of_contract(contract)
        .filter(month__gte=first, month__lte=last, centre__in=list(centre_ids))
        .order_by("centre_id", "pk")
        .values_list("centre_id", "pk", "lines_count")
    )
    frame = pl.DataFrame(
        list(found), schema={"centre_id": pl.Int64, "number": pl.Int64, "lines": pl.Int64}, orient="row"
    )
    return {
        key[0]: part.drop("centre_id") for key, part in frame.partition_by("centre_id", as_dict=True).items()
    }


def _told(lines: pl.DataFrame, version: ContractTerms, draft: Draft) -> dict[str, Any]:
    """The outcome of the job: plain integers (rials), lists and texts."""
    sums = [pl.col(c).sum() for c in SIDES] + [pl.col(f"was_{c}").sum() for c in SIDES[:4]]
    counted = [
        pl.len().cast(pl.Int64).alias("lines"),
        pl.col("number").n_unique().cast(pl.Int64).alias("invoices"),
    ]
    groups = lines.group_by("group").agg(*counted, *sums).sort("group").to_dicts()
    names = dict(ServiceGroup.choices)
    centres = lines.group_by("centre_id").agg(*counted, *sums).sort("centre_id").to_dicts()
    by_invoice = lines.group_by("number").agg(
        pl.col("centre_id").first(), pl.col("insurer").sum(), pl.col("was_insurer").sum(), pl.col("patient").sum(),
        pl.col("was_patient").sum(),
    ).with_columns((pl.col("insurer") - pl.col("was_insurer")).alias("moved"))  # fmt: skip
    largest = by_invoice.filter(pl.col("moved") != 0).sort(
        pl.col("moved").abs(), "number", descending=[True, False]
    )
    differs = (pl.col("amount") != pl.col("was_amount")).sum()
    return {
        **lines.select(*counted, *sums, differs.cast(pl.Int64).alias("priced_otherwise")).to_dicts()[0],
        "groups": [{**one, "name": names.get(one["group"], "بدون گروه")} for one in groups],
        "centres": centres,
        "largest": largest.head(LARGEST).to_dicts(),
        "cash_now": _cash(lines, "was_insurer", _todays(version.contract, draft.centre_ids)),
        "cash_draft": _cash(lines, "insurer", lambda _centre, _day: draft.terms),
    }


def _todays(contract: Contract, centre_ids: Iterable[int]) -> Callable[[int, dt.date], Terms]:
    """Terms in force at a centre on a day, asked once for all centres that the same contracts cover."""
    fund = contract.insurer.funds.select_related("insurer").order_by("pk").first()
    covering: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
    running = ContractCentre.objects.filter(
        insurer_id=contract.insurer_id, centre__in=centre_ids, is_in_force=True
    )
    days = running.order_by("contract", "valid").values_list("centre_id", "contract_id", "valid")
    for centre_id, contract_id, valid in days:
        covering[centre_id].append((contract_id, valid.lower, valid.upper))
    known: dict[tuple[tuple[Any, ...], dt.date], Terms] = {}

    def terms_on(centre_id: int, day: dt.date) -> Terms:
        key = tuple(covering[centre_id]), day
        if key not in known:
            known[key] = terms_for(fund=fund, centre=Centre(pk=centre_id), on=day)
        return known[key]

    return terms_on


def _cash(lines: pl.DataFrame, column: str, terms_on: Callable[[int, dt.date], Terms]) -> dict[str, int]:
    """Rial-days from sending to the last day of payment in time, of how many rials, and rials without such a day."""
    told = {"rial_days": 0, "rials": 0, "unknown": 0}
    by_claim = lines.group_by("centre_id", "month").agg(pl.col(column).sum()).sort("centre_id", "month")
    for centre_id, month, claimed in by_claim.iter_rows():
        end = jalali.month_range(month)[1] - dt.timedelta(days=1)
        payment = terms_on(centre_id, end).payment if claimed > 0 else None
        if payment is None:
            told["unknown"] += max(claimed, 0)
            continue
        parts = claim_payments(claimed=claimed, on_account_bp=payment.on_account_bp)
        due = due_dates(sent_on=end, terms=payment)
        told["rials"] += claimed
        told["rial_days"] += (
            parts.on_account * payment.on_account_days + parts.rest * (due.rest_on - end).days
        )
    return told


def centres_named(rows: Iterable[dict[str, Any]]) -> dict[int, Centre]:
    """Centres of an outcome by key."""
    return Centre.objects.in_bulk([row["centre_id"] for row in rows])
