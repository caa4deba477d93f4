"""Tags of the interface, rendered: what is read on the page, and what must never be read there."""

import datetime as dt

import pytest
from django import forms
from django.core.paginator import Paginator
from django.db.backends.postgresql.psycopg_any import DateRange
from django.template import Context, Template
from django.test import RequestFactory
from django.utils.html import strip_tags

from core import display, gallery
from core.templatetags import ui

HUGE = 2**63 - 1


@pytest.fixture(autouse=True)
def _plain_static_files(settings):
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


def shown(source: str, query: str = "", **context: object) -> str:
    request = RequestFactory().get(f"/list/{query}")
    return Template("{% load ui %}" + source).render(Context({"request": request, **context}))


# ---------------------------------------------------------------- amounts


def test_rials_are_grouped_with_persian_digits_and_keep_the_exact_value():
    html = shown("{% rial a %}", a=4_445_240)
    assert ">۴٬۴۴۵٬۲۴۰<" in html
    assert 'value="4445240"' in html
    assert 'title="۴٬۴۴۵٬۲۴۰ ریال"' in html


def test_an_amount_without_a_tariff_is_said_and_never_zero():
    html = shown("{% rial a %}", a=None)
    assert "بدون تعرفه" in html
    assert "۰" not in html


def test_zero_is_zero():
    assert ">۰<" in shown("{% rial a %}", a=0)


def test_the_minus_sign_stands_before_the_digits_in_a_left_to_right_box():
    html = shown("{% rial a %}", a=-38_120)
    assert ">\u2212۳۸٬۱۲۰<" in html
    assert 'class="num num-negative"' in html


def test_million_rials_are_rounded_half_away_from_zero_and_the_title_is_exact():
    assert [display.rials(a, "million") for a in (1_500_000, 1_499_999, -1_500_000)] == ["۲", "۱", "\u2212۲"]
    assert 'title="۱٬۵۰۰٬۰۰۰ ریال"' in shown('{% rial a unit="million" %}', a=1_500_000)


def test_a_small_amount_in_millions_is_not_shown_as_zero():
    assert display.rials(950, "million") == "≈۰"
    assert display.rials(950_000, "million", 2) == "۰٫۹۵"
    assert display.rials(0, "million") == "۰"


def test_the_largest_amount_is_exact_to_the_rial():
    assert ">۹٬۲۲۳٬۳۷۲٬۰۳۶٬۸۵۴٬۷۷۵٬۸۰۷<" in shown("{% rial a %}", a=HUGE)


def test_text_in_a_badge_is_escaped():
    assert "<b>" not in shown("{% badge text %}", text="<b>")


# ---------------------------------------------------------------- ratios and changes


def test_the_printed_indicator_of_the_university_is_cut_and_the_exact_ratio_is_kept():
    cut = shown('{% ratio n d 1 "cut" %}', n=6_691_110, d=70_769_425)
    assert ">۹٫۴<" in cut
    assert "۶٬۶۹۱٬۱۱۰ ÷ ۷۰٬۷۶۹٬۴۲۵" in cut
    assert ">۹٫۵<" in shown("{% ratio n d 1 %}", n=6_691_110, d=70_769_425)


@pytest.mark.parametrize(("n", "d"), [(1, 0), (None, 5), (1, None)])
def test_a_ratio_without_a_base_is_a_dash(n, d):
    assert "—" in shown("{% ratio n d %}", n=n, d=d)


def test_basis_points_are_shown_as_percent():
    assert [display.percent(945), display.percent(60), display.percent(1000, 1)] == ["۹٫۴۵", "۰٫۶۰", "۱۰٫۰"]
    assert display.percent(-158) == "\u2212۱٫۵۸"


def test_a_change_says_its_direction_in_words_sign_and_colour():
    fall = shown('{% delta -158 unit="bp" good="down" %}')
    assert "delta-good" in fall
    assert "کاهش" in fall
    assert "\u2212۱٫۵۸" in fall
    rise = shown('{% delta 158 unit="bp" good="down" %}')
    assert "delta-bad" in rise
    assert "افزایش" in rise


def test_no_change_has_no_sign():
    html = shown("{% delta 0 %}")
    assert "بی‌تغییر" in html
    assert "+" not in html


# ---------------------------------------------------------------- days, months, digits


def test_a_day_is_read_in_jalali_and_kept_in_gregorian():
    day = dt.date(2025, 10, 4)
    assert 'datetime="2025-10-04">۱۴۰۴/۰۷/۱۲<' in shown("{% jalali day %}", day=day)
    assert "۱۲ مهر ۱۴۰۴" in shown('{% jalali day "long" %}', day=day)
    assert ">مهر ۱۴۰۴<" in shown('{% jalali day "month" %}', day=day)
    assert "—" in shown("{% jalali day %}", day=None)


