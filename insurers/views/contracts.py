"""Contracts with insurers: the list, and one contract with its life."""

from __future__ import annotations

import datetime as dt
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property

from core import export
from core.filters import misread, whole
from core.history import events_of, newest_first
from core.models import AuditEvent
from core.text import persian_digits
from core.trail import told
from core.views import DetailPage, ListPage
from insurers import agreed
from insurers.choices import CONTRACT_TONES, OVER_EARLY, Awaited, ContractState
from insurers.filters import ContractFilter
from insurers.models import Contract, ContractCentre, ContractTerms
from insurers.services import contract_drafts, contract_rows, contracts
from insurers.terms import terms_of
from organisations.permissions import Permission

S = ContractState
#: Days ahead that the list offers for contracts that end.
AHEAD = (30, 60, 90, 180)
#: What a step is called on its button.
VERBS = {
    S.DRAFT: "بازگشت به پیش‌نویس",
    S.SENT: "ارسال برای امضا",
    S.SIGNED: "ثبت امضا",
    S.NOTIFIED: "ابلاغ به مرکزها",
    S.ACTIVE: "آغاز اجرا",
    S.SUSPENDED: "تعلیق",
    S.ENDED: "خاتمه",
    S.CANCELLED: "لغو",
}
RECENT_EVENTS = 12


def crumbs(*more: tuple[str, str]) -> list[dict[str, str]]:
    """The way to a page of a contract."""
    first = {"label": "قراردادها", "url": reverse("contracts")}
    return [first, *({"label": label, **({"url": url} if url else {})} for label, url in more)]


class Contracts(ListPage):
    """Contracts by state, insurer and end; who is awaited and since when."""

    permission = Permission.CONTRACT_VIEW
    template_name = "insurers/contracts.html"
    context_object_name = "contracts"

    @cached_property
    def filter(self) -> ContractFilter:
        seen = Contract.objects.visible_to(self.request.user).with_names().with_centres_count()
        return ContractFilter(self.request.GET, queryset=seen, request=self.request)

    def get_queryset(self) -> Any:
        return self.filter.qs

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.GET.get("export") == "xlsx":
            return export.xlsx_response(self.get_queryset(), COLUMNS, title="قراردادها")
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user, today = self.request.user, timezone.localdate()
        seen = Contract.objects.visible_to(user)
        context = super().get_context_data(
            breadcrumb=[{"label": "قراردادها"}],
            states=S.choices,
            awaited=Awaited.choices,
            ahead=AHEAD,
            insurers=self.filter.form.fields["insurer"].queryset,
            misread=misread(self.filter.form),
            ending=seen.ending_within(contracts.REMIND_DAYS, today=today).count(),
            remind=contracts.REMIND_DAYS,
            may_edit=user.may(Permission.CONTRACT_EDIT),
            **kwargs,
        )
        context["rows"] = [
            {
                "contract": one,
                "tone": CONTRACT_TONES[one.state],
                "last_on": _last_day(one),
                "left": (one.valid.upper - today).days,
                "begins": _begins(one, today),
                "ends": _ends(one, today),
                "is_near": one.state in (S.ACTIVE, S.SUSPENDED)
                and 0 < (one.valid.upper - today).days <= contracts.REMIND_DAYS,
            }
            for one in context["page_obj"].object_list
        ]
        return context


def _begins(contract: Contract, today: dt.date) -> dt.date | None:
    """The first day of a contract in force that has not come yet."""
    first: dt.date = contract.valid.lower
    return first if contract.state == ContractState.ACTIVE and first > today else None


def _ends(contract: Contract, today: dt.date) -> dt.date | None:
    """The last day of a contract that was ended for a day to come: until then it counts."""
    return _last_day(contract) if contract.state == S.ENDED and contract.valid.upper > today else None


def _days_of(placed: ContractCentre) -> tuple[dt.date | None, dt.date | None]:
    """The day on which a centre joined the contract and its last day there; None where those of the contract."""
    joined, left = placed.joined, placed.left
    return joined and joined.from_on, left and left.from_on - dt.timedelta(days=1)


def _last_day(contract: Contract) -> dt.date:
    return contract.valid.upper - dt.timedelta(days=1)


COLUMNS = (
    export.Column("بیمه‌گر", lambda c: c.insurer.name, 28),
    export.Column("شماره", "number"),
    export.Column("عنوان", "title", 40),
    export.Column("نوع", lambda c: c.get_kind_display()),
    export.Column("از", lambda c: c.valid.lower),
    export.Column("تا پایان", _last_day),
    export.Column("وضعیت", lambda c: c.get_state_display()),
    export.Column("در انتظار", lambda c: c.get_awaits_display()),
    export.Column("از زمان", "awaits_since", 24),
    export.Column("مرکز", "centres_count"),
)


