"""Parties and their agreements, and whose person everybody is."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone

from budgets import forms
from budgets.models import Agreement, Beneficiary, Party
from budgets.querysets import SYNTHETIC_WORD
from budgets.services import inputs, parties, retirees
from budgets.services.parties import MembersLoaded
from budgets.views.accounts import CRUMB, way
from core import export, jalali
from core.batches import Batch, answer
from core.outcomes import Outcome
from core.text import ascii_digits, clean, persian_digits
from core.views import ActionView, FormPage, ListPage
from organisations.permissions import Permission


class EnteringPage(FormPage):
    """A form of this section on the shared template."""

    abstract = True
    permission = Permission.ACCOUNT_EDIT
    template_name = "budgets/form.html"
    title = ""
    submit = "ثبت"
    note = ""
    back = "agreements"
    #: What is said once it is kept; pages whose own result speaks leave it empty.
    done = ""

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"user": self.request.user}

    def get_success_url(self) -> str:
        return reverse(self.back)

    def form_valid(self, form: Any) -> HttpResponse:
        there = super().form_valid(form)
        if self.done and not form.errors:
            messages.success(self.request, self.done)
        return there

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        facts = {
            "title": self.title, "submit": self.submit, "note": self.note, "cancel_url": self.get_success_url(),
            "breadcrumb": way((self.title, "")),
        }  # fmt: skip
        return super().get_context_data(**(facts | kwargs))


class Agreements(ListPage):
    """Agreements of the organisation's parties, those that wait for approval first; companies beside them."""

    permission = Permission.ACCOUNT_VIEW
    template_name = "budgets/agreements.html"
    context_object_name = "rows"

    def get_queryset(self) -> Any:
        found = Agreement.objects.visible_to(self.request.user).for_list()
        return found.order_by("-status", "-valid", "provider__code", "pk")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = self.request.user
        return super().get_context_data(
            breadcrumb=way(("توافق‌ها", "")),
            companies=Party.objects.visible_to(user).filter(region=None).by_code(),
            may_edit=user.may(Permission.ACCOUNT_EDIT),
            may_approve=user.may(Permission.ACCOUNT_APPROVE),
            today=timezone.localdate(),
            **kwargs,
        )


class EnterAgreement(EnteringPage):
    form_class = forms.AgreementForm
    title, submit = "توافق تازه", "ثبت برای تأیید"

    def get_form_kwargs(self) -> dict[str, Any]:
        parties.ensure_regions(self.request.user.scope.organisation_id)
        return super().get_form_kwargs()

    def act(self, form: Any) -> None:
        parties.enter_agreement(**form.cleaned_data, by=self.request.user, at=timezone.now())
        messages.success(self.request, "توافق ثبت شد؛ پس از تأیید همکار دیگر در حساب می‌آید.")


class OnAgreement(ActionView):
    """An action on one agreement in the user's scope."""

    abstract = True

    def row(self) -> Agreement:
        return get_object_or_404(Agreement.objects.visible_to(self.request.user), pk=self.kwargs["pk"])

    def get_success_url(self) -> str:
        return reverse("agreements")


class ApproveAgreement(OnAgreement):
    permission = Permission.ACCOUNT_APPROVE

    def act(self, request: Any, **kwargs: Any) -> str:
        parties.approve_agreement(self.row(), by=request.user, at=timezone.now())
        return "توافق تأیید شد؛ از محاسبهٔ بعدی در حساب می‌آید."


class WithdrawAgreement(OnAgreement):
    permission = Permission.ACCOUNT_EDIT

    def act(self, request: Any, **kwargs: Any) -> str:
        inputs.withdraw(self.row(), by=request.user, at=timezone.now())
        return "پیش‌نویس حذف شد."


class EndAgreement(EnteringPage):
    permission = Permission.ACCOUNT_APPROVE
    form_class = forms.EndForm
    title, submit = "نزدیک‌کردن پایان توافق", "ثبت پایان"

    def agreement(self) -> Agreement:
        return get_object_or_404(Agreement.objects.visible_to(self.request.user), pk=self.kwargs["pk"])

    def act(self, form: Any) -> None:
        last_on = form.cleaned_data["last_on"]
        parties.end_agreement(self.agreement(), last_on=last_on, by=self.request.user, at=timezone.now())

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        row = self.agreement()
        said = f"{row.provider.name} و {row.recipient.name}، توافق {persian_digits(row.document_no)}"
        return super().get_context_data(note=said, **kwargs)


class AddCompany(EnteringPage):
    form_class = forms.CompanyForm
    title = "شرکت تازه"
    note = "شرکتی که افرادش در مراکز مناطق درمان می‌شوند و هزینهٔ آنان را می‌پردازد."

    def act(self, form: Any) -> None:
        organisation = self.request.user.scope.membership.organisation
        parties.add_company(
            **form.cleaned_data, organisation=organisation, by=self.request.user, at=timezone.now()
        )


