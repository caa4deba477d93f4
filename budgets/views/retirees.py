"""Account files of retirees: by month and region, what was written, what was refused, and reading a file."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property

from budgets import forms
from budgets.choices import RetireeRecord
from budgets.models import RetireeFile
from budgets.services import retirees
from budgets.views.agreements import EnteringPage
from core import export, jalali
from core.errors import InvalidInput
from core.filters import RememberedFilters, unit_of, whole
from core.views import ActionView, DetailPage, PageView
from organisations.models import Region
from organisations.permissions import Permission

CRUMB = {"label": "حساب بازنشسته"}


def way(*labels: str) -> list[dict[str, str]]:
    return [CRUMB | {"url": reverse("retiree_accounts")}, *({"label": label} for label in labels)]


class Retirees(RememberedFilters, PageView):
    """Regions of a month: what the invoices say, what the newest files hold, and every file that was made."""

    permission = Permission.RETIREE_FILE_VIEW
    template_name = "budgets/retirees.html"
    remembers = ("unit",)

    @cached_property
    def months(self) -> list[int]:
        return retirees.months(self.request.user)

    @cached_property
    def month(self) -> int | None:
        asked = whole(self.request.GET.get("month"))
        return asked if asked in self.months else next(iter(self.months), None)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = self.request.user
        rows = retirees.by_region(user, self.month) if self.month else []
        history = RetireeFile.objects.visible_to(user).for_list()
        return super().get_context_data(
            breadcrumb=[CRUMB],
            months=[(m, jalali.month_name(m)) for m in self.months],
            month=self.month,
            rows=rows,
            total={
                "invoices": sum(r.invoices for r in rows), "amount": sum(r.amount for r in rows),
                "written": sum(r.written for r in rows), "refused": sum(r.refused for r in rows),
            },
            history=history.filter(month=self.month)[:100] if self.month else [],
            kinds=RetireeRecord.choices,
            may_make=user.may(Permission.RETIREE_FILE_MAKE),
            unit=unit_of(self.request),
            **kwargs,
        )  # fmt: skip


class Make(ActionView):
    """Make the files of a region and month."""

    permission = Permission.RETIREE_FILE_MAKE

    def act(self, request: Any, region: int, month: int, **kwargs: Any) -> str:
        found = get_object_or_404(
            Region.objects.visible_to(request.user).select_related("organisation"), pk=region
        )
        made = retirees.make_files(region=found, month=month, by=request.user, at=timezone.now())
        if not made:
            raise InvalidInput(
                "در این ماه صورتحساب بازنشسته‌ای در این منطقه نیست؛ ماه یا منطقهٔ دیگری برگزینید."
            )
        return "فایل‌ها ساخته شد؛ اگر چیزی عوض نشده بود، همان فایل پیشین ماند."

    def get_success_url(self) -> str:
        return f"{reverse('retiree_accounts')}?month={self.kwargs['month']}"


class OneFile(DetailPage):
    """A file with its control totals and what could not be written."""

    permission = Permission.RETIREE_FILE_VIEW
    template_name = "budgets/retiree_file.html"
    context_object_name = "file"
    queryset = RetireeFile.objects.select_related("region", "by")

    def refusals(self) -> Any:
        return self.object.refusals.select_related("invoice__patient").order_by("reason", "-amount", "pk")

    def get(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        if request.GET.get("export") == "xlsx":
            self.object = self.get_object()
            columns = (
                export.Column("صورتحساب", lambda r: r.invoice.number, 28),
                export.Column("بیمار", lambda r: str(r.invoice.patient), 28),
                export.Column("مبلغ", "amount", 22), export.Column("علت", "reason", 80),
            )  # fmt: skip
            return export.xlsx_response(self.refusals(), columns, title=f"ردشده {self.object.file_name}")
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        newer = RetireeFile.objects.filter(
            region=self.object.region_id,
            month=self.object.month,
            kind=self.object.kind,
            version__gt=self.object.version,
        )
        return super().get_context_data(
            breadcrumb=way(self.object.file_name),
            refusals=self.refusals()[:500],
            is_newest=not newer.exists(),
            unit=unit_of(self.request),
            **kwargs,
        )


class Download(DetailPage):
    """The file itself, byte for byte as it was made."""

    permission = Permission.RETIREE_FILE_VIEW
    queryset = RetireeFile.objects.select_related("region")

    def render_to_response(self, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        answer = HttpResponse(self.object.content.encode(), content_type="application/xml; charset=utf-8")
        answer["Content-Disposition"] = f'attachment; filename="{self.object.file_name}"'
        return answer


class Read(EnteringPage):
    """Read a file: its kind and control totals, and whether we made it just so."""

    permission = Permission.RETIREE_FILE_VIEW
    form_class = forms.UploadForm
    template_name = "budgets/retiree_read.html"
    title, submit, back = "بررسی فایل حساب بازنشسته", "بررسی", "retiree_accounts"

    def form_valid(self, form: Any) -> Any:
        try:
            found = retirees.read_file(
                form.cleaned_data["file"].read(), organisation_id=self.request.user.scope.organisation_id
            )
        except InvalidInput as refusal:
            form.add_error("file", refusal.sentence)
            return self.form_invalid(form)
        label = RetireeRecord(found.kind).label
        own = found.own if found.own and self._sees(found.own) else None
        return self.render_to_response(self.get_context_data(form=form, found=found, label=label, own=own))

    def _sees(self, file: RetireeFile) -> bool:
        return RetireeFile.objects.visible_to(self.request.user).filter(pk=file.pk).exists()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**({"breadcrumb": way(self.title)} | kwargs))
