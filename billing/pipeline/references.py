"""Everything the pipeline looks up, compiled once for an organisation."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

import polars as pl
from django.db.models.functions import Lower, Upper

from core import reference
from core.rates import RateTable
from insurers import tables as coverage_tables
from insurers.tables import CoverageTables
from organisations.models import Physician, PhysicianTenure, Unit
from tariffs import tables as tariff_tables
from tariffs.tables import TariffTables

_I64 = pl.Int64
#: What makes two lines different for the tariff; lines that agree on all of it share a basis.
CASE = (
    "service_id", "book", "group", "is_dental", "part", "sector", "grade", "centre", "setting", "physician_status",
    "category", "fund_id", "supplementary_fund_id", "condition", "segment",
)  # fmt: skip


class KnownCases:
    """Cases resolved so far with these references; a process that prices again need not look again."""

    def __init__(self, key: tuple[str, ...]) -> None:
        self.frame: pl.DataFrame | None = None
        self._key = key
        self._adding = threading.Lock()

    def add(self, resolved: pl.DataFrame) -> pl.DataFrame:
        """Keep more cases and give all that are known. Two threads may bring the same one."""
        with self._adding:
            # The first row is empty: what a line has whose service is not known.
            known = resolved.clear(1) if self.frame is None else self.frame
            every = pl.concat([known, resolved])
            self.frame = every.unique(self._key, keep="first", maintain_order=True).rechunk()
            return self.frame


class KnownBases:
    """Ids of price bases that are committed, by digest; a process that stores again need not ask for them."""

    def __init__(self) -> None:
        self.ids = pl.DataFrame(schema={"basis_digest": pl.String, "basis_id": _I64})
        self._adding = threading.Lock()

    def add(self, ids: pl.DataFrame) -> None:
        """Keep more of them. Bases are never changed or deleted."""
        with self._adding:
            self.ids = pl.concat([self.ids, ids]).unique("basis_digest")


@dataclass(frozen=True)
class References:
    organisation_id: int
    tariffs: TariffTables
    insurance: CoverageTables
    units: pl.DataFrame  # centre_id, ward_code, unit_id
    physicians: pl.DataFrame  # physician_no, physician_id
    tenures: RateTable  # dimension physician, value status
    segments: pl.DataFrame  # day: the days on which any rate changes
    cases: KnownCases = field(default_factory=lambda: KnownCases(CASE))
    bases: KnownBases = field(default_factory=KnownBases)


def references(organisation_id: int) -> References:
    """Compiled references; one query while reference data stays as it is."""
    return reference.compiled("billing", organisation_id, _load)


def _load(organisation_id: int) -> References:
    tariffs = tariff_tables.load(organisation_id)
    insurance = coverage_tables.load(organisation_id)
    units = Unit.objects.filter(centre__region__organisation_id=organisation_id)
    physicians = Physician.objects.filter(organisation_id=organisation_id)
    return References(
        organisation_id=organisation_id,
        tariffs=tariffs,
        insurance=insurance,
        units=pl.DataFrame(
            list(units.values_list("centre_id", "ward__code", "pk")),
            schema={"centre_id": _I64, "ward_code": pl.String, "unit_id": _I64},
            orient="row",
        ),
        physicians=pl.DataFrame(
            list(physicians.values_list("council_no", "pk")),
            schema={"physician_no": pl.String, "physician_id": _I64},
            orient="row",
        ),
        tenures=_tenures(organisation_id),
        segments=tariff_tables.boundaries(
            tariffs.values, tariffs.factors, tariffs.prices, tariffs.parameters,
            insurance.coverage, insurance.supplementary,
        ),
    )  # fmt: skip


def _tenures(organisation_id: int) -> RateTable:
    rows = (
        PhysicianTenure.objects.filter(physician__organisation_id=organisation_id)
        .annotate(valid_from=Lower("valid"), valid_to=Upper("valid"))
        .values_list("pk", "physician_id", "valid_from", "valid_to", "status")
    )
    schema = {"id": _I64, "physician": _I64, "valid_from": pl.Date, "valid_to": pl.Date, "status": pl.Int8}
    return RateTable(pl.DataFrame(list(rows), schema=schema, orient="row"), ("physician",))