# ---------------------------------------------------------------- people


class Members(ListPage):
    """Whose person everybody is, by personnel number."""

    permission = Permission.ACCOUNT_VIEW
    template_name = "budgets/members.html"
    context_object_name = "rows"

    def get_queryset(self) -> Any:
        found = Beneficiary.objects.visible_to(self.request.user).for_list()
        words = ascii_digits(clean(self.request.GET.get("q", "")))
        if words.isdecimal() and len(words) < 16:
            return found.filter(personnel_no=int(words))
        return found.filter(party__name__icontains=words) if words else found

    def get(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        if request.GET.get("export") == "xlsx":
            columns = (
                export.Column("شماره پرسنلی", lambda b: str(b.personnel_no)),
                export.Column("ردیف خانواده", lambda b: "" if b.relation_no is None else str(b.relation_no)),
                export.Column("کد", lambda b: b.party.code), export.Column("نام", lambda b: b.party.name, 28),
                export.Column("از تاریخ", lambda b: jalali.text(b.valid.lower)), export.Column("منبع", "source", 40),
            )  # fmt: skip
            rows, title = self.get_queryset()[: export.LIMIT], "عضویت بیمه‌شدگان"
            made_up = self.get_queryset().filter(source__contains=SYNTHETIC_WORD).exists()
            notes = export.file_notes(as_of=timezone.now(), source=title, inputs=made_up)
            return export.xlsx_response(rows, columns, title=title, notes=notes)
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        may_edit = self.request.user.may(Permission.ACCOUNT_EDIT)
        return super().get_context_data(breadcrumb=way(("عضویت", "")), may_edit=may_edit, **kwargs)


class EnterMember(EnteringPage):
    form_class = forms.MemberForm
    title, back = "عضویت یک نفر", "members"

    def get_initial(self) -> dict[str, Any]:
        query = self.request.GET
        return {name: query.get(name, "") for name in ("personnel_no", "relation_no")}

    def act(self, form: Any) -> None:
        facts, user = form.cleaned_data, self.request.user
        organisation = user.scope.membership.organisation
        row = facts | {"party": facts["party"].code, "since": jalali.text(facts["since"])}
        members, faults = parties.member_rows([row], organisation=organisation)
        loaded = parties.load_members(
            members, organisation=organisation, source=facts["source"], by=user, at=timezone.now()
        )
        say(self.request, loaded)
        for outcome in refused_of(loaded, faults):
            messages.error(self.request, persian_digits(outcome.text))


class LoadMembers(EnteringPage):
    """A list as CSV or Excel, or a retirees' file that tells each person's region; each refused row says why."""

    form_class = forms.UploadForm
    title, submit, back = "بارگذاری فهرست عضویت", "بارگذاری", "members"
    note = (
        "اکسل یا CSV با ستون‌های «شمارهٔ پرسنلی»، «ردیف خانواده» (خالی: همهٔ خانواده)، «کد» (کد منطقه یا شرکت) و "
        "«از تاریخ»؛ یا فایل XML حساب بازنشسته که «ValidCenter» هر کس را می‌گوید. بارگذاری دوباره چیزی را عوض نمی‌کند."
    )

    def act(self, form: Any) -> None:
        file, user = form.cleaned_data["file"], self.request.user
        facts = {"organisation": user.scope.membership.organisation, "by": user, "at": timezone.now()}
        if file.name.lower().endswith(".xml"):
            loaded, faults = retirees.learn_members(file.read(), name=file.name, **facts), []
        else:
            rows = parties.rows_of_list(file, name=file.name)
            members, faults = parties.member_rows(rows, organisation=facts["organisation"])
            loaded = parties.load_members(members, source=file.name[:200], **facts)
        self.refused = refused_of(loaded, faults)
        say(self.request, loaded)

    def form_valid(self, form: Any) -> HttpResponse:
        there = super().form_valid(form)
        refused = getattr(self, "refused", [])
        if not refused or form.errors:
            return there
        crumb = [CRUMB | {"url": reverse("accounts")}, {"label": "عضویت", "url": reverse("members")}]
        batch = Batch(thing="سطر", done="ثبت", back_url=reverse("members"), breadcrumb=crumb)
        return answer(self.request, refused, batch)


def say(request: Any, loaded: MembersLoaded) -> None:
    """How many rows did what."""
    said = f"{loaded.new} عضویت تازه، {loaded.moved} جابه‌جایی و {loaded.same} بی‌تغییر."
    messages.success(request, persian_digits(said))


def refused_of(loaded: MembersLoaded, faults: list[tuple[int, str]]) -> list[Outcome]:
    """The rows that were not stored, each with its reason, in the order of the list."""
    return [
        Outcome(name=persian_digits(number), is_done=False, text=reason)
        for number, reason in sorted([*loaded.refused, *faults])
    ]
