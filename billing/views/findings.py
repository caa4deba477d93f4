"""The catalogue of findings with what each rule found, switches of hospitals, and warnings that were passed."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property

from billing.choices import FindingKind, Severity
from billing.forms import ReasonForm, SwitchForm
from billing.models import Finding, FindingPass, FindingRule, FindingSwitch, Invoice
from billing.services import findings
from billing.tasks import check_findings
from core.export import Column, xlsx_response
from core.filters import whole
from core.text import group_digits
from core.views import ActionView, ListPage, PageView
from organisations.models import Centre
from organisations.permissions import Permission

SEVERITY_TONES = {Severity.BLOCK.value: "bad", Severity.WARN.value: "warn", Severity.NOTE.value: "info"}


EXPORTED = (
    Column("کد", lambda row: row["rule"].code),
    Column("قاعده", lambda row: row["rule"].title, 48),
    Column("گروه", lambda row: row["rule"].get_kind_display()),
    Column("شدت", lambda row: row["rule"].get_severity_display()),
    Column("معتبر از", lambda row: row["rule"].valid.lower),
    Column("تا پایان", "last_day"),
    Column("روشن", "is_on"),
    Column("بیمارستان‌های متفاوت", "differing"),
    Column("یافته", "count"),
    Column("باز", "open"),
    Column("صورتحساب", "invoices"),
    Column("مبلغ در خطر (ریال)", "amount"),
    Column("منبع", lambda row: row["rule"].source, 30),
)


def tabs() -> list[dict[str, Any]]:
    return [
        {"label": "قاعده‌ها", "url": reverse("findings")},
        {"label": "هشدارهای ردشده", "url": reverse("finding_passes")},
    ]


class ChosenCentre:
    """Mixin: the hospital that `?centre=` names, of those the user sees."""

    request: HttpRequest

    @cached_property
    def centres(self) -> QuerySet[Centre]:
        return Centre.objects.visible_to(self.request.user).select_related("region").by_code()

    @cached_property
    def centre(self) -> Centre | None:
        """The chosen one; the only one there is; or none."""
        number = whole(self.request.GET.get("centre"))
        if number:
            return self.centres.filter(pk=number).first()
        first = list(self.centres[:2])
        return first[0] if len(first) == 1 else None

    def of_centre(self, found: Any) -> Any:
        return found.filter(centre=self.centre) if self.centre else found


class Findings(ChosenCentre, PageView):
    """The catalogue by kind: severity, days, source, how often and how much, and whether the rule is on."""

    permission = Permission.FINDING_VIEW
    template_name = "billing/findings.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.GET.get("export") == "xlsx":
            place = self.centre.name if self.centre else "همهٔ بیمارستان‌ها"
            return xlsx_response(self.rows, EXPORTED, title=f"یافته‌ها {place}")
        return super().get(request, *args, **kwargs)

    @cached_property
    def rows(self) -> list[dict[str, Any]]:
        counts, switched = self._counts(), self._switched()
        return [
            _row(rule, counts.get(rule.pk, {}), switched, self.centre)
            for rule in FindingRule.objects.in_order()
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rows = self.rows
        return super().get_context_data(
            groups=[
                {"title": FindingKind(kind).label, "rows": [row for row in rows if row["rule"].kind == kind]}
                for kind in dict.fromkeys(row["rule"].kind for row in rows)
            ],
            totals=_totals(rows),
            centre=self.centre,
            centres=self.centres,
            tabs=tabs(),
            breadcrumb=[{"label": "یافته‌ها"}],
            **kwargs,
        )

    def _counts(self) -> dict[int, dict[str, Any]]:
        found = self.of_centre(Finding.objects.visible_to(self.request.user))
        counted = found.values("rule_id").annotate(
            count=Count("pk"), open=Count("pk", filter=Q(is_passed=False)),
            invoices=Count("invoice_id", distinct=True), amount=Sum("amount"),
        )  # fmt: skip
        return {row["rule_id"]: row for row in counted.order_by()}

    def _switched(self) -> dict[str, list[bool]]:
        switches = self.of_centre(FindingSwitch.objects.filter(centre__in=self.centres.values("pk")))
        switched: dict[str, list[bool]] = {}
        for code, is_on in switches.values_list("code", "is_on"):
            switched.setdefault(code, []).append(is_on)
        return switched


def _row(
    rule: FindingRule, counted: dict[str, Any], switched: dict[str, list[bool]], centre: Centre | None
) -> dict[str, Any]:
    """A rule with its figures; of one hospital whether it is on, of several how many differ from the catalogue."""
    own = switched.get(rule.code, [])
    return {
        "rule": rule,
        "tone": SEVERITY_TONES[rule.severity],
        "count": counted.get("count", 0),
        "open": counted.get("open", 0),
        "invoices": counted.get("invoices", 0),
        "amount": counted.get("amount"),
        "is_on": own[0] if centre and own else rule.is_on,
        "differing": sum(is_on != rule.is_on for is_on in own),
        "last_day": rule.valid.upper - dt.timedelta(days=1) if rule.valid.upper else None,
    }


def _totals(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Findings by severity. Rials are not added up: two rules may speak of the same line."""
    return [
        {
            "label": severity.label,
            "tone": SEVERITY_TONES[severity.value],
            "count": sum(row["open"] for row in rows if row["rule"].severity == severity),
        }
        for severity in Severity
    ]


