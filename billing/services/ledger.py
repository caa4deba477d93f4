"""The ledger's proof: balances = Σ movements = Σ lines and invoices, and the mending of balances that are not.

Balances are the movements of the month they are booked in; lines and invoices are those of the month they come from
(`origin_month`), which differs where that month was closed when the change came.

Everything is set-based SQL inside PostgreSQL; no line leaves the database. `check` reads what it is asked to prove,
`heal` only the months of the centres that it is given, so that its cost follows what changed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from django.db import connection, transaction
from django.db.models import Max

from billing.choices import WITH_AMOUNT
from billing.entries import entries, replaced, written
from billing.measures import FILE_MEASURES, LEDGER_KEY, LINE_MEASURES, MEASURES
from billing.models import Invoice, InvoiceLine, LineDelta, Movement, PastLine
from core.statistics import look_at
from organisations.choices import CostElement
from organisations.models import Centre

log = structlog.get_logger(__name__)

CentreMonth = tuple[int, int]

_KEY = ", ".join(LEDGER_KEY)
_ORIGIN_KEY = _KEY.replace("month", "origin_month AS month")
_KEY_PLACES = ", ".join(str(place) for place, _ in enumerate(LEDGER_KEY, start=1))
_SUMS = ", ".join(f"sum({m})::bigint AS {m}" for m in MEASURES)
_SHARES = ("amount", "basic", "supplementary", "subsidy", "employer", "patient")
_PRICED = ", ".join(str(int(s)) for s in WITH_AMOUNT)
#: What lines add to their key, in the order of LINE_MEASURES; what a file adds, in the order of FILE_MEASURES.
_OF_ENTRIES = ", ".join(f"sum(e.{m})::bigint AS {m}" for m in LINE_MEASURES)
_OF_FILES = ", ".join(
    [
        "count(*)::bigint AS files",
        "coalesce(sum(i.patient_paid), 0)::bigint AS patient_paid",
        "count(*) FILTER (WHERE i.patient_paid IS NULL)::bigint AS paid_unknown",
    ]
)
#: Tables whose sizes the plans of the proofs depend on.
_PROVED = (Invoice, InvoiceLine, LineDelta, PastLine)
_CHANGED_KEY = ("change_id", "centre_id", "element")
_INVOICE_TOTALS = ("lines_count", "unpriced_lines", "asked", *_SHARES[:-1], "patient_share")

#: Every loose foreign key: table, column, the table it points to. Past lines may outlive a cancelled invoice.
_LOOSE = (
    ("billing_invoice", "centre_id", "organisations_centre"),
    ("billing_invoice", "patient_id", "billing_patient"),
    ("billing_invoice", "fund_id", "insurers_fund"),
    ("billing_invoice", "supplementary_fund_id", "insurers_fund"),
    ("billing_invoice", "unit_id", "organisations_unit"),
    ("billing_invoice", "change_id", "billing_change"),
    ("billing_invoicedetail", "invoice_id", "billing_invoice"),
    ("billing_papers", "invoice_id", "billing_invoice"),
    ("billing_itemidentity", "invoice_id", "billing_invoice"),
    ("billing_itemidentity", "change_id", "billing_change"),
    ("billing_draft", "replaces_id", "billing_invoice"),
    *(
        (table, column, target)
        for table in ("billing_invoiceline", "billing_pastline")
        for column, target in (
            ("service_id", "tariffs_service"),
            ("unit_id", "organisations_unit"),
            ("physician_id", "organisations_physician"),
            ("basis_id", "billing_pricebasis"),
            ("change_id", "billing_change"),
        )
    ),
    ("billing_invoiceline", "invoice_id", "billing_invoice"),
    ("billing_patient", "organisation_id", "organisations_organisation"),
    *(
        (table, column, target)
        for table in ("billing_movement", "billing_balance")
        for column, target in (("centre_id", "organisations_centre"), ("fund_id", "insurers_fund"))
    ),
    ("billing_movement", "change_id", "billing_change"),
    ("billing_pastline", "superseded_by_id", "billing_change"),
    ("billing_pastinvoice", "superseded_by_id", "billing_change"),
    ("billing_cancellation", "invoice_id", "billing_invoice"),
    ("billing_cancellation", "replacement_id", "billing_invoice"),
    ("billing_linedelta", "change_id", "billing_change"),
    ("billing_linedelta", "line_change_id", "billing_change"),
    ("billing_linedelta", "invoice_id", "billing_invoice"),
    ("billing_linedelta", "service_id", "tariffs_service"),
    ("billing_linedelta", "basis_id", "billing_pricebasis"),
    ("billing_claiminvoice", "invoice_id", "billing_invoice"),
    ("billing_claiminvoice", "contract_id", "insurers_contract"),
    ("billing_claiminvoice", "patient_id", "billing_patient"),
    ("billing_claiminvoice", "fund_id", "insurers_fund"),
    ("billing_claiminvoice", "supplementary_fund_id", "insurers_fund"),
    ("billing_claiminvoice", "unit_id", "organisations_unit"),
    ("billing_claimline", "claim_id", "billing_claim"),
    ("billing_claimline", "invoice_id", "billing_invoice"),
    ("billing_claimline", "service_id", "tariffs_service"),
    ("billing_claimline", "unit_id", "organisations_unit"),
    ("billing_claimline", "physician_id", "organisations_physician"),
    ("billing_claimline", "basis_id", "billing_pricebasis"),
    ("billing_claimline", "previous_id", "billing_claimline"),
    ("billing_linedecision", "line_id", "billing_claimline"),
    ("billing_retriedline", "line_id", "billing_claimline"),
    ("billing_linecut", "line_id", "billing_claimline"),
    ("billing_omission", "invoice_id", "billing_invoice"),
    ("billing_remittanceline", "invoice_id", "billing_invoice"),
    ("billing_remittanceline", "claim_line_id", "billing_claimline"),
    ("billing_allocation", "claim_line_id", "billing_claimline"),
    ("billing_tiebreak", "invoice_id", "billing_invoice"),
    ("billing_tiebreak", "claim_line_id", "billing_claimline"),
    ("billing_objectionline", "line_id", "billing_claimline"),
    ("billing_objectionline", "invoice_id", "billing_invoice"),
    ("billing_attachment", "invoice_id", "billing_invoice"),
    ("billing_unknownline", "line_id", "billing_claimline"),
    ("billing_unknownline", "centre_id", "organisations_centre"),
)


@dataclass(frozen=True)
class Break:
    """The first place where two figures that must be equal are not."""

    kind: str
    key: dict[str, Any]
    measure: str
    expected: int
    found: int

    def __str__(self) -> str:
        where = " ".join(f"{name}={value}" for name, value in self.key.items())
        return f"{self.kind}: {where} {self.measure}: {self.expected:,} ≠ {self.found:,}"


@dataclass(frozen=True)
class Healed:
    """What `heal` did: balances it rewrote, and the first key whose movements are not its lines."""

    centre_months: int
    balances: int
    first_break: Break | None


# ---------------------------------------------------------------- what changed


def last_movement() -> int:
    """The number of the newest movement, 0 before the first."""
    return Movement.objects.aggregate(last=Max("pk"))["last"] or 0


def hold_writers() -> None:
    """Let no movement be written until this transaction ends, and wait for those being written.

    Afterwards every movement up to `last_movement()` is visible and later ones get higher numbers, so that number
    is an exact cut through the ledger. Writers must write movements before balances, or the two would wait for
    each other.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '15min'")
        cursor.execute("LOCK TABLE billing_movement IN SHARE MODE")


