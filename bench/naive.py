"""The import as it is usually written: each row looks up what it needs and saves itself.

It prices by the same rules (`tariffs.rules`, `insurers.rules`) on Python integers, with lookups of its own, so that it
is also an independent answer to what the pipeline computes. It does less than the pipeline: no cost elements, no
movements, no balances.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
from django.db import transaction
from django.db.models import F, Q

from billing.choices import LineStatus
from billing.models import Change, Invoice, InvoiceLine, Patient
from billing.parsing.parsed import Parsed
from core import jalali
from insurers import rules as share_rules
from insurers.choices import RestPayer
from insurers.models import CoverageRule, Fund, SupplementaryCover
from organisations.choices import CostElement, PhysicianStatus, Sector
from organisations.models import Centre, Physician, PhysicianTenure, Unit
from tariffs import rules
from tariffs.choices import CodeClass, CodeGroup, Component, Parameter, Part
from tariffs.choices import ServiceGroup as G
from tariffs.models import ConversionFactor, FixedPrice, PricingParameter, Service, ServiceValue

SHARES = ("basic", "supplementary", "subsidy", "employer", "patient")
_BEDS = (G.HOTELLING, G.SPECIAL_HOTELLING)


class Unpriced(Exception):
    """What is missing for a price."""

    def __init__(self, status: LineStatus) -> None:
        super().__init__(status)
        self.status = status


def load(parsed: Parsed, centre: Centre, *, at: dt.datetime) -> None:
    """Store invoices one by one, each in a transaction of its own."""
    lines = parsed.lines.partition_by("number", as_dict=True, maintain_order=True)
    for header in parsed.headers.iter_rows(named=True):
        with transaction.atomic():
            _Invoice(header, lines[(header["number"],)], centre, at).save()


def in_force(model: Any, organisation_id: int, day: dt.date, **dims: Any) -> Any:
    """The published row in force that names most dimensions (0 is any), None where there is none."""
    rows = model.objects.filter(
        Q(organisation=None) | Q(organisation_id=organisation_id),
        status="published", known__endswith=None, valid__contains=day,
    )  # fmt: skip
    for name, value in dims.items():
        rows = rows.filter(Q(**{name: value}) | Q(**{name: 0}))

    def rank(row: Any) -> tuple[int, tuple[bool, ...]]:
        named = (row.organisation_id is not None, *(getattr(row, name) != 0 for name in dims))
        return sum(named), named

    return max(rows, key=rank, default=None)


class _Invoice:
    def __init__(self, header: dict[str, Any], lines: pl.DataFrame, centre: Centre, at: dt.datetime) -> None:
        self.header, self.centre, self.at = header, centre, at
        self.rows = lines.to_dicts()
        self.organisation_id = centre.region.organisation_id

    def save(self) -> None:
        header = self.header
        self.fund = Fund.objects.of_organisation(self.organisation_id).get(code=header["fund_code"])
        code = header["supplementary_code"]
        self.supplementary = (
            Fund.objects.of_organisation(self.organisation_id).get(code=code) if code else None
        )
        patient, _ = Patient.objects.get_or_create(
            organisation_id=self.organisation_id, key=header["patient_key"],
            defaults={"name": header["patient_name"]},
        )  # fmt: skip
        change = Change.objects.create(cause="new_invoice", at=self.at, centre=self.centre)
        invoice = Invoice.objects.create(
            centre=self.centre, number=header["number"], patient=patient, setting=header["setting"],
            condition=header["condition"], category=self.fund.category, fund=self.fund,
            supplementary_fund=self.supplementary, unit=self._unit(header["ward_code"]),
            record_no=header["record_no"], admitted_on=header["admitted_on"], discharged_on=header["discharged_on"],
            month=jalali.month_key(header["discharged_on"]), lines_count=len(self.rows), unpriced_lines=0, asked=0,
            amount=0, basic=0, supplementary=0, subsidy=0, employer=0, patient_share=0,
            patient_paid=header["patient_paid"], digest="", change=change,
        )  # fmt: skip
        priced = [_Line(self, row) for row in self.rows]
        self._across(priced)
        for line in priced:
            line.share()
            line.stored(invoice, change).save(force_insert=True)
        self._total(invoice, priced)

    def _unit(self, ward_code: str | None) -> Unit | None:
        return Unit.objects.filter(centre=self.centre, ward__code=ward_code).first() if ward_code else None

    def _across(self, lines: list[_Line]) -> None:
        """Nursing, global packages and ceilings look at the whole invoice."""
        priced = [line for line in lines if line.status == LineStatus.PRICED]
        beds = [line for line in priced if line.group in _BEDS]
        nursing = sorted((line for line in priced if line.is_nursing), key=lambda line: line.row["line_no"])
        for line in nursing:
            if not beds:
                line.status = LineStatus.NO_HOTELLING
            elif line is not nursing[0]:
                line.status = LineStatus.SECOND_NURSING
            else:
                line.amount, line.base = (
                    rules.nursing_amount(hotelling=sum(amounts), nursing_bp=line.nursing_bp)
                    for amounts in (
                        [b.amount * b.nursed for b in beds],
                        [b.base * b.base_nursed for b in beds],
                    )
                )
        if any(line.group == G.GLOBAL and line.status == LineStatus.PRICED for line in lines):
            for line in lines:
                if line.status == LineStatus.PRICED and line.group not in (G.GLOBAL, G.PROSTHESIS):
                    line.status, line.amount, line.base = LineStatus.IN_PACKAGE, 0, 0
        self.used: dict[int, int] = {}

    def _total(self, invoice: Invoice, lines: list[_Line]) -> None:
        with_amount = [line for line in lines if line.shares]
        invoice.unpriced_lines = len(lines) - len(with_amount)
        invoice.asked = sum(line.row["asked"] for line in lines)
        invoice.amount = sum(line.amount for line in with_amount)
        for name in SHARES:
            total = sum(getattr(line.shares, name) for line in with_amount)
            setattr(invoice, "patient_share" if name == "patient" else name, total)
        invoice.save()


class _Line:
    def __init__(self, invoice: _Invoice, row: dict[str, Any]) -> None:
        self.invoice, self.row, self.day = invoice, row, row["service_on"]
        self.organisation_id = invoice.organisation_id
        self.setting = invoice.header["setting"]
        self.shares: share_rules.Shares[int] | None = None
        self.amount = self.base = 0
        self.rounding_step = self.nursed = self.base_nursed = 1
        self.status = LineStatus.PRICED
        self.service = (
            Service.objects.of_organisation(self.organisation_id)
            .filter(book=row["book"], code=row["code"])
            .order_by(F("organisation_id").asc(nulls_last=True))
            .first()
        )
        self.physician = (
            Physician.objects.filter(
                organisation_id=self.organisation_id, council_no=row["physician_no"]
            ).first()
            if row["physician_no"]
            else None
        )
        self.unit = invoice._unit(row["ward_code"] or invoice.header["ward_code"])
        self.is_anaesthesia = row["part"] == Part.ANAESTHESIA
        group = self.service.group if self.service else G.OTHER
        self.group = G.ANAESTHESIA if self.is_anaesthesia else G(group)
        self.is_nursing = self.group == G.NURSING
        try:
            self._price()
        except Unpriced as missing:
            self.status = missing.status

    def _find(self, model: Any, **dims: Any) -> Any:
        return in_force(model, self.organisation_id, self.day, **dims)

    def _parameter(self, parameter: Parameter) -> int:
        found = self._find(PricingParameter, parameter=parameter.value, category=self.invoice.fund.category)
        if found is None:
            raise Unpriced(LineStatus.NO_PARAMETER)
        return int(found.value)

    def _status_of_physician(self) -> int:
        if self.physician is None:
            return PhysicianStatus.OTHER
        tenure = PhysicianTenure.objects.filter(physician=self.physician, valid__contains=self.day).first()
        return tenure.status if tenure else PhysicianStatus.OTHER

    def _price(self) -> None:
        if self.service is None:
            raise Unpriced(LineStatus.NO_SERVICE)
        centre, fund = self.invoice.centre, self.invoice.fund
        cover = {"condition": self.invoice.header["condition"], "group": self.group, "setting": self.setting}
        self.coverage = self._find(CoverageRule, fund_id=fund.pk, **cover)
        other = self.invoice.supplementary
        self.contract = self._find(SupplementaryCover, fund_id=other.pk, **cover) if other else None
        self.physician_status = self._status_of_physician()
        base_sector = self.coverage.base_sector if self.coverage else Sector.PUBLIC
        value = self._find(ServiceValue, service_id=self.service.pk)
        self.is_star = bool(value and value.is_star)
        place = {"grade": centre.grade, "setting": self.setting}
        own, base = (
            self._find(
                FixedPrice, service_id=self.service.pk, sector=sector, physician_status=status, **place
            )
            for sector, status in (
                (centre.sector, self.physician_status),
                (base_sector, PhysicianStatus.OTHER),
            )
        )
        self.base_sector = base_sector
        if self.is_nursing:
            self.nursing_bp = self._parameter(Parameter.NURSING_BP)
            self._need_coverage()
            return
        if own and self.row["part"] == Part.WHOLE:
            self._need_coverage()
            if base is None:
                raise Unpriced(LineStatus.NO_BASE)
            self.amount, self.base = (self._line_amount(fixed_amount=p.amount) for p in (own, base))
            self.rounding_step = own.rounding_step
            self.nursed, self.base_nursed = int(not own.nursing_included), int(not base.nursing_included)
            return
        if value is None:
            raise Unpriced(LineStatus.NO_TARIFF)
        units = self._units(value)
        factors = [
            self._factors(value, units, sector, status, missing)
            for sector, status, missing in (
                (centre.sector, self.physician_status, LineStatus.NO_FACTOR),
                (base_sector, PhysicianStatus.OTHER, LineStatus.NO_BASE),
            )
            if missing == LineStatus.NO_FACTOR or self._need_coverage()
        ]
        self.amount, self.base = (self._line_amount(**units, **f) for f in factors)

    def _need_coverage(self) -> bool:
        if self.coverage is None:
            raise Unpriced(LineStatus.NO_COVERAGE)
        return True

    def _units(self, value: ServiceValue) -> dict[str, int]:
        """Which units of the book the line bills."""
        part = self.row["part"]
        professional = value.professional_milli if part in (Part.WHOLE, Part.PROFESSIONAL) else 0
        technical = value.technical_milli if part in (Part.WHOLE, Part.TECHNICAL) else 0
        without = self.group == G.SURGERY and value.technical_milli == 0
        room = value.professional_milli if without and part in (Part.WHOLE, Part.TECHNICAL) else 0
        if not (professional or technical or room or self.is_anaesthesia):
            raise Unpriced(LineStatus.NO_TARIFF)
        anaesthesia = 0
        if self.is_anaesthesia:
            anaesthesia = rules.anaesthesia_units(
                base_milli=value.anaesthesia_milli, minutes=self.row["minutes"],
                minutes_per_unit=self._parameter(Parameter.ANAESTHESIA_MINUTES),
            )  # fmt: skip
        return {
            "professional_milli": professional, "technical_milli": technical, "operating_room_milli": room,
            "anaesthesia_milli": anaesthesia,
            "operating_room_bp": self._parameter(Parameter.OPERATING_ROOM_BP) if room else 0,
        }  # fmt: skip

    def _factors(
        self, value: ServiceValue, units: dict[str, int], sector: int, status: int, missing: LineStatus
    ) -> dict[str, int]:
        chapter = CodeGroup.EIGHT_NINE if self.row["code"][:1] in ("8", "9") else CodeGroup.GENERAL
        used = {
            Component.PROFESSIONAL: bool(units["professional_milli"]),
            Component.TECHNICAL: bool(units["technical_milli"] or units["operating_room_milli"]),
            Component.ANAESTHESIA: self.is_anaesthesia,
        }
        found = {}
        for component, is_used in used.items():
            row = is_used and self._find(
                ConversionFactor, component=component.value, sector=sector, physician_status=status,
                code_class=CodeClass.HASH if value.is_hash else CodeClass.PLAIN,
                code_group=CodeGroup.DENTAL if self.service.is_dental else chapter, setting=self.setting,
            )  # fmt: skip
            if is_used and row is None:
                raise Unpriced(missing)
            found[f"{component.name.lower()}_factor"] = row.amount if row else 0
        return found

    def _line_amount(self, **numbers: int) -> int:
        names = (
            "professional_milli", "technical_milli", "operating_room_milli", "anaesthesia_milli",
            "professional_factor", "technical_factor", "anaesthesia_factor", "operating_room_bp", "fixed_amount",
        )  # fmt: skip
        unit = rules.unit_price(**{name: numbers.get(name, 0) for name in names}).total
        return rules.line_amount(
            unit=unit, quantity_milli=self.row["quantity_milli"], percent_bp=self.row["percent_bp"]
        )

    def share(self) -> None:
        """Who pays, after the rules that look across the invoice."""
        if self.status not in (LineStatus.PRICED, LineStatus.IN_PACKAGE):
            return
        rule, contract = self.coverage, self.contract
        share = 0 if self.is_star else rule.share
        preferential = (
            self.physician_status == PhysicianStatus.FULL_TIME
            and self.invoice.centre.sector == self.base_sector
        )
        basic = share_rules.basic_share(
            price=self.amount, base=self.base, share=share, share_of_parts=rule.share_of,
            gap_bp=rule.gap_bp if preferential else 0, rounding_step=self.rounding_step,
        )  # fmt: skip
        wish = share_rules.supplementary_wish(
            price=self.amount, basic=basic, supplementary_bp=contract.share_bp if contract else 0
        )
        if contract and contract.ceiling is not None:
            used = self.invoice.used.get(contract.pk, 0)
            self.invoice.used[contract.pk] = used + wish
            wish = min(wish, max(contract.ceiling - used, 0))
        subsidised = rule.is_subsidised and self.invoice.centre.sector == Sector.PUBLIC
        self.shares = share_rules.split(
            price=self.amount, base=self.base, basic=basic, supplementary=wish, share=share,
            share_of_parts=rule.share_of, patient_bp=rule.patient_bp, subsidised=int(subsidised),
            employer_rest=int(rule.rest_payer == RestPayer.EMPLOYER),
        )  # fmt: skip

    def stored(self, invoice: Invoice, change: Change) -> InvoiceLine:
        row, shares = self.row, self.shares
        return InvoiceLine(
            invoice=invoice, line_no=row["line_no"], asked=row["asked"],
            amount=self.amount if shares else None,
            **{name: getattr(shares, name) if shares else None for name in SHARES},
            quantity_milli=row["quantity_milli"], service=self.service, unit=self.unit, physician=self.physician,
            change=change, percent_bp=row["percent_bp"], minutes=row["minutes"], service_on=self.day,
            book=row["book"], group=self.group, element=CostElement.OTHER, part=row["part"], status=self.status,
            code=row["code"],
        )  # fmt: skip
