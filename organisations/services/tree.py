"""Regions and centres of an organisation.

What prices depend on (kind, sector, grade, treatment) has no dates yet: changed in place it would price past days anew.
It is therefore given once, when a centre is added, and not changed here.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction

from core import audit
from core.errors import InvalidInput
from organisations.models import Centre, Organisation, Region


@transaction.atomic
def save_region(
    *,
    organisation: Organisation,
    code: str,
    name: str,
    covered_population: int | None,
    by: Any,
    at: dt.datetime,
    region: Region | None = None,
) -> Region:
    """Add a region, or change name and covered population (persons) of one; its code stays."""
    row = region or Region(organisation=organisation, code=code)
    if region is None and Region.objects.filter(organisation=organisation, code=code).exists():
        raise InvalidInput(f"منطقه‌ای با کد «{code}» هست؛ کد دیگری بنویسید.")
    values = {"name": name, "covered_population": covered_population}
    return _save(row, values, organisation.pk, by=by, at=at)  # type: ignore[return-value]


@transaction.atomic
def add_centre(*, region: Region, code: str, by: Any, at: dt.datetime, **values: Any) -> Centre:
    """Add a centre to a region; the code is unique in the organisation, since files name centres by it."""
    if Centre.objects.of_organisation(region.organisation_id).filter(code=code).exists():
        raise InvalidInput(f"مرکزی با کد «{code}» در این سازمان هست؛ کد دیگری بنویسید.")
    row = Centre(region=region, code=code)
    return _save(row, values, region.organisation_id, by=by, at=at)  # type: ignore[return-value]


@transaction.atomic
def rename_centre(*, centre: Centre, name: str, city: str, by: Any, at: dt.datetime) -> Centre:
    """Change what a centre is called and where it stands; nothing that a price depends on."""
    values = {"name": name, "city": city}
    return _save(centre, values, centre.region.organisation_id, by=by, at=at)  # type: ignore[return-value]


def _save(
    row: Region | Centre, values: dict[str, Any], organisation_id: int, *, by: Any, at: dt.datetime
) -> Region | Centre:
    kind = row._meta.model_name
    is_new = row.pk is None
    before = {} if is_new else {name: getattr(row, name) for name in values}
    changed = audit.differences(before, values)
    if not is_new and not changed["after"]:
        return row
    for name, value in values.items():
        setattr(row, name, value)
    row.save()
    if is_new:
        changed = {"before": {}, "after": {"code": row.code, **values}}
    verb = f"{kind}.added" if is_new else f"{kind}.changed"
    audit.record(verb, row, by=by, at=at, organisation_id=organisation_id, **changed)
    return row