def test_a_moment_is_read_in_local_time(settings):
    settings.TIME_ZONE = "Asia/Tehran"
    late = dt.datetime(2025, 11, 10, 22, 40, tzinfo=dt.UTC)
    assert "۲۰ آبان ۱۴۰۴، ۰۲:۱۰" in shown("{% moment at %}", at=late)


def test_a_month_key_has_a_name():
    assert shown("{% month key %}", key=140307) == "مهر ۱۴۰۳"


def test_thousandths_lose_their_trailing_zeros():
    assert [display.milli(v) for v in (3800, 1000, 0, 12_345, -500)] == [
        "۳٫۸",
        "۱",
        "۰",
        "۱۲٫۳۴۵",
        "\u2212۰٫۵",
    ]


def test_nothing_stays_nothing():
    assert shown("{{ v|fa }}", v=None) == ""


@pytest.mark.parametrize(
    ("word", "tone"), [("رسمی", "good"), ("ثانویه", "info"), ("فرضی", "warn"), ("ساختگی", "bad")]
)
def test_each_confidence_has_its_word_and_tone(word, tone):
    html = shown("{% confidence row %}", row={"confidence": word})
    assert word in html
    assert f"badge-{tone}" in html


# ---------------------------------------------------------------- drawings


def test_shares_meet_exactly_and_fill_the_bar():
    parts = ui.share_bar(71_220_400, 12_037_000, 8_024_600, 9_028_000)["parts"]
    edges = [(part["x"], part["width"]) for part in parts]
    assert edges == [("29.00%", "71.00%"), ("17.00%", "12.00%"), ("9.00%", "8.00%"), ("0.00%", "9.00%")]


def test_the_organisation_is_drawn_only_where_it_pays():
    assert [p["label"] for p in ui.share_bar(90, 0, 0, 10)["parts"]][-1] == "بیمار"
    last = ui.share_bar(90, 0, 0, 0, employer=10)["parts"][-1]
    assert (last["label"], last["x"], last["width"]) == ("سازمان", "0.00%", "10.00%")


def test_a_bill_of_nothing_draws_an_empty_bar():
    assert 'width="0.00%"' in shown("{% share_bar 0 0 0 0 %}")


def test_a_bullet_grows_from_the_right():
    bar = ui.bullet(945, 1000, 2000)
    assert (bar["x"], bar["width"], bar["mark"]) == ("52.75%", "47.25%", "50.00%")


def test_a_sparkline_starts_at_the_right_and_one_point_is_no_line():
    points = ui.sparkline([1, 2, 3])["points"].split()
    assert [int(point.split(",")[0]) for point in points] == [69, 36, 3]
    assert "—" in shown("{% sparkline values %}", values=[5])


def test_a_chart_carries_its_data_and_the_same_figures_as_a_table():
    html = shown('{% chart "waterfall" data id="change" title="تغییر" %}', data=gallery.WATERFALL)
    assert 'data-chart-source="change-data"' in html
    assert '<script id="change-data" type="application/json">' in html
    assert "\u2212۱۷۱٬۹۰۲" in html


# ---------------------------------------------------------------- the state of the URL


def test_the_query_keeps_what_is_not_changed():
    assert shown("{% querystring_with page=2 %}", "?region=3&page=1") == "?region=3&amp;page=2"
    assert shown("{% querystring_with region=None %}", "?region=3") == "?"


def test_a_sorted_column_turns_its_order_and_returns_to_the_first_page():
    html = shown('{% sort_header "cost" "هزینه" %}', "?sort=cost&page=4&year=1404")
    assert 'aria-sort="ascending"' in html
    assert 'href="?sort=-cost&amp;year=1404"' in html


def test_a_numeric_column_starts_with_the_largest():
    html = shown('{% sort_header "cost" "هزینه" numeric=True %}')
    assert 'href="?sort=-cost"' in html
    assert 'aria-sort="none"' in html


def test_pages_keep_the_filter():
    html = shown("{% pagination page %}", "?year=1404", page=Paginator(range(500), 50).page(2))
    assert 'href="?year=1404&amp;page=3"' in html
    assert "۵۱" in html
    assert "۵۰۰" in html


def test_a_filter_in_force_can_be_taken_off():
    chips = [{"name": "region", "label": "منطقه", "value": "اهواز"}]
    html = shown("{% filter_bar chips=chips %}{% endfilter_bar %}", "?region=3&year=1404&page=9", chips=chips)
    assert 'href="?year=1404"' in html


