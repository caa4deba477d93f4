"""By when claims of a month are sent, for all insurers and centres of an organisation at once.

Says what `insurers.terms.terms_for` says of one fund, centre and day (`submission_days`), from three queries.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.backends.postgresql.psycopg_any import DateRange

from core import jalali
from insurers.choices import Term
from insurers.models import Contract, ContractTerms, Insurer, LegalTerm
from insurers.terms import kind_of_insurer


@dataclass(frozen=True)
class Due:
    """The last day to send the claims of a month, and what says so; no day where nobody says one."""

    on: dt.date | None
    source: str = ""


@dataclass(frozen=True)
class _Version:
    """One approved version of a contract: from when it holds, and how many days it gives, if it says so."""

    from_on: dt.date
    days: int | None


class Submission:
    """Deadlines of sending in one organisation."""

    def __init__(self, organisation_id: int) -> None:
        self._kinds = {
            pk: kind_of_insurer(kind)
            for pk, kind in Insurer.objects.filter(organisation_id=organisation_id).values_list("pk", "kind")
        }
        contracts = (
            Contract.objects.started().filter(organisation_id=organisation_id)
            .prefetch_related("covered", "suspensions").order_by("pk")
        )  # fmt: skip
        self._contracts: dict[tuple[int, int], list[tuple[Contract, DateRange]]] = defaultdict(list)
        for contract in contracts:
            if contract.kind == self._kinds.get(contract.insurer_id):
                for row in contract.covered.all():
                    self._contracts[contract.insurer_id, row.centre_id].append((contract, row.valid))
        self._versions: dict[int, list[_Version]] = defaultdict(list)
        approved = ContractTerms.objects.approved().filter(contract__in=contracts)
        for row in approved.order_by("-from_on", "-number").values(
            "contract_id", "from_on", "submission_days"
        ):
            self._versions[row["contract_id"]].append(_Version(row["from_on"], row["submission_days"]))
        self._law = _legal(organisation_id)

    def due(self, *, insurer_id: int, centre_id: int, month: int) -> Due:
        """The last day to send what the insurer is asked for a Jalali month of the centre."""
        end = jalali.month_range(month)[1] - dt.timedelta(days=1)
        days, source = self._days(insurer_id, centre_id, end)
        return Due(None if days is None else end + dt.timedelta(days=days), source)

    def _days(self, insurer_id: int, centre_id: int, on: dt.date) -> tuple[int | None, str]:
        for contract, days in self._contracts.get((insurer_id, centre_id), ()):
            if on in days and not any(on in s.days for s in contract.suspensions.all()):
                held = next((v for v in self._versions[contract.pk] if v.from_on <= on), None)
                if held and held.days is not None:
                    return held.days, f"قرارداد {contract.number}"
                break
        kind = self._kinds.get(insurer_id)
        rows = [row for row in self._law if on in row.valid and row.kind in (0, kind)]
        return (rows[-1].value, str(rows[-1].circular)) if rows else (None, "")


def _legal(organisation_id: int) -> Sequence[LegalTerm]:
    """The law's days; the row that counts comes last, as in `insurers.terms`."""
    rows = (
        LegalTerm.objects.of_organisation(organisation_id).standing()
        .filter(term=Term.SUBMISSION_DAYS).select_related("circular")
    )  # fmt: skip
    return sorted(rows, key=lambda row: (row.organisation_id is not None, row.kind != 0, row.pk))