class FindingRulePage(ChosenCentre, ListPage):
    """One rule: what it found, by hospital, and the switches."""

    permission = Permission.FINDING_VIEW
    template_name = "billing/finding_rule.html"
    context_object_name = "found"

    @cached_property
    def rules(self) -> list[FindingRule]:
        rules = list(FindingRule.objects.filter(code=self.kwargs["code"]).order_by("valid"))
        if not rules:
            raise Http404
        return rules

    def get_queryset(self) -> QuerySet[Finding]:
        found = Finding.objects.visible_to(self.request.user).filter(rule__in=self.rules)
        return (
            self.of_centre(found).select_related("invoice", "centre").order_by("is_passed", "-amount", "pk")
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rule = self.rules[-1]
        return super().get_context_data(
            rule=rule,
            rules=self.rules,
            tone=SEVERITY_TONES[rule.severity],
            hospitals=self._hospitals(rule),
            centre=self.centre,
            centres=self.centres,
            switch_form=SwitchForm(centres=self.centres) if self._may_switch() else None,
            breadcrumb=[{"label": "یافته‌ها", "url": reverse("findings")}, {"label": rule.title}],
            **kwargs,
        )

    def _may_switch(self) -> bool:
        return self.request.user.may(Permission.FINDING_SWITCH)

    def _hospitals(self, rule: FindingRule) -> list[dict[str, Any]]:
        """Hospitals where the rule found something or that have a switch of their own."""
        found = Finding.objects.visible_to(self.request.user).filter(rule__in=self.rules).values("centre_id")
        counted = {
            row["centre_id"]: row
            for row in found.annotate(
                count=Count("pk"), passed=Count("pk", filter=Q(is_passed=True)), amount=Sum("amount")
            ).order_by()
        }
        switches = {
            one.centre_id: one for one in FindingSwitch.objects.filter(code=rule.code).select_related("by")
        }
        shown = self.centres.filter(pk__in={*counted, *switches})
        nothing = {"count": 0, "passed": 0, "amount": None}
        return [
            {
                "centre": centre,
                "switch": switches.get(centre.pk),
                "is_on": switches[centre.pk].is_on if centre.pk in switches else rule.is_on,
                **counted.get(centre.pk, nothing),
            }
            for centre in shown
        ]


class FindingSwitched(ChosenCentre, ActionView):
    """Turn a rule on or off for chosen hospitals."""

    permission = Permission.FINDING_SWITCH

    def act(self, request: HttpRequest, **kwargs: Any) -> str:
        sent = SwitchForm(request.POST, centres=self.centres).sent()
        chosen = list(sent["centres"])
        findings.switch(
            code=kwargs["code"], centres=chosen, is_on=sent["is_on"], reason=sent["reason"],
            by=request.user, at=timezone.now(),
        )  # fmt: skip
        for centre in chosen:
            check_findings.delay(centre.pk)
        word = "روشن" if sent["is_on"] else "خاموش"
        return f"قاعده برای {group_digits(len(chosen))} بیمارستان {word} شد؛ صورتحساب‌های آن‌ها دوباره بررسی می‌شوند."

    def get_success_url(self) -> str:
        return reverse("finding_rule", args=[self.kwargs["code"]])


class FindingPasses(ChosenCentre, ListPage):
    """Warnings that were passed, with the reason; how many by person and by rule."""

    permission = Permission.FINDING_VIEW
    template_name = "billing/finding_passes.html"
    context_object_name = "passes"

    def get_queryset(self) -> QuerySet[FindingPass]:
        passes = self.of_centre(FindingPass.objects.visible_to(self.request.user))
        return (
            self._narrowed(passes)
            .select_related("rule", "by", "centre", "invoice", "withdrawn_by")
            .order_by("-at", "-pk")
        )

    def _narrowed(self, passes: Any) -> Any:
        query = self.request.GET
        if by := whole(query.get("by")):
            passes = passes.filter(by_id=by)
        if code := query.get("rule", ""):
            passes = passes.filter(rule__code=code)
        return passes

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        standing = self.of_centre(FindingPass.objects.visible_to(self.request.user)).standing()
        counts = {
            "count": Count("pk"),
            "invoices": Count("invoice_id", distinct=True),
            "amount": Sum("amount"),
        }
        return super().get_context_data(
            by_person=standing.values("by_id", "by__username", "centre__name")
            .annotate(**counts)
            .order_by("-count"),
            by_rule=standing.values("rule__code", "rule__title").annotate(**counts).order_by("-count"),
            centre=self.centre,
            centres=self.centres,
            tabs=tabs(),
            breadcrumb=[{"label": "یافته‌ها", "url": reverse("findings")}, {"label": "هشدارهای ردشده"}],
            **kwargs,
        )


class FindingPassed(ActionView):
    """Pass warnings of an invoice with a reason."""

    permission = Permission.FINDING_PASS

    @cached_property
    def invoice(self) -> Invoice:
        seen = Invoice.objects.visible_to(self.request.user).select_related("centre__region")
        return get_object_or_404(seen, pk=self.kwargs["pk"])

    def act(self, request: HttpRequest, **kwargs: Any) -> str:
        invoice = self.invoice
        sent = ReasonForm(request.POST).sent()
        passed = findings.pass_warnings(
            invoice=invoice, keys=request.POST.getlist("finding"), reason=sent["reason"],
            by=request.user, at=timezone.now(),
        )  # fmt: skip
        return f"{group_digits(len(passed))} هشدار با دلیل رد شد."

    def get_success_url(self) -> str:
        return f"{reverse('invoice', args=[self.invoice.pk])}#findings"


class FindingPassWithdrawn(ActionView):
    """Take a pass back."""

    permission = Permission.FINDING_PASS

    @cached_property
    def passed(self) -> FindingPass:
        seen = FindingPass.objects.visible_to(self.request.user).select_related("centre__region", "rule")
        return get_object_or_404(seen, pk=self.kwargs["pk"])

    def act(self, request: HttpRequest, **kwargs: Any) -> str:
        findings.withdraw(passed=self.passed, by=request.user, at=timezone.now())
        return "رد این هشدار پس گرفته شد؛ هشدار دوباره باز است."

    def get_success_url(self) -> str:
        return f"{reverse('invoice', args=[self.passed.invoice_id])}#findings"
