"""The tariff calculator: what a service costs on a day and who pays, and why; nothing is stored."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from django.utils import timezone

from billing.calculator import Answer, Result, calculate
from billing.calculator_forms import ItemForm, QuestionForm, situations_of
from billing.pricelist import newest_priced_day
from core.views import PageView
from organisations.choices import PhysicianStatus, Sector, Setting
from organisations.permissions import Permission

MOST_ROWS = 100
ROW = re.compile(r"line-(\d{1,4})-\w+")


class Calculator(PageView):
    """The whole state is in the URL, so that a calculation can be sent to a colleague."""

    permission = Permission.PRICE_PREVIEW
    template_name = "billing/calculator.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        query = self.request.GET
        is_asked = "service_on" in query
        form = QuestionForm(query if is_asked else None, user=self.request.user, initial=self._initial())
        rows = self._rows()
        context = {
            "breadcrumb": [{"label": "ماشین حساب تعرفه"}],
            "form": form,
            "rows": rows,
            "result": None,
            "newest_day": self._newest(form, is_asked),
        }
        if is_asked and not {"add", "remove"} & query.keys():
            context["result"] = self._result(form, rows)
        return super().get_context_data(**context, **kwargs)

    def _initial(self) -> dict[str, Any]:
        """An officer's own hospital, on the newest day that has a tariff; `?day=today` opens on today."""
        member = self.request.user.scope.membership
        centre = member.centre if member else None
        sector = centre.sector if centre else Sector.PUBLIC
        return {
            "service_on": self._day(sector),
            "setting": Setting.INPATIENT,
            "sector": sector,
            "grade": centre.grade if centre else 1,
            "condition": 1,
            "physician_status": PhysicianStatus.OTHER,
        }

    def _newest(self, form: QuestionForm, is_asked: bool) -> dt.date | None:
        """The day the form opens on, where that is not today and nobody chose it."""
        day: dt.date = form.initial["service_on"]
        return None if is_asked or day == timezone.localdate() else day

    def _day(self, sector: int) -> dt.date:
        today = timezone.localdate()
        if self.request.GET.get("day") == "today":
            return today
        return newest_priced_day(self.request.user, sector=sector, today=today)

    def _rows(self) -> list[ItemForm]:
        """A form for each line of the URL, without the one removed, with a fresh one where asked for."""
        query, organisation_id = self.request.GET, self.request.user.scope.organisation_id
        common = {"organisation_id": organisation_id, "situations": situations_of(organisation_id)}
        found = sorted({int(m[1]) for m in map(ROW.fullmatch, query) if m})[:MOST_ROWS]
        kept = [n for n in found if str(n) != query.get("remove")]
        rows = [ItemForm(query, number=n, **common) for n in kept]
        if (not rows or "add" in query) and len(rows) < MOST_ROWS:
            fresh = max(found, default=-1) + 1
            rows.append(ItemForm(number=fresh, is_fresh="add" in query, **common))
        return rows

    def _result(self, form: QuestionForm, rows: list[ItemForm]) -> dict[str, Any] | None:
        filled = [row for row in rows if row.is_bound and row.has_changed()]
        valid = [row.is_valid() for row in filled]
        if not form.is_valid() or not all(valid):
            return None
        if not filled:
            form.add_error(None, "دست‌کم یک خدمت بنویسید.")
            return None
        question = form.question([row.item() for row in filled])
        return shown(calculate(question, organisation_id=self.request.user.scope.organisation_id))


def shown(result: Result) -> dict[str, Any]:
    """A result as the page draws it."""
    return {
        "answers": [
            {"answer": one, "steps": trace_steps(one), "is_priced": one.amount is not None}
            for one in result.answers
        ],
        "totals": result.totals,
        "unpriced": result.unpriced,
        "synthetic": result.synthetic,
    }


def trace_steps(answer: Answer) -> list[dict[str, Any]]:
    """The steps of the price, its total, then who pays; the last payer is what is left."""
    if answer.trace is None:
        return []
    steps = [{**vars(s), "confidence": s.trust, "kind": "step"} for s in answer.trace.price]
    total = {"sentence": "قیمت", "amount": answer.amount, "kind": "total"}
    payers = [
        {**vars(s), "confidence": s.trust, "kind": "rest" if s.kind == "patient" else "step"}
        for s in answer.trace.shares
    ]
    return [*steps, total, *payers]