def changed_since(movement: int, *, organisation_id: int | None = None) -> set[CentreMonth]:
    """Centres and months with a movement after that number: where it is booked and where it comes from."""
    changed = Movement.objects.filter(pk__gt=movement)
    if organisation_id:
        changed = changed.of_organisation(organisation_id)
    rows = changed.order_by().values_list("centre_id", "month", "origin_month").distinct()
    return {pair for centre, *months in rows for pair in ((centre, month) for month in months)}


# ---------------------------------------------------------------- healing


def heal(*, centre_months: Iterable[CentreMonth], at: dt.datetime) -> Healed:
    """Make the balances of these months the sums of their movements, then compare those with the lines.

    Movements and lines are never rewritten: where they differ, the first difference is returned to be looked into.
    """
    pairs = sorted(set(centre_months))
    if not pairs:
        return Healed(0, 0, None)
    with transaction.atomic():
        _allow_time()
        balances = _rewrite_balances(pairs, at)
        first_break = _movements_against_lines(_of_pairs(pairs))
    log.info("ledger_healed", centre_months=len(pairs), balances=balances, broken=str(first_break or ""))
    return Healed(len(pairs), balances, first_break)


def heal_changed_since(movement: int, *, at: dt.datetime, organisation_id: int | None = None) -> Healed:
    """`heal` what has moved since the movement with that number."""
    return heal(centre_months=changed_since(movement, organisation_id=organisation_id), at=at)


