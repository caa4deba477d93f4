"""The filter bar of the invoice list; its whole state is in the URL."""

from __future__ import annotations

from typing import Any, ClassVar

import django_filters as filters
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Sum

from billing.choices import Stage
from billing.models import Invoice, InvoiceLine, PastInvoice
from billing.worklists import mine
from core.filters import SortedFilter
from core.jalali import month_name
from core.text import ascii_digits, clean
from insurers.models import Contract, Fund
from organisations.choices import CostElement, PatientCategory, Setting
from organisations.models import Centre, Region
from organisations.permissions import Permission
from tariffs.choices import ServiceGroup

SORTS = {
    "number": "number", "centre": "centre__name", "discharged": "discharged_on", "asked": "asked",
    "amount": "amount", "patient": "patient_share", "paid": "patient_paid", "unpriced": "unpriced_lines",
}  # fmt: skip
NEWEST = "-discharged"


def visible_regions(request: Any) -> QuerySet[Region]:
    """Regions of the user's scope."""
    return Region.objects.visible_to(request.user).by_code()


def visible_centres(request: Any) -> QuerySet[Centre]:
    """Centres of the user's scope."""
    return Centre.objects.visible_to(request.user).by_code()


def _contracts(request: Any) -> QuerySet[Contract]:
    may = request.user.may(Permission.CONTRACT_VIEW)
    return Contract.objects.visible_to(request.user) if may else Contract.objects.none()


def _funds(request: Any) -> QuerySet[Fund]:
    return Fund.objects.visible_to(request.user).order_by("name", "pk")


class MonthlyFilter(SortedFilter):
    """The filter bar of what stands in a month of a centre."""

    region = filters.ModelChoiceFilter(label="منطقه", queryset=visible_regions, field_name="centre__region")
    centre = filters.ModelChoiceFilter(label="مرکز", queryset=visible_centres)
    from_ = filters.NumberFilter(label="از ماه", field_name="month", lookup_expr="gte")
    to = filters.NumberFilter(label="تا ماه", field_name="month", lookup_expr="lte")

    @property
    def month_choices(self) -> list[tuple[int, str]]:
        """Months of what the user sees, newest first."""
        keys = self.queryset.order_by().values_list("month", flat=True).distinct()
        return [(key, month_name(key)) for key in sorted(keys, reverse=True)]


class InvoiceFilter(MonthlyFilter):
    """The filter bar of the invoices."""

    q = filters.CharFilter(label="شماره، بیمار یا پرونده", method="search")
    setting = filters.ChoiceFilter(label="نوع مراجعه", choices=Setting.choices)
    category = filters.ChoiceFilter(label="گروه", choices=PatientCategory.choices)
    fund = filters.ModelChoiceFilter(label="صندوق", queryset=_funds)
    stage = filters.TypedChoiceFilter(label="مرحله", choices=Stage.choices, coerce=int, method="at_stage")
    on = filters.DateFilter(label="روز", method="of_day")
    unpriced = filters.BooleanFilter(label="بدون نرخ", method="only_unpriced")
    element = filters.TypedChoiceFilter(
        label="عنصر هزینه", choices=CostElement.choices, coerce=int, method="with_element"
    )
    group = filters.TypedChoiceFilter(
        label="گروه خدمت", choices=ServiceGroup.choices, coerce=int, method="with_group"
    )
    contract = filters.ModelChoiceFilter(label="قرارداد", queryset=_contracts, method="of_contract")
    delivery = filters.NumberFilter(label="محموله", method="of_delivery")

    class Meta:
        model = Invoice
        fields: list[str] = []

    def search(self, found: QuerySet[Invoice], _name: str, words: str) -> QuerySet[Invoice]:
        wanted = ascii_digits(clean(words))
        return found.filter(
            Q(number__istartswith=wanted) | Q(record_no=wanted) | Q(patient__key=wanted)
            | Q(patient__name__icontains=clean(words))
        )  # fmt: skip

    def at_stage(self, found: Any, _name: str, stage: int) -> Any:
        return found.at_stage(stage) if stage else found

    def of_day(self, found: Any, _name: str, day: Any) -> Any:
        """Invoices whose stay or visit has the day (ISO) in it."""
        return found.filter(admitted_on__lte=day, discharged_on__gte=day)

    def of_delivery(self, found: Any, _name: str, key: Any) -> Any:
        """Invoices that a delivery brought, also those that a later one corrected."""
        earlier = PastInvoice.objects.filter(change__delivery=int(key)).values("invoice_id")
        return found.filter(Q(change__delivery=int(key)) | Q(pk__in=earlier))

    def with_element(self, found: Any, _name: str, element: int) -> Any:
        """Invoices with a line of the cost element."""
        lines = InvoiceLine.objects.filter(invoice_id=OuterRef("pk"), element=element)
        return found.filter(Exists(lines)) if element else found

    def with_group(self, found: Any, _name: str, group: int) -> Any:
        """Invoices with a line of the group of services."""
        lines = InvoiceLine.objects.filter(invoice_id=OuterRef("pk"), group=group)
        return found.filter(Exists(lines)) if group else found

    def of_contract(self, found: Any, _name: str, contract: Contract | None) -> Any:
        """Invoices that a contract is about: of its insurer's funds at its centres."""
        return found.of_contract(contract) if contract else found

    def only_unpriced(self, found: Any, _name: str, chosen: bool) -> Any:
        return found.unpriced() if chosen else found

    sorts: ClassVar[dict[str, str]] = SORTS
    first: ClassVar[str] = NEWEST

    def sums(self) -> dict[str, int | None]:
        """Totals of everything the filter lets through, in rials; None where no invoice has a priced line."""
        priced = Q(unpriced_lines__lt=F("lines_count"))
        return self.qs.order_by().aggregate(
            count=Count("pk"), asked=Sum("asked"), amount=Sum("amount", filter=priced),
            patient=Sum("patient_share", filter=priced), paid=Sum("patient_paid"), unpriced=Sum("unpriced_lines"),
        )  # fmt: skip


class WorkFilter(InvoiceFilter):
    """The filter bar of the work-lists: that of the invoices, and whose they are."""

    mine = filters.BooleanFilter(label="مسئول", method="only_mine")
    sorts: ClassVar[dict[str, str]] = SORTS | {"priority": "priority", "due": "deadline"}
    first: ClassVar[str] = "-priority"

    def only_mine(self, found: Any, _name: str, chosen: bool) -> Any:
        return mine(found, self.request.user) if chosen else found