# ---------------------------------------------------------------- forms and work


class Amounts(forms.Form):
    ceiling = forms.IntegerField(label="سقف", help_text="ریال")
    starts_on = forms.DateField(label="آغاز")


def test_a_field_names_its_help_and_its_error():
    html = shown('{% field form.ceiling kind="money" %}', form=Amounts({"ceiling": "x"}))
    assert 'aria-describedby="id_ceiling_help id_ceiling_error"' in html
    assert 'aria-invalid="true"' in html
    assert "data-money" in html
    assert 'id="id_ceiling_error"' in html


PICK = (
    '{% filter_bar %}{% pick "منطقه" "region" %}<option value="">همه</option><option value="3">اهواز</option>'
    '{% endpick %}{% pick_day "در تاریخ" "on" %}{% endfilter_bar %}'
)


@pytest.mark.parametrize(
    ("query", "labels"),
    [
        ("", []),
        ("?region=&on=", []),
        ("?region=3&on=۱۴۰۴/۰۷/۱۲", []),
        ("?region=4&on=1404/07/12", ["منطقه"]),
        ('?region=3" selected&on=abc', ["منطقه", "در تاریخ"]),
    ],
)
def test_what_a_filter_bar_does_not_offer_is_told_below_it(query, labels):
    html = shown(PICK, query)
    assert ("پالایه‌ای فهمیده نشد" in html) == bool(labels)
    for label in ("منطقه", "در تاریخ"):
        assert (f"«{label}»" in html) == (label in labels)


def test_a_filter_form_says_itself_what_it_read():
    class Places(forms.Form):
        region = forms.IntegerField(required=False)

    class Bar:
        form = Places({"region": "4"})

    assert "فهمیده نشد" not in shown(PICK, "?region=4", filter=Bar())
    Bar.form = Places({"region": "x"})
    assert "«منطقه»" in shown(PICK, "?region=x", filter=Bar(), misread=["منطقه"])


def test_parameters_that_are_no_filter_of_the_bar_stay():
    html = shown("{% filter_bar kept=kept %}{% endfilter_bar %}", kept={"since": 3})
    assert '<input type="hidden" name="since" value="3">' in html


def test_a_date_field_gets_the_picker_by_itself():
    assert "data-jdp" in shown("{% field form.starts_on %}", form=Amounts())


@pytest.mark.parametrize("job", gallery.sample_jobs(), ids=lambda job: job.state)
def test_only_work_under_way_asks_again(job):
    html = shown('{% job_progress job "/job/1/" %}', job=job)
    assert ("hx-get" in html) is not job.is_over


def test_a_trace_ends_in_its_total():
    html = shown("{% trace steps %}", steps=gallery.TRACE)
    assert html.index("trace-total") > html.index("۶۰۳٬۴۴۰")
    assert "۴٬۴۴۵٬۲۴۰" in html


def test_the_gallery_shows_every_tag():
    shown_there = Template("").engine.get_template("core/gallery.html").source
    leaves_used_inside_others = {"icon", "figure", "bullet", "breadcrumb", "trust", "querystring_with"}
    missing = {
        name
        for name in ui.register.tags
        if f"{{% {name} " not in shown_there and f"{{% {name} %" not in shown_there
    }
    assert missing <= leaves_used_inside_others


# ---------------------------------------------------------------- validity and identifiers


@pytest.mark.parametrize(
    ("lower", "upper", "read"),
    [
        (dt.date(2024, 3, 20), dt.date(2025, 3, 21), "۱۴۰۳/۰۱/۰۱ تا پیش از ۱۴۰۴/۰۱/۰۱"),
        (dt.date(2024, 3, 20), None, "از ۱۴۰۳/۰۱/۰۱ به بعد"),
        (None, dt.date(2025, 3, 21), "تا پیش از ۱۴۰۴/۰۱/۰۱"),
        (None, None, "—"),
    ],
)
def test_a_range_without_an_end_says_so(lower, upper, read):
    days = DateRange(lower, upper)
    assert strip_tags(shown("{% validity days %}", days=days)) == read


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("1403/07/01", "۱۴۰۳/۰۷/۰۱"),
        ("K-77", "K-77"),
        ("فایل march12.csv با 3 سطر", "فایل march12.csv با ۳ سطر"),
        ("خط 12", "خط ۱۲"),
        (101, "۱۰۱"),
        (None, ""),
    ],
)
def test_identifiers_with_latin_letters_keep_their_digits(text, read):
    assert ui.fa(text) == read