class ContractPage(DetailPage):
    """One contract: what is agreed, where, who waits for whom, files, and what has changed."""

    permission = Permission.CONTRACT_VIEW
    template_name = "insurers/contract.html"
    context_object_name = "contract"

    def get_queryset(self) -> Any:
        return Contract.objects.visible_to(self.request.user).select_related(
            "insurer", "renews", "circular", "entered_by", "signed_by", "activated_by"
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        contract, user = self.object, self.request.user
        today = timezone.localdate()
        inside = bool(user.scope.whole_organisation_ids())
        may_edit, may_audit = user.may(Permission.CONTRACT_EDIT), user.may(Permission.AUDIT_VIEW)
        versions = list(contract.versions.select_related("entered_by", "approved_by").order_by("-number"))
        if not inside:
            versions = [version for version in versions if version.approved_at or version.number == 1]
        shown = self._shown(versions, today)
        centres = contract.covered.select_related("centre__region", "joined", "left").order_by(
            "centre__code", "valid"
        )
        changes = (
            shown.centre_changes.select_related("centre__region").order_by("centre__code") if shown else ()
        )
        if user.scope.membership.centre_id or user.scope.membership.region_id:
            own = {"centre__in": user.scope.centre_ids()}
            centres, changes = centres.filter(**own), changes and changes.filter(**own)
        return super().get_context_data(
            breadcrumb=crumbs((persian_digits(contract.number), "")),
            tone=CONTRACT_TONES[contract.state],
            left=(contract.valid.upper - today).days,
            begins=_begins(contract, today),
            ends=_ends(contract, today),
            last_on=_last_day(contract),
            waits=(timezone.now() - contract.awaits_since).days,
            centres=[(one.centre, *_days_of(one)) for one in centres],
            centre_changes=changes,
            versions=versions,
            version=shown,
            open_version=next((v for v in versions if v.approved_at is None), None),
            is_editing=may_edit and shown is not None and shown.approved_at is None
            and (shown.number > 1 or contract.is_editable),
            wrote_version=shown is not None and contract_rows.worked_on(shown, user),
            **(_agreed(contract, shown, today) if shown else {}),
            steps=contract.steps.select_related("by").order_by("-at", "-pk") if inside else (),
            files=contract.files.select_related("by").order_by("-at", "-pk") if inside else (),
            suspensions=[
                (one.days.lower, one.days.upper - dt.timedelta(days=1) if one.days.upper else None)
                for one in contract.suspensions.order_by("days")
            ],
            renewals=contract.renewals.exclude(state__in=OVER_EARLY) if inside else (),
            told=told(self._events()) if inside and may_audit else (),
            entries=self._history(versions) if inside and not may_audit else (),
            all_events=f"{reverse('audit')}?{urlencode({'kind': Contract._meta.label_lower, 'key': contract.pk})}",
            may_audit=may_audit,
            inside=inside,
            **self._may(may_edit, user),
            **kwargs,
        )  # fmt: skip

    def _shown(self, versions: list[ContractTerms], today: dt.date) -> ContractTerms | None:
        """The version asked for, the open one of a draft, else the one that holds now (or will hold first)."""
        asked = whole(self.request.GET.get("version"))
        for version in versions:
            if version.number == asked:
                return version
        approved = [version for version in versions if version.approved_at]
        held = [version for version in approved if version.from_on <= today]
        return (held or approved[::-1] or versions or [None])[0]

    def _history(self, versions: list[ContractTerms]) -> list[Any]:
        """What became of the head and the versions; saves that changed nothing of them are left out."""
        every = newest_first(events_of(self.object), *(events_of(version) for version in versions))
        return [entry for entry in every if entry.size or entry.tone != "info"]

    def _events(self) -> Any:
        """What people did to head and terms; the steps are told beside it, with their letters."""
        events = AuditEvent.objects.visible_to(self.request.user).of_object(self.object)
        return events.exclude(action__in=contracts.STEP_ACTIONS).newest_first()[:RECENT_EVENTS]

    def _may(self, may_edit: bool, user: Any) -> dict[str, Any]:
        contract = self.object
        approves = user.may(Permission.CONTRACT_APPROVE)
        own = contracts.worked_on_draft(contract, user)
        moves, waiting, ends_waits = [], [], False
        for to in contracts.next_steps(contract, on=timezone.localdate()):
            resumes = contracts.resumes(contract, to)
            second = contracts.is_by_second(contract, to)
            label = "از سرگیری اجرا" if resumes else VERBS[to]
            if not (approves if second else may_edit):
                continue
            if second and own and to in OVER_EARLY:
                ends_waits = True
                continue
            (waiting if second and own else moves).append(
                {
                    "to": to.value,
                    "label": label,
                    "is_quiet": to in contracts.WITH_NOTE,
                }
            )
        runs = contract.state in contracts.RUNNING
        begun = contract.versions.open().exists()
        return {
            "moves": moves,
            "waiting": waiting,
            "ends_waits": ends_waits,
            "may_edit": may_edit,
            "may_draft": may_edit and contract.is_editable,
            "may_amend": may_edit and runs and not begun,
            "may_approve_amendment": approves and runs and begun,
            "may_renew": may_edit and not contract_drafts.why_not_renewed(contract),
        }


def _agreed(contract: Contract, version: ContractTerms, today: dt.date) -> dict[str, Any]:
    """What a version says, on its first day or today where it holds."""
    on = min(max(version.from_on, today), _last_day(contract))
    terms = terms_of(version, kind=contract.kind, organisation_id=contract.organisation_id, on=on)
    covers = version.covers.select_related("fund", "service").order_by(
        "fund", "setting", "group", "condition", "pk"
    )
    return {
        "sentences": agreed.sentences(terms, version),
        "covers": [(one, agreed.cover_subject(one), agreed.cover_text(one, contract.kind)) for one in covers],
        "ceilings": [(one, agreed.ceiling_subject(one)) for one in version.ceilings.order_by("cover", "pk")],
        "documents": version.documents.order_by("setting", "name"),
    }
