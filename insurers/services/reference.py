"""Loading insurers, funds and coverage of an organisation from the reference CSV files."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from pathlib import Path

from django.db import transaction

from insurers.choices import Condition, ContractKind, InsurerKind, RestPayer, Term
from insurers.models import CoverageRule, Fund, Insurer, LegalTerm, SupplementaryCover
from insurers.services.contract_coverage import follow_law
from organisations.choices import PatientCategory, Sector, Setting
from organisations.models import Organisation
from tariffs.choices import ServiceGroup
from tariffs.services.reference import circular_ids, circular_of, load_circulars
from tariffs.services.reference_rates import NewRate, load_rates
from tariffs.services.reference_rows import Count, Counts, Row, both, rows_of

FOLDER = Path(__file__).resolve().parent.parent / "reference"


def load_coverage(*, organisation: Organisation, at: dt.datetime, folder: Path = FOLDER) -> Counts:
    """Load what the files say about `organisation` (by its code); `at` is when changed rows become known.

    Funds name a template; the template's coverage rules become rules of each fund.
    """
    with transaction.atomic():
        counts = {"بخشنامه‌های پوشش": load_circulars(both("circulars", folder))}
        counts["بیمه‌گرها"] = _load_insurers(organisation, folder)
        counts["صندوق‌ها"], templates = _load_funds(organisation, folder)
        circulars = circular_ids()
        counts["قاعده‌های پوشش"] = load_rates(
            CoverageRule, _rules(organisation, templates, circulars, folder), at=at
        )
        counts["پوشش‌های تکمیلی"] = load_rates(
            SupplementaryCover, _covers(organisation, circulars, folder), at=at
        )
        for model, name in ((CoverageRule, "قاعده‌های پوشش"), (SupplementaryCover, "پوشش‌های تکمیلی")):
            if counts[name].inserted or counts[name].replaced:
                own = model.objects.filter(organisation=organisation, centre=None).only("fund_id")
                follow_law(own, by=None, at=at)
        counts["شرط‌های قانونی پرداخت"] = load_rates(LegalTerm, _legal_terms(circulars, folder), at=at)
    return counts


def _own(organisation: Organisation, *files: Path) -> Iterator[Row]:
    return (row for row in rows_of(*files) if row.text("organisation") == organisation.code)


def _load_insurers(organisation: Organisation, folder: Path) -> Count:
    count = Count()
    for row in _own(organisation, *both("insurers", folder)):
        values = {"name": row.text("name"), "kind": row.member("kind", InsurerKind)}
        key = {"organisation": organisation, "code": row.text("code")}
        _put(Insurer, key, values, count)
    return count


def _load_funds(organisation: Organisation, folder: Path) -> tuple[Count, dict[str, list[int]]]:
    """Funds, and the ids of the funds of each coverage template."""
    count = Count()
    insurers = {i.code: i for i in Insurer.objects.filter(organisation=organisation)}
    templates: dict[str, list[int]] = {}
    for row in _own(organisation, *both("funds", folder)):
        if row.text("insurer") not in insurers:
            raise row.refuse(f"بیمه‌گر «{row.text('insurer')}» شناخته نیست.")
        values = {"name": row.text("name"), "category": row.member("category", PatientCategory)}
        key = {"insurer": insurers[row.text("insurer")], "code": row.text("code")}
        fund = _put(Fund, key, values, count)
        if template := row.text("template"):
            templates.setdefault(template, []).append(fund.pk)
    return count, templates


def _put(
    model: type[Insurer] | type[Fund], key: dict[str, object], values: dict[str, object], count: Count
) -> Insurer | Fund:
    """Insert or correct one of a handful of rows."""
    count.read += 1
    found = model._default_manager.filter(**key).first()
    if found is None:
        count.inserted += 1
        return model._default_manager.create(**key, **values)
    if any(getattr(found, name) != value for name, value in values.items()):
        for name, value in values.items():
            setattr(found, name, value)
        found.save(update_fields=list(values))
        count.replaced += 1
    else:
        count.unchanged += 1
    return found


def _rules(
    organisation: Organisation, templates: Mapping[str, list[int]], circulars: Mapping[str, int], folder: Path
) -> Iterator[NewRate]:
    for row in rows_of(*both("coverage_rules", folder)):
        for fund_id in templates.get(row.text("template"), ()):
            yield NewRate(
                row,
                key={
                    "fund_id": fund_id,
                    "centre_id": None,
                    "setting": row.member("setting", Setting),
                    "group": row.member("group", ServiceGroup),
                    "condition": row.member("condition", Condition),
                },
                valid=row.validity(),
                values={
                    "base_sector": row.member("base_sector", Sector),
                    "share": row.whole("share"),
                    "share_of": row.whole("share_of"),
                    "gap_bp": row.whole("gap_bp"),
                    "patient_bp": row.whole("patient_bp"),
                    "is_subsidised": row.flag("is_subsidised"),
                    "rest_payer": row.member("rest_payer", RestPayer),
                },
                circular_id=circular_of(row, circulars),
                organisation_id=organisation.pk,
            )


def _covers(organisation: Organisation, circulars: Mapping[str, int], folder: Path) -> Iterator[NewRate]:
    funds = dict(Fund.objects.of_organisation(organisation.pk).values_list("code", "pk"))
    for row in _own(organisation, *both("supplementary_covers", folder)):
        if row.text("fund") not in funds:
            raise row.refuse(f"صندوق «{row.text('fund')}» شناخته نیست.")
        yield NewRate(
            row,
            key={
                "fund_id": funds[row.text("fund")],
                "centre_id": None,
                "setting": row.member("setting", Setting),
                "group": row.member("group", ServiceGroup),
                "condition": row.member("condition", Condition),
            },
            valid=row.validity(),
            values={
                "share_bp": row.whole("share_bp"),
                "ceiling": row.whole("ceiling") if row.text("ceiling") else None,
            },
            circular_id=circular_of(row, circulars),
            organisation_id=organisation.pk,
        )


def _legal_terms(circulars: Mapping[str, int], folder: Path) -> Iterator[NewRate]:
    """National rows: each organisation's load finds those of the first unchanged."""
    for row in rows_of(*both("legal_terms", folder)):
        yield NewRate(
            row,
            key={"term": row.member("term", Term), "kind": row.member("kind", ContractKind)},
            valid=row.validity(),
            values={"value": row.whole("value")},
            circular_id=circular_of(row, circulars),
        )
