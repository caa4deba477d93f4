"""What of the demonstration may follow once the site is up: accounts, findings, stages, and counts, which come last."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.db import transaction

from billing.models import CountReport, Invoice
from billing.services import finding_runs
from core import jobs
from core.models import Job
from demo import tree
from demo.accounts import load_accounts
from demo.bank import load_statements
from demo.claims import load_claims
from demo.codes import load_codes
from demo.contracts import load_contracts
from demo.councils import load_councils
from demo.desk import load_desk
from demo.loading import YEAR
from demo.protocol import load_counts, load_stages
from demo.remittances import load_remittances
from demo.sending import load_contacts, load_notices
from demo.settled import load_settled, load_tie_outs
from organisations.models import Organisation

KIND = jobs.FILLING


def load(*, at: dt.datetime, advance: Callable[[int, int, str], Any] = lambda *_: None) -> None:
    """Load what is not there yet; safe to run again. `advance` is called with (done, total, Persian message)."""
    if not Invoice.objects.exists():
        return
    steps: list[tuple[str, Callable[[], object]]] = [
        ("قراردادها", lambda: load_contracts(at=at)),
        ("یافته‌ها", lambda: finding_runs.check_due(at=at)),
        ("مرحله‌ها", lambda: load_stages(at=at)),
        ("میز ورود", lambda: load_desk(at=at)),
        ("یافته‌های میز ورود", lambda: finding_runs.check_due(at=at)),
        ("مطالبه‌ها", lambda: load_claims(at=at)),
        ("حواله‌ها", lambda: load_remittances(at=at)),
        ("ماه تسویه‌شده", lambda: load_settled(at=at)),
        ("حساب‌های بانک", lambda: load_statements(at=at)),
        ("کدهای ناشناخته", lambda: load_codes(at=at)),
        ("پیگیری ارسال", lambda: load_contacts(at=at)),
        ("وضعیت پزشکان", lambda: load_notices(at=at)),
        ("شورای هماهنگی", lambda: load_councils(at=at)),
        ("تطبیق سه‌طرفه", lambda: load_tie_outs(at=at)),
        # Nothing of the insurers' desks stands on these, and they take long.
        ("حساب‌های میان منطقه‌ها", lambda: load_accounts(YEAR, now=at)),
        ("شمارش‌ها", lambda: load_counts(at=at)),
    ]
    for number, (name, step) in enumerate(steps):
        advance(number, len(steps), name)
        step()
    advance(len(steps), len(steps), "پایان")


@transaction.atomic
def queue(*, at: dt.datetime, work: Callable[[int], object]) -> None:
    """Have it loaded by `work`, called on commit with the number of a job; nothing where all is there."""
    if CountReport.objects.exists() or not Invoice.objects.exists():
        return
    for broken in jobs.broken_off([KIND]):
        jobs.give_up(broken, at=at)
    organisation = Organisation.objects.get(code=tree.PIHO)
    job = jobs.queue(KIND, by=None, at=at, organisation_id=organisation.pk)
    transaction.on_commit(lambda: work(job.pk))


def run_job(job: Job, *, at: dt.datetime) -> None:
    """`load` under the job; two workers never do it at the same time."""
    with jobs.held("demo.rest", 0) as alone, jobs.running(job) as advance:
        if alone:
            load(at=at, advance=advance)
