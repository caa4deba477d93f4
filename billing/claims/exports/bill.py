"""The electronic bill of a claim, in the shape of SEPAS' SavePatientBill, one bill an invoice.

Names are those of the message. What the message asks for and nobody has written is named in `Problems`, never made
up: `missing` where the hospital has not said it, `not_expressible` where the message has no place for it. For each
line and bill TotalCharge = basic + patient + other; a bill that breaks this is not made. Those are the shares as the
line was priced; what the contract takes off the insurer's share stands beside them, and Asked is what is left.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from billing.claims.choices import ClaimKind, Payer
from billing.claims.models import Claim, ClaimInvoice, ClaimLine
from billing.claims.services.states import ClaimRefused
from billing.models import PriceBasis
from core import jalali
from insurers.choices import InsurerKind
from organisations.choices import CostElement, Setting

SHAPE = "SavePatientBill/taraz-1"
#: Invoices whose lines are read at a time.
CHUNK = 500
MILLI = 1_000
NATIONAL_DIGITS = 10


def document(claim: Claim, *, invoices: Iterable[int] | None = None) -> dict[str, Any]:
    """The bill of a frozen claim, or of some of its invoices; the queries grow by one a five hundred invoices."""
    if claim.frozen_at is None:
        raise ClaimRefused("سند الکترونیکی پس از نهایی‌شدن مطالبه ساخته می‌شود.")
    rows = ClaimInvoice.objects.of_claim(claim).select_related("patient", "fund__insurer")
    rows = rows.select_related("supplementary_fund__insurer", "unit__ward")
    if invoices is not None:
        rows = rows.filter(invoice_id__in=list(invoices))
    bills: list[dict[str, Any]] = []
    problems: list[dict[str, Any]] = []
    for chunk in _chunks(list(rows)):
        keys = [row.invoice_id for row in chunk]
        lines = _lines(claim, keys)
        for row in chunk:
            made, said = _bill(claim, row, lines[row.invoice_id])
            bills.append(made)
            problems += said
    return {
        "Shape": SHAPE,
        "Claim": _heading(claim),
        "Bills": bills,
        "Totals": _totals(bills),
        "Problems": problems,
    }


def _chunks(rows: list[ClaimInvoice]) -> Iterator[list[ClaimInvoice]]:
    for start in range(0, len(rows), CHUNK):
        yield rows[start : start + CHUNK]


def _lines(claim: Claim, invoices: list[int]) -> dict[int, list[ClaimLine]]:
    found: dict[int, list[ClaimLine]] = defaultdict(list)
    lines = ClaimLine.objects.of_claim(claim).filter(invoice_id__in=invoices)
    for line in lines.select_related("service", "unit__ward", "physician", "basis"):
        found[line.invoice_id].append(line)
    return found


def _heading(claim: Claim) -> dict[str, Any]:
    return {
        "Number": claim.number,
        "Kind": claim.kind,
        "Payer": claim.payer,
        "Month": claim.month,
        "CentreCode": claim.centre.code,
        "CentreName": claim.centre.name,
        "Insurer": claim.insurer.code,
        "Fund": claim.fund.code,
        "FollowsNumber": claim.previous.number if claim.previous else None,
        "Bills": claim.invoices_count,
        "Excluded": claim.excluded,
        "OverYearlyCeiling": claim.over_ceiling,
        "Discount": claim.discount,
        "AlreadyCut": claim.already_cut,
        "Asked": claim.asked,
    }


def _bill(
    claim: Claim, row: ClaimInvoice, lines: list[ClaimLine]
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    said: list[dict[str, Any]] = []

    def problem(kind: str, field: str, sentence: str, line_no: int | None = None) -> None:
        said.append({"Bill": row.number, "Line": line_no, "Kind": kind, "Field": field, "Sentence": sentence})

    services = [_service(line, problem) for line in lines]
    _check_sums(row, services, whole=claim.kind == ClaimKind.ORIGINAL)
    if not row.diagnoses:
        problem("missing", "Diagnoses", "تشخیص (ICD-10) برای این صورتحساب نوشته نشده است.")
    if len(row.patient.key) != NATIONAL_DIGITS or not row.patient.key.isdigit():
        problem("missing", "Patient.NationalCode", "بیمار کد ملی ده‌رقمی ندارد.")
    if row.setting == Setting.INPATIENT and not row.record_no.strip("0"):
        problem("missing", "Admission.MedicalRecordNumber", "شمارهٔ پرونده نوشته نشده است.")
    codes = ((row.fund, row.eligibility), (row.supplementary_fund, row.supplementary_eligibility))
    for fund, code in codes:
        if fund and not code and fund.insurer.kind != InsurerKind.SELF:
            sentence = f"کد رهگیری استحقاق از «{fund.name}» برای این صورتحساب نوشته نشده است."
            problem("missing", "Insurance.EligibilityTrackingCode", sentence)
    return {
        "BillNumber": row.number,
        "BillVersion": row.version,
        "Patient": {
            "NationalCode": row.patient.key,
            "FullName": row.patient.name,
            "PersonnelNumber": row.patient.personnel_no,
            "Relation": row.patient.relation_no,
        },
        "Admission": {
            "Date": jalali.plain(row.admitted_on),
            "Type": Setting(row.setting).name,
            "MedicalRecordNumber": row.record_no or None,
            "Ward": row.unit.ward.code if row.unit else None,
        },
        "Discharge": {"Date": jalali.plain(row.discharged_on)},
        "Diagnoses": [
            {"Code": code, "System": "ICD-10", "IsMain": place == 0}
            for place, code in enumerate(row.diagnoses)
        ],
        "BillSummary": _summary(row, lines, services),
        "BillServices": services,
        "Insurance": _insurance(row),
    }, said


def _service(line: ClaimLine, problem: Any) -> dict[str, Any]:
    if line.service is None:
        problem("missing", "BillServices.Service", "کد خدمت شناخته نشده است.", line.line_no)
    if line.quantity_milli % MILLI:
        problem(
            "not_expressible",
            "BillServices.Count",
            "تعداد اعشاری است و پیام تعداد درست می‌خواهد.",
            line.line_no,
        )
    return {
        "LineId": line.pk,
        "LineNumber": line.line_no,
        "Service": {
            "Code": line.code,
            "Book": line.book,
            "Name": line.service.title if line.service else None,
        },
        "ServiceType": CostElement(line.element).name,
        "Count": line.quantity_milli // MILLI,
        "CountMilli": line.quantity_milli,
        "StartDate": jalali.plain(line.service_on),
        "Ward": line.unit.ward.code if line.unit else None,
        "Provider": str(line.physician.council_no) if line.physician else None,
        "RelativeCost": _relative_cost(line.basis),
        "TotalCharge": line.amount,
        "BasicInsuranceContribution": line.basic,
        "PatientContribution": line.patient,
        "OtherCosts": line.amount - line.basic - line.patient,
        "Excluded": line.excluded,
        "OverYearlyCeiling": line.over_ceiling,
        "Discount": line.discount,
        "AlreadyCut": line.already_cut,
        "Asked": line.asked,
    }


def _relative_cost(basis: PriceBasis | None) -> list[dict[str, Any]]:
    """Units (thousandths) and rials a unit of each component the price came from; empty for fixed prices."""
    if basis is None:
        return []
    parts = (
        ("professional", basis.professional_milli, basis.professional_factor),
        ("technical", basis.technical_milli, basis.technical_factor),
        ("anaesthesia", basis.anaesthesia_milli, basis.anaesthesia_factor),
    )
    return [{"KType": name, "UnitsMilli": units, "KValue": factor} for name, units, factor in parts if units]


_SUMS = ("TotalCharge", "BasicInsuranceContribution", "PatientContribution", "OtherCosts")


def _summary(row: ClaimInvoice, lines: list[ClaimLine], services: list[dict[str, Any]]) -> dict[str, Any]:
    by_type: dict[str, dict[str, Any]] = {}
    for service in services:
        sums = by_type.setdefault(
            service["ServiceType"],
            {"ServiceType": service["ServiceType"], "Lines": 0, **dict.fromkeys(_SUMS, 0)},
        )
        sums["Lines"] += 1
        for name in _SUMS:
            sums[name] += service[name]
    return {
        "TotalCharge": sum(service["TotalCharge"] for service in services),
        "TotalBasicInsuranceContribution": sum(s["BasicInsuranceContribution"] for s in services),
        "TotalPatientContribution": sum(service["PatientContribution"] for service in services),
        "TotalOtherCosts": sum(service["OtherCosts"] for service in services),
        "Excluded": row.excluded,
        "OverYearlyCeiling": row.over_ceiling,
        "Discount": row.discount,
        "AlreadyCut": row.already_cut,
        "Asked": row.asked,
        "Insurer": row.fund.insurer.code if row.fund else None,
        "Fund": row.fund.code if row.fund else None,
        "GlobalPackage": any(line.element == CostElement.GLOBAL_PACKAGE for line in lines),
        "ServiceTypes": list(by_type.values()),
    }


def _insurance(row: ClaimInvoice) -> list[dict[str, Any]]:
    found = [_payer(row.fund, Payer.BASIC, row.basic, row)]
    if row.supplementary_fund:
        found.append(_payer(row.supplementary_fund, Payer.SUPPLEMENTARY, row.supplementary, row))
    return found


def _payer(fund: Any, payer: Payer, contribution: int, row: ClaimInvoice) -> dict[str, Any]:
    return {
        "Insurer": fund.insurer.code,
        "Fund": fund.code,
        "Payer": payer.value,
        "InsuredNumber": row.patient.personnel_no or row.patient.key,
        "EligibilityTrackingCode": (
            row.eligibility if payer == Payer.BASIC else row.supplementary_eligibility
        )
        or None,
        "Contribution": contribution,
    }


def _check_sums(row: ClaimInvoice, services: list[dict[str, Any]], *, whole: bool) -> None:
    """The asked amounts are those of the claim; a whole bill is also that of the invoice."""
    asked = sum(service["Asked"] for service in services)
    total = sum(service["TotalCharge"] for service in services)
    if asked != row.asked or (whole and total != row.amount):
        raise ClaimRefused(
            f"جمع سطرهای صورتحساب {row.number} با سرجمع آن برابر نیست؛ به راهبر سامانه خبر دهید."
        )


def _totals(bills: list[dict[str, Any]]) -> dict[str, int]:
    return {
        "Bills": len(bills),
        "Lines": sum(len(bill["BillServices"]) for bill in bills),
        "TotalCharge": sum(bill["BillSummary"]["TotalCharge"] for bill in bills),
        "Asked": sum(bill["BillSummary"]["Asked"] for bill in bills),
    }
