"""The sections of the system in the order people look for them; each shows only to roles that may open it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from organisations.permissions import Permission, Role


@dataclass(frozen=True)
class Item:
    label: str
    url_name: str
    icon: str
    permission: Permission


P = Permission
MENU: tuple[tuple[str, tuple[Item, ...]], ...] = (
    (
        "",
        (
            Item("نمای کلی", "headquarters", "dashboard", P.DASHBOARD_VIEW),
            Item("شاخص کاهش فرانشیز", "indicator", "chart", P.DASHBOARD_VIEW),
            Item("درمان مستقیم و غیرمستقیم", "treatment", "branch", P.DASHBOARD_VIEW),
        ),
    ),
    (
        "تولید صورتحساب",
        (
            Item("میز کار", "worklists", "trace", P.WORKLIST_VIEW),
            Item("کامل‌بودن ثبت", "completeness", "visit", P.COMPLETENESS_VIEW),
            Item("صورتحساب‌ها", "invoices", "invoice", P.INVOICE_VIEW),
            Item("یافته‌ها", "findings", "flag", P.FINDING_VIEW),
            Item("ورود صورتحساب", "desk", "edit", P.INVOICE_EDIT),
            Item("محموله‌ها", "deliveries", "delivery", P.DELIVERY_VIEW),
            Item("بستن ماه", "periods", "lock", P.PERIOD_VIEW),
            Item("تعرفه‌ها", "tariffs", "tariff", P.TARIFF_VIEW),
            Item("بخشنامه‌ها", "circulars", "book", P.TARIFF_VIEW),
            Item("بازقیمت‌گذاری", "repricings", "refresh", P.REPRICING_VIEW),
            Item("قراردادها", "contracts", "contract", P.CONTRACT_VIEW),
            Item("پوشش بیمه", "coverage", "check", P.COVERAGE_VIEW),
            Item("ماشین حساب تعرفه", "calculator", "settings", P.PRICE_PREVIEW),
        ),
    ),
    (
        "بیمه‌گرها",
        (
            Item("مطالبه‌ها", "claims", "send", P.CLAIM_VIEW),
            Item("حواله‌ها", "remittances", "download", P.REMITTANCE_VIEW),
            Item("پول بی‌تطبیق", "remittances_open", "warning", P.REMITTANCE_VIEW),
            Item("حساب بانک", "bank", "home", P.BANK_VIEW),
            Item("تراز چهار رقم", "tie_outs", "balance", P.TIE_OUT_VIEW),
            Item("اعتراض‌ها", "objections", "scissors", P.CLAIM_VIEW),
            Item("ارسال به‌موقع", "timeliness", "clock", P.TIMELINESS_VIEW),
            Item("کدهای ناشناخته", "unknown_codes", "unpriced", P.UNKNOWN_CODE_VIEW),
            Item("شورای هماهنگی", "councils", "calendar", P.COUNCIL_VIEW),
            Item("آزمودن API", "api_try", "flask", P.CLAIM_VIEW),
            Item("سامانه‌های بیمه‌گرها", "api_clients", "external", P.API_CLIENT_MANAGE),
            Item("وب‌هوک‌ها", "webhooks", "bell", P.API_CLIENT_MANAGE),
        ),
    ),
    (
        "بودجه",
        (
            Item("بودجهٔ مناطق", "budget_runs", "coins", P.BUDGET_VIEW),
            Item("ورودی‌های بودجه", "budget_inputs_all", "table", P.BUDGET_VIEW),
            Item("حساب‌های متقابل", "accounts", "report", P.ACCOUNT_VIEW),
            Item("حساب بازنشسته", "retiree_accounts", "user", P.RETIREE_FILE_VIEW),
        ),
    ),
    (
        "سازمان",
        (
            Item("منطقه‌ها", "regions", "region", P.ORGANISATION_VIEW),
            Item("مرکزها", "centres", "hospital", P.ORGANISATION_VIEW),
        ),
    ),
    (
        "سامانه",
        (
            Item("کارها", "jobs", "fix", P.JOB_VIEW),
            Item("کاربران", "users", "people", P.USER_VIEW),
            Item("رویدادها", "audit", "history", P.AUDIT_VIEW),
            Item("گالری رابط", "gallery", "copy", P.GALLERY_VIEW),
        ),
    ),
)


def menu_of(user: Any) -> list[tuple[str, list[Item]]]:
    """Sections with the items the user may open; sections that would be empty are left out."""
    groups = [(title, [item for item in items if user.may(item.permission)]) for title, items in MENU]
    return [(title, items) for title, items in groups if items]


def landing(user: Any) -> str:
    """Where the user starts: the work of the day for a hospital, else the first page that the role opens."""
    if user.role == Role.HOSPITAL:
        return reverse("worklists")
    groups = menu_of(user)
    return reverse(groups[0][1][0].url_name) if groups else reverse("account")
