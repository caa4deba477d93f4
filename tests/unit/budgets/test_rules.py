"""Formula 1398-1, on integers and on the columns of a query."""

from django.db.models import F

from budgets import rules


def test_company_patients_count_at_the_approved_amount():
    assert rules.company_services(amount=1_751_040) == 1_751_040


def test_retirees_count_with_what_their_funds_pay():
    assert rules.retiree_income(basic=900_000, supplementary=50_000) == 950_000


def test_free_patients_count_with_the_whole_amount():
    assert rules.free_income(amount=4_445_240) == 4_445_240


def test_the_budget_is_the_sum_of_five_components():
    assert rules.budget(company=1, retiree=20, free=300, company_invoices=4_000, overhead=50_000) == 54_321


def test_a_rule_takes_columns_as_it_takes_integers():
    assert rules.retiree_income(basic=F("basic"), supplementary=F("supplementary")) == F("basic") + F(
        "supplementary"
    )


def test_capitation_for_part_of_a_year_is_rounded_once():
    assert rules.capitation(per_person=1_000, population=72_000, months=12) == 72_000_000
    assert rules.capitation(per_person=1, population=1, months=6) == 1
    assert rules.capitation(per_person=1, population=1, months=5) == 0
