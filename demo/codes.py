"""Codes that insurers did not know in their answers to the demonstration's newest delivered claims."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from billing.claims.choices import ClaimLineStatus, ClaimState
from billing.claims.codes import services
from billing.claims.codes.models import UnknownCode
from billing.claims.models import Claim, ClaimLine
from billing.claims.services import adjudication
from billing.claims.services.adjudication import Decision
from demo.contracts import PEOPLE
from organisations.models import Organisation, User
from tariffs.choices import Book, ServiceGroup

#: Of the codes of drugs, goods and global packages in a claim, so many are unknown.
CODES_OF_CLAIM = 4
#: Days before now on which insurers answered, were written to, and knew the code.
ANSWERED, WRITTEN, KNOWN = 40, 25, 5


def load_codes(*, at: dt.datetime) -> int:
    """Answers with unknown codes, and what was done about them; how many codes. Nothing where there are some."""
    if UnknownCode.objects.exists():
        return 0
    for claim in Claim.objects.filter(state=ClaimState.ACKNOWLEDGED).order_by("pk"):
        if said := _unknown(claim):
            answered_at = max(claim.acknowledged_at, at - dt.timedelta(days=ANSWERED))
            expert = User.objects.filter(membership__insurer_id=claim.insurer_id).order_by("pk").first()
            adjudication.adjudicate(claim=claim, decisions=said, by=expert, at=answered_at)
    for organisation in Organisation.objects.filter(code__in=PEOPLE).order_by("pk"):
        _follow(organisation, at)
    return UnknownCode.objects.count()


def _unknown(claim: Claim) -> list[Decision]:
    lines = ClaimLine.objects.filter(claim=claim, status=ClaimLineStatus.WAITING, asked__gt=0)
    goods = lines.filter(book__in=[Book.DRUG, Book.CONSUMABLE, Book.PROSTHESIS])
    packages = lines.filter(group=ServiceGroup.GLOBAL)
    chosen = sorted(set((goods | packages).values_list("code", flat=True)))[:CODES_OF_CLAIM]
    wanted = (goods | packages).filter(code__in=chosen).order_by("pk")
    return [Decision(pk, is_unknown_code=True) for pk in wanted.values_list("pk", flat=True)]


def _follow(organisation: Organisation, at: dt.datetime) -> None:
    """Of each insurer's codes a third was written about, one is known, and one has another in its place."""
    by = User.objects.filter(username=PEOPLE[organisation.code][0]).first()
    own = UnknownCode.objects.filter(insurer__organisation=organisation).select_related("insurer")
    codes = list(own.order_by("insurer_id", "code"))
    for insurer in sorted({code.insurer_id for code in codes}):
        some = [code for code in codes if code.insurer_id == insurer]
        written_at, known_at = (at - dt.timedelta(days=days) for days in (WRITTEN, KNOWN))
        services.report(
            some[: -(-len(some) // 2)], letter_no=f"ک/{insurer}/نمایشی", on=timezone.localdate(written_at), by=by,
            at=written_at,
        )  # fmt: skip
        services.resolve(some[:1], known_from=timezone.localdate(known_at), by=by, at=known_at)
        if len(some) > 2:
            services.replace(some[1:2], replacement=f"{some[1].code}-1", by=by, at=known_at)