def _rewrite_balances(pairs: Sequence[CentreMonth], at: dt.datetime) -> int:
    """How many balances were not the sum of their movements and now are."""
    scope = _of_pairs(pairs)
    changed = " OR ".join(f"b.{m} <> EXCLUDED.{m}" for m in MEASURES)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            INSERT INTO billing_balance AS b ({_KEY}, {", ".join(MEASURES)}, changed_at)
            SELECT {_KEY}, {_SUMS}, %s FROM billing_movement WHERE {scope.sql} GROUP BY {_KEY}
            ON CONFLICT ({_KEY}) DO UPDATE
            SET {", ".join(f"{m} = EXCLUDED.{m}" for m in MEASURES)}, changed_at = EXCLUDED.changed_at
            WHERE {changed}
            """,
            [at, *scope.params],
        )
        written = cursor.rowcount
        cursor.execute(
            f"""
            DELETE FROM billing_balance b WHERE {scope.on("b")} AND NOT EXISTS (
                SELECT FROM billing_movement m WHERE {" AND ".join(f"m.{c} = b.{c}" for c in LEDGER_KEY)})
            """,
            scope.params,
        )
        return int(written + cursor.rowcount)


# ---------------------------------------------------------------- proof


def check(
    organisation_id: int | None = None, *, centre_months: Iterable[CentreMonth] | None = None
) -> Break | None:
    """The first break of the whole ledger, of an organisation's, or of some months of some centres; None if whole.

    It proves, in this order: no orphans, balances = Σ movements by the month they are booked in, movements by the
    month they come from = Σ lines and files, invoice totals = Σ their lines, and that each change moved what it wrote
    less what it replaced. Lines are meant with what re-pricing has appended to them. Orphans and changes are only
    looked at without `centre_months`.
    """
    if centre_months is not None:
        pairs = sorted(set(centre_months))
        if not pairs:
            return None
        scope = _of_pairs(pairs)
    else:
        scope = _of_organisation(organisation_id)
    proofs = [_balances_against_movements, _movements_against_lines, _invoices_against_lines]
    if centre_months is None:
        proofs = [_orphans, *proofs, _changes_against_lines, _current_lines]
    with transaction.atomic():
        _allow_time()
        return next((found for proof in proofs if (found := proof(scope))), None)


def check_balances(organisation_id: int | None = None) -> Break | None:
    """Only the quick half: every balance is the sum of its movements."""
    return _balances_against_movements(_of_organisation(organisation_id))


@dataclass(frozen=True)
class _Scope:
    """A condition on centre (and month); `{t}` stands for the table's alias."""

    condition: str
    params: list[Any]

    @property
    def sql(self) -> str:
        return self.condition.format(t="")

    def on(self, alias: str) -> str:
        return self.condition.format(t=f"{alias}.")

    @property
    def of_origin(self) -> str:
        """The same condition on the month that movements come from."""
        return self.sql.replace("month)", "origin_month)", 1)

    def params_of(self, query: str) -> list[Any]:
        """Its parameters, once for each time the query names the scope."""
        return self.params * (query.count("%s") // len(self.params)) if self.params else []


def _of_organisation(organisation_id: int | None) -> _Scope:
    if organisation_id is None:
        return _Scope("true", [])
    centres = list(Centre.objects.of_organisation(organisation_id).values_list("pk", flat=True))
    return _Scope("{t}centre_id = ANY(%s::bigint[])", [centres])


def _of_pairs(pairs: Sequence[CentreMonth]) -> _Scope:
    centres, months = [c for c, _ in pairs], [m for _, m in pairs]
    condition = "({t}centre_id, {t}month) IN (SELECT * FROM unnest(%s::bigint[], %s::int[]))"
    return _Scope(condition, [centres, months])


def _balances_against_movements(scope: _Scope) -> Break | None:
    return _first_difference(
        "balances ≠ movements",
        LEDGER_KEY,
        MEASURES,
        f"SELECT {_KEY}, {_SUMS} FROM billing_movement WHERE {scope.sql} GROUP BY {_KEY}",
        f"SELECT {_KEY}, {', '.join(MEASURES)} FROM billing_balance WHERE {scope.sql}",
        scope,
    )


def _movements_against_lines(scope: _Scope) -> Break | None:
    """An invoice whose lines were all taken away (cancelled) is not a file."""
    key = "i.centre_id, i.month, i.setting, i.category"
    lines = f"""
        SELECT {key}, e.element, i.fund_id, {_zeros(FILE_MEASURES)}, {_OF_ENTRIES}
        FROM billing_invoice i JOIN ({entries(_in_invoices(scope))}) e ON e.invoice_id = i.id
        WHERE {scope.on("i")} GROUP BY {key}, e.element, i.fund_id
        UNION ALL
        SELECT {key}, {int(CostElement.FILE)}::smallint, i.fund_id, {_OF_FILES}, {_zeros(LINE_MEASURES)}
        FROM billing_invoice i WHERE {scope.on("i")} AND i.lines_count > 0 GROUP BY {key}, i.fund_id
        """
    return _first_difference(
        "movements ≠ lines",
        LEDGER_KEY,
        MEASURES,
        lines,
        f"SELECT {_ORIGIN_KEY}, {_SUMS} FROM billing_movement WHERE {scope.of_origin} GROUP BY {_KEY_PLACES}",
        scope,
    )


def _in_invoices(scope: _Scope) -> str:
    return f"invoice_id IN (SELECT id FROM billing_invoice WHERE {scope.sql})"


def _current_lines(scope: _Scope) -> Break | None:
    """Lines with differences: every difference belongs to a line version, and what they make is a line.

    That is: amounts where its status says so and nowhere else, and no share below zero. The constraints of the tables
    prove the same of each row alone. Only for scopes without months.
    """
    shares = _SHARES[1:]
    sound = " AND ".join(f"{s} >= 0" for s in shares) + f" AND amount = {' + '.join(shares)}"
    orphans = """
        SELECT d.invoice_id, d.line_no FROM billing_linedelta d
        WHERE NOT EXISTS (SELECT FROM billing_invoiceline l WHERE l.invoice_id = d.invoice_id
                          AND l.line_no = d.line_no AND l.change_id = d.line_change_id)
          AND NOT EXISTS (SELECT FROM billing_pastline l WHERE l.invoice_id = d.invoice_id
                          AND l.line_no = d.line_no AND l.change_id = d.line_change_id)"""
    unsound = f"""
        SELECT l.invoice_id, l.line_no FROM billing_currentline l
        WHERE l.invoice_id IN (SELECT invoice_id FROM billing_linedelta) AND l.deltas > 0
          AND (CASE WHEN l.status IN ({_PRICED}) THEN {sound} ELSE amount IS NULL END) IS NOT TRUE"""
    of_scope = f"WHERE {_in_invoices(scope)}" if scope.params else ""
    with connection.cursor() as cursor:
        for kind, query in (("difference without a line", orphans), ("line with differences", unsound)):
            cursor.execute(f"SELECT * FROM ({query}) found {of_scope} ORDER BY 1, 2 LIMIT 1", scope.params)
            if row := cursor.fetchone():
                return Break(kind, {"invoice_id": row[0], "line_no": row[1]}, "rows", 0, 1)
    return None


def _zeros(measures: Sequence[str]) -> str:
    return ", ".join(f"0::bigint AS {m}" for m in measures)


def _invoices_against_lines(scope: _Scope) -> Break | None:
    sums = ("lines", "unpriced_lines", "asked", *_SHARES)
    named = ", ".join(f"coalesce(t.{n}, 0)::bigint AS {n}" for n in _INVOICE_TOTALS)
    inner = ", ".join(f"sum({s}) AS {n}" for s, n in zip(sums, _INVOICE_TOTALS, strict=True))
    return _first_difference(
        "invoice ≠ lines",
        ("id",),
        _INVOICE_TOTALS,
        f"""SELECT i.id, {named} FROM billing_invoice i
            LEFT JOIN (SELECT invoice_id, {inner} FROM ({entries(_in_invoices(scope))}) e
                       GROUP BY invoice_id) t ON t.invoice_id = i.id
            WHERE {scope.on("i")}""",
        f"SELECT id, {', '.join(_INVOICE_TOTALS)} FROM billing_invoice WHERE {scope.sql}",
        scope,
    )


def _changes_against_lines(scope: _Scope) -> Break | None:
    """What a change moved, by element: what it wrote (also what was replaced since) less what it replaced.

    A past line does not keep the month and fund its invoice had then, so the proof sums over them. Only for scopes
    without months.
    """
    negated = ", ".join(f"-{m} AS {m}" for m in LINE_MEASURES)

    def summed(rows: str) -> str:
        return f"""SELECT e.change_id, c.centre_id, e.element, {_OF_ENTRIES}
                   FROM ({rows}) e JOIN billing_change c ON c.id = e.change_id GROUP BY 1, 2, 3"""

    of = f"IN (SELECT id FROM billing_change WHERE {scope.sql})"
    lines = f"""
        {summed(written(of))}
        UNION ALL SELECT change_id, centre_id, element, {negated} FROM ({summed(replaced(of))}) gone
        """
    sums = ", ".join(f"sum({m})::bigint AS {m}" for m in LINE_MEASURES)
    moved = f"""SELECT change_id, centre_id, element, {sums} FROM billing_movement
                WHERE {scope.sql} AND element <> {int(CostElement.FILE)} GROUP BY 1, 2, 3"""
    return _first_difference("change ≠ lines", _CHANGED_KEY, LINE_MEASURES, lines, moved, scope)


def _orphans(scope: _Scope) -> Break | None:
    """The first value of a loose foreign key that points to nothing. Not limited to the scope: it has no owner."""
    for table, column, target in _LOOSE:
        with connection.cursor() as cursor:
            cursor.execute(
                f"""SELECT t.{column}, count(*) FROM (SELECT {column}, count(*) FROM {table}
                    WHERE {column} IS NOT NULL GROUP BY {column}) t
                    WHERE NOT EXISTS (SELECT FROM {target} r WHERE r.id = t.{column})
                    GROUP BY t.{column} ORDER BY t.{column} LIMIT 1"""
            )
            row = cursor.fetchone()
        if row:
            return Break("orphan", {"table": table, column: row[0]}, target, 1, 0)
    return None


def _first_difference(
    kind: str,
    key: Sequence[str],
    measures: Sequence[str],
    expected: str,
    found: str,
    scope: _Scope,
) -> Break | None:
    """The first key, in order, where the sums of two queries differ in a measure; a missing key counts as zeros."""
    keys = ", ".join(key)
    differ = " OR ".join(f"sum({m}_e) <> sum({m}_f)" for m in measures)
    pairs = ", ".join(f"sum({m}_e)::bigint, sum({m}_f)::bigint" for m in measures)
    as_expected = ", ".join(f"{m} AS {m}_e, 0 AS {m}_f" for m in measures)
    as_found = ", ".join(f"0, {m}" for m in measures)
    query = f"""
        SELECT {keys}, {pairs} FROM (
            SELECT {keys}, {as_expected} FROM ({expected}) e
            UNION ALL SELECT {keys}, {as_found} FROM ({found}) f) both_sides
        GROUP BY {keys} HAVING {differ} ORDER BY {keys} LIMIT 1
        """
    with connection.cursor() as cursor:
        cursor.execute(query, scope.params_of(query))
        row = cursor.fetchone()
    if row is None:
        return None
    figures = row[len(key) :]
    for place, measure in enumerate(measures):
        wanted, got = figures[2 * place], figures[2 * place + 1]
        if wanted != got:
            return Break(kind, dict(zip(key, row, strict=False)), measure, wanted, got)
    return None


def _allow_time() -> None:
    """Proofs read the whole ledger: the time limit of a page's query does not fit them."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
    look_at(_PROVED)
