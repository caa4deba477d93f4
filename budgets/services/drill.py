"""Down the chain from a figure of a run: groups of movements, movements, the lines a movement is made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Case, Count, QuerySet, Sum, Value, When

from billing.choices import Cause
from billing.models import Movement
from budgets.models import BudgetRun
from budgets.services import runs
from budgets.services.cut import Cut, only_one_saw
from core import jalali
from insurers.models import Fund
from organisations.choices import CostElement
from organisations.models import Centre

#: What movements can be grouped and narrowed by: name of the parameter, its title, the column.
GROUPINGS = {
    "cause": ("علت", "cause"),
    "month": ("ماه", "month"),
    "origin": ("ماه اصلی", "origin_month"),
    "centre": ("مرکز", "centre_id"),
    "element": ("عنصر هزینه", "element"),
    "fund": ("صندوق", "fund_id"),
}


@dataclass(frozen=True)
class Group:
    """Movements with one value of the grouping."""

    value: Any
    label: str
    movements: int
    amount: int


@dataclass(frozen=True)
class LineOfMovement:
    """A line that a change wrote (+1) or replaced (−1), with what it adds to the component, in rials.

    `is_delta`: not the line itself but a difference that re-pricing appended to it.
    """

    sign: int
    invoice_id: int
    invoice_number: str
    line_no: int
    code: str
    service: str
    service_on: Any
    asked: int
    value: int | None
    is_current: bool
    is_delta: bool

    @property
    def effect(self) -> int | None:
        """What the line does to the component; None where it has no price."""
        return None if self.value is None else self.sign * self.value


def movements_of(
    run: BudgetRun,
    *,
    region_id: int,
    component: int,
    narrowed: dict[str, Any] | None = None,
    since: BudgetRun | None = None,
) -> QuerySet[Movement]:
    """The movements that make a ledger component of a region in a run, with `value`: what each adds to it.

    With `since` those that only one of the two runs saw, which add up to what `explain_change` says of them; one
    that only `since` saw takes away, and has `is_gone`.
    """
    columns = {GROUPINGS[name][1]: value for name, value in (narrowed or {}).items()}
    cut, value, is_gone = Cut.of_run(run), runs.value_of(component), Value(False)
    found = cut.movements()
    if since:
        came, went = only_one_saw(Cut.of_run(since), cut)
        found = Movement.objects.of_organisation(run.organisation_id).filter(came | went)
        value = Case(When(cut.seen, then=value), default=-value)
        is_gone = Case(When(cut.seen, then=Value(False)), default=Value(True))
    return (
        found.filter(centre__region_id=region_id, category=runs.category_of(component), **columns)
        .annotate(value=value, is_gone=is_gone)
        .exclude(value=0)
    )


def inputs_of(run: BudgetRun, *, name: str, since: BudgetRun | None = None) -> tuple[set[int], set[int]]:
    """Ids of the entered rows a run counted; with `since` those only it counted, and those only `since` counted."""
    counted = set(run.inputs[name]["ids"])
    if since is None:
        return counted, set()
    before = set(since.inputs[name]["ids"])
    return counted - before, before - counted


def groups_of(movements: QuerySet[Movement], grouping: str) -> list[Group]:
    """Sums by the grouping, largest first; months in their order."""
    column = GROUPINGS[grouping][1]
    counted = movements.order_by().values_list(column).annotate(total=Sum("value"), size=Count("pk"))
    rows = sorted(counted, key=lambda row: row[0] if grouping in ("month", "origin") else -abs(row[1]))
    labels = _labels(grouping, [value for value, _, _ in rows])
    return [Group(value, labels.get(value, str(value)), size, total) for value, total, size in rows]


def label_of(grouping: str, value: Any) -> str:
    """The name a row of the drill-down is shown under."""
    return _labels(grouping, [value]).get(value, str(value))


def lines_of(movement: Movement, *, component: int, limit: int, offset: int = 0) -> list[LineOfMovement]:
    """The lines of the movement's change with the movement's key (in the month it comes from), in order."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"{_lines_sql(component)} ORDER BY number, line_no, sign DESC LIMIT %s OFFSET %s",
            [*_line_params(movement), limit, offset],
        )
        return [LineOfMovement(*row) for row in cursor.fetchall()]


def total_of_lines(movement: Movement, *, component: int) -> tuple[int, int]:
    """How many lines the movement is made of, and their sum: equal to the movement's value."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*), coalesce(sum(sign * value), 0)::bigint FROM ({_lines_sql(component)}) l",
            _line_params(movement),
        )
        count, total = cursor.fetchone()
    return int(count), int(total)


def _lines_sql(component: int) -> str:
    """Lines that one change wrote or replaced under one key, and the differences it appended or took back with them.

    The key is that of their invoice as it was when they were its lines.
    """
    _, _, measures = runs.LEDGER_RULES[component]
    what = "l.line_no, l.code, coalesce(s.title, ''), l.service_on, l.asked,"

    def value(alias: str) -> str:
        return " + ".join(f"{alias}.{measure}" for measure in measures)

    def part(sign: int, columns: str, tables: str, change: str, element: str) -> str:
        return f"""
            SELECT {sign} AS sign, i.id, i.number, {columns}
            FROM {tables} JOIN billing_invoice i ON i.id = l.invoice_id
            LEFT JOIN billing_pastinvoice p ON p.invoice_id = l.invoice_id AND p.change_id = l.change_id
            LEFT JOIN tariffs_service s ON s.id = {"d" if "linedelta" in tables else "l"}.service_id
            WHERE {change} = %s AND coalesce(p.centre_id, i.centre_id) = %s AND coalesce(p.month, i.month) = %s
              AND coalesce(p.setting, i.setting) = %s AND coalesce(p.category, i.category) = %s
              AND {element} = %s AND coalesce(p.fund_id, i.fund_id) = %s"""

    def line(sign: int, table: str, change: str, current: str) -> str:
        columns = f"{what} ({value('l')}) AS value, {current}, false"
        return part(sign, columns, f"{table} l", f"l.{change}", "l.element")

    def delta(sign: int, table: str, change: str, current: str) -> str:
        columns = f"{what} ({value('d')}) AS value, {current}, true"
        tables = f"""billing_linedelta d JOIN {table} l ON l.invoice_id = d.invoice_id AND l.line_no = d.line_no
                     AND l.change_id = d.line_change_id"""
        return part(sign, columns, tables, change, "d.element")

    return " UNION ALL ".join(
        (
            line(1, "billing_invoiceline", "change_id", "true"),
            line(1, "billing_pastline", "change_id", "false"),
            line(-1, "billing_pastline", "superseded_by_id", "false"),
            delta(1, "billing_invoiceline", "d.change_id", "true"),
            delta(1, "billing_pastline", "d.change_id", "false"),
            delta(-1, "billing_pastline", "l.superseded_by_id", "false"),
        )
    )


def _line_params(movement: Movement) -> list[Any]:
    key = [movement.centre_id, movement.origin_month, movement.setting, movement.category, movement.element]
    return [movement.change_id, *key, movement.fund_id] * 6


def _labels(grouping: str, values: list[Any]) -> dict[Any, str]:
    if grouping == "cause":
        return dict(Cause.choices)
    if grouping == "element":
        return dict(CostElement.choices)
    if grouping in ("month", "origin"):
        return {value: jalali.month_name(value) for value in values}
    if grouping == "centre":
        return dict(Centre.objects.filter(pk__in=values).values_list("pk", "name"))
    return {
        pk: f"{insurer}، {name}"
        for pk, name, insurer in Fund.objects.filter(pk__in=values).values_list("pk", "name", "insurer__name")
    }
