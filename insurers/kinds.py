"""Coverage as kinds of rates: entered, reviewed and published on the same pages as the tariff."""

from __future__ import annotations

from typing import Any

from django import forms

from core import display
from core.forms import NumberField, PercentBpField, RialField
from core.text import persian_digits
from insurers.choices import Condition, ContractKind, RestPayer, Term
from insurers.models import CoverageRule, Fund, LegalTerm, SupplementaryCover
from insurers.services import contract_coverage
from organisations.choices import Sector
from tariffs.choices import ServiceGroup
from tariffs.fields import choice
from tariffs.kinds import ALL, SETTINGS, RateKind, labels, register

KEY = ("fund", "centre", "service", "setting", "group", "condition")
DIMENSIONS = {
    "setting": choice("نوع مراجعه", SETTINGS),
    "group": choice("گروه خدمت", ServiceGroup.choices),
    "condition": choice("شرط", Condition.choices),
}


def fund(organisation_id: int) -> forms.Field:
    """A select of the organisation's funds."""
    funds = (
        Fund.objects.of_organisation(organisation_id).select_related("insurer").order_by("insurer", "code")
    )
    return FundField(funds, label="صندوق", empty_label="انتخاب کنید")


class FundField(forms.ModelChoiceField):
    """A fund, named with its insurer."""

    default_error_messages = {
        "invalid_choice": "صندوقی با کد «%(value)s» در فهرست صندوق‌ها نیست؛ از همان فهرست برگزینید."
    }

    def label_from_instance(self, obj: Fund) -> str:
        return f"{obj.insurer.name}، {obj.name}"


def subject(rule: Any) -> str:
    dimensions = (rule.get_setting_display(), rule.get_group_display(), rule.get_condition_display())
    if rule.centre_id:
        dimensions = (rule.centre.name, *dimensions)
    if rule.service_id:
        dimensions = (*dimensions, f"{persian_digits(rule.service.code)} {rule.service.title}")
    return f"{rule.fund.insurer.name}، {rule.fund.name}: {labels(*dimensions)}"


def figures_of_rule(rule: CoverageRule) -> str:
    share = f"{display.fixed(rule.share, 0)} از {display.fixed(rule.share_of, 0)}"
    if rule.share_of == 10_000:
        share = f"{display.percent(rule.share)}٪"
    subsidy = f"، فرانشیز پس از یارانه {display.percent(rule.patient_bp)}٪" if rule.is_subsidised else ""
    return (
        f"{share} تعرفهٔ {rule.get_base_sector_display()}{subsidy}، مانده با {rule.get_rest_payer_display()}"
    )


def figures_of_supplement(cover: SupplementaryCover) -> str:
    ceiling = "بی‌سقف" if cover.ceiling is None else f"تا {display.exact(cover.ceiling)} در هر صورتحساب"
    return f"{display.percent(cover.share_bp)}٪ مانده، {ceiling}"


COVERAGE = register(
    RateKind(
        slug="coverage",
        title="قاعدهٔ پوشش",
        model=CoverageRule,
        key=KEY,
        fields={
            "fund": fund,
            **DIMENSIONS,
            "base_sector": choice("تعرفهٔ مبنا", Sector.choices),
            "share": lambda _: NumberField(label="سهم بیمه", help_text="برای درصد: ۹۰٪ یعنی ۹۰ از ۱۰۰."),
            "share_of": lambda _: NumberField(label="از", initial=100),
            "gap_bp": lambda _: PercentBpField(label="سهم بیمه از جزء ترجیحی (درصد)", initial=10_000),
            "patient_bp": lambda _: PercentBpField(label="فرانشیز بیمار (درصد)", initial=0),
            "is_subsidised": lambda _: forms.BooleanField(label="مشمول یارانهٔ سلامت", required=False),
            "rest_payer": choice("پرداخت‌کنندهٔ مانده", RestPayer.choices),
        },
        subject=subject,
        figures=figures_of_rule,
        related=("fund__insurer", "centre", "service"),
        is_coverage=True,
        follow=contract_coverage.follow_law,
    )
)
SUPPLEMENT = register(
    RateKind(
        slug="supplementary",
        title="پوشش تکمیلی",
        model=SupplementaryCover,
        key=KEY,
        fields={
            "fund": fund,
            **DIMENSIONS,
            "share_bp": lambda _: PercentBpField(label="سهم بیمهٔ تکمیلی از مانده (درصد)"),
            "ceiling": lambda _: RialField(
                label="سقف هر صورتحساب", required=False, help_text="خالی یعنی بی‌سقف."
            ),
        },
        subject=subject,
        figures=figures_of_supplement,
        related=("fund__insurer", "centre", "service"),
        is_coverage=True,
        follow=contract_coverage.follow_law,
    )
)
LEGAL = register(
    RateKind(
        slug="legal-terms",
        title="شرط قانونی پرداخت",
        model=LegalTerm,
        key=("term", "kind"),
        fields={
            "term": choice("شرط", Term.choices),
            "kind": choice("نوع بیمه", [ALL, *ContractKind.choices]),
            "value": lambda _: NumberField(label="مقدار", help_text="درصدها به صدم درصد: ۶۰٪ یعنی ۶۰۰۰."),
        },
        subject=lambda term: labels(term.get_term_display(), term.get_kind_display()),
        figures=lambda term: display.fixed(term.value, 0),
        is_coverage=True,
    )
)
