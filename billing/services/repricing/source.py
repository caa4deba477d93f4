"""Where the differences of a re-pricing come from."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from billing.models import Repricing, RepricingCentre
from billing.pipeline import reprice, stored, take_back
from billing.pipeline.references import References, references
from billing.pipeline.reprice import Differences
from billing.reach import Reach, reach_of
from billing.services.repricing.common import StoodOn
from organisations.models import Centre


class Source:
    """Where the differences of a re-pricing come from: the tariff of now, or what is to be taken back."""

    def __init__(self, row: Repricing) -> None:
        self.row = row

    @cached_property
    def reach(self) -> Reach | None:
        if self.row.reverses is not None:
            return None
        return reach_of(self.row.circular, organisation_id=self.row.organisation_id)

    @cached_property
    def refs(self) -> References:
        return references(self.row.organisation_id)

    def lines_by_centre(self) -> dict[int, int]:
        """Lines to look at, by centre."""
        if self.reach:
            return self.reach.lines_by_centre()
        # A reversal that stopped half-way has done its centres; the next one takes the rest.
        earlier = RepricingCentre.objects.filter(repricing__reverses=self.row.reverses).exclude(
            repricing=self.row
        )
        done = self.row.reverses.centres.exclude(done_at=None).exclude(
            centre__in=earlier.exclude(done_at=None).values("centre")
        )
        return dict(done.filter(lines__gt=0).order_by("centre_id").values_list("centre_id", "lines"))

    def of(self, centre: Centre) -> Iterator[Differences]:
        """Differences of a centre's lines, in portions by invoice. The centre must be locked."""
        if self.reach:
            for ids in stored.portions(self.reach.invoices(centre.pk)):
                yield reprice.differences(ids, self.refs, centre=centre, cause=self.reach.cause)
            return
        changes = list(self.row.reverses.changes.filter(centre=centre).values_list("pk", flat=True))
        for ids in stored.portions(take_back.invoices_of(changes)):
            found, stood_on = take_back.taken_back(ids, changes)
            if stood_on:
                raise StoodOn(
                    f"سطرهایی از {centre.name} پس از این بازقیمت‌گذاری دوباره قیمت خورده‌اند؛ نخست آن بازقیمت‌گذاری "
                    "را برگردانید."
                )
            yield found
