"""The gallery of the interface (`/ui/`): every component with ordinary and awkward contents."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.db.backends.postgresql.psycopg_any import DateRange
from django.views.generic import TemplateView

HUGE = 9_223_372_036_854_775_807
AMOUNTS = (
    ("معمولی", 4_445_240),
    ("صفر", 0),
    ("منفی", -38_120_000),
    ("کوچک", 950),
    ("بسیار بزرگ", HUGE),
    ("بدون تعرفه", None),
)
LONG_NAME = "بیمارستان فوق‌تخصصی و مرکز آموزشی درمانی شهید دکتر محمدحسین بهشتی صنعت نفت جزیرهٔ خارک"
DAY = dt.date(2025, 10, 4)
MOMENT = dt.datetime(2025, 11, 10, 22, 40, tzinfo=dt.UTC)
REGIONS = ("تهران", "اهواز", "آبادان", "بوشهر", "مسجدسلیمان", LONG_NAME)
BUDGET = {
    "categories": list(REGIONS),
    "series": [
        {"name": "بیماران شرکتی", "values": [9_800, 8_100, 5_200, 4_900, 2_400, 90]},
        {"name": "بازنشستگان", "values": [5_100, 3_300, 2_800, 1_100, 1_400, 40]},
        {"name": "بیماران آزاد", "values": [1_200, 1_900, 1_400, 1_600, 700, 0]},
        {"name": "طب صنعتی و بهداشت محیط", "values": [700, 1_100, 800, 1_200, 300, 5]},
        {"name": "سرباری مراکز تکلیفی", "values": [400, 1_000, 1_100, 1_900, 1_300, 2]},
    ],
}
WATERFALL = {
    "start": {"label": "پریشب", "value": 83_904_495_000_000},
    "steps": [
        {"label": "صورتحساب تازه", "value": 402_310_000_000},
        {"label": "اصلاح", "value": -38_120_000_000},
        {"label": "تعرفه", "value": 96_400_000_000},
        {"label": "کسورات", "value": -171_902_000_000},
        {"label": "وصول اعتراض", "value": 23_720_000_000},
    ],
    "end": {"label": "دیشب", "value": 84_216_903_000_000},
}
MONTHS = ("فروردین", "اردیبهشت", "خرداد", "تیر", "مرداد", "شهریور", "مهر")
INDICATOR = {
    "categories": list(MONTHS),
    "target": 1_000,
    "series": [
        {"name": "۱۴۰۴", "values": [1_021, 1_008, 990, 978, 961, 950, 945]},
        {"name": "۱۴۰۳", "values": [1_110, 1_120, 1_105, 1_098, 1_111, 1_099, 1_103]},
    ],
}
BULLETS = {
    "items": [
        {"label": "بیمارستان مرکزی", "value": 857, "target": 1_000, "previous": 991},
        {"label": "بیمارستان بزرگ نفت", "value": 1_013, "target": 1_000, "previous": 1_162},
        {"label": LONG_NAME, "value": 1_224, "target": 1_000, "previous": 1_209},
    ]
}
TRACE = (
    {
        "sentence": "جزء حرفه‌ای: 3٫8 واحد × 1٬011٬000",
        "source": "ضریب تمام‌وقت، بستری؛ تصویب‌نامهٔ 1403",
        "amount": 3_841_800,
        "confidence": "ثانویه",
    },
    {
        "sentence": "اتاق عمل: 40٪ × 3٫8 × 397٬000",
        "source": "جزء فنی کتاب صفر است؛ قاعدهٔ 40٪",
        "amount": 603_440,
        "confidence": "رسمی",
    },
    {"sentence": "درصد عمل: نخستین عمل", "source": "یک ناحیه، یک جراح", "shown": "100٪", "kind": "factor"},
    {"sentence": "مصوب", "amount": 4_445_240, "kind": "total"},
)
CHIPS = (
    {"name": "region", "label": "منطقه", "value": "اهواز"},
    {"name": "year", "label": "سال", "value": "۱۴۰۴"},
)
WAY = (
    "بهداشت و درمان صنعت نفت",
    "منطقهٔ مسجدسلیمان",
    "بیمارستان امام خمینی",
    "صورتحساب ۰۰۷۱۲۸",
    "سطر ۲",
    "ردپا",
)


class SampleForm(forms.Form):
    name = forms.CharField(label="نام قرارداد", initial="قرارداد تکمیلی ۱۴۰۴")
    starts_on = forms.DateField(label="آغاز اعتبار", help_text="روز نخست در بازه هست.")
    ceiling = forms.IntegerField(label="سقف پوشش", widget=forms.TextInput, initial=250_000_000)
    insurer = forms.ChoiceField(label="بیمه‌گر", choices=[("1", "تأمین اجتماعی"), ("2", "سلامت")])
    note = forms.CharField(label="توضیح", widget=forms.Textarea(attrs={"rows": 2}), required=False)
    agreed = forms.BooleanField(label="نرخ‌ها با تعرفهٔ ابلاغی سنجیده شد")


def _in_rials(series: Any) -> list[dict[str, Any]]:
    """Series written above in thousand million rials."""
    return [{**one, "values": [value * 1_000_000_000 for value in one["values"]]} for one in series]


def sample_jobs() -> list[SimpleNamespace]:
    """A job in each of its states."""
    states = (
        ("waiting", "در صف", 0, 0, ""),
        ("running", "در حال اجرا", 412_000, 1_000_000, "نرخ‌گذاری سطرها"),
        ("succeeded", "انجام شد", 1_000_000, 1_000_000, "۱٬۰۰۰٬۰۰۰ سطر ذخیره شد"),
        ("failed", "ناموفق", 120, 1_000, ""),
    )
    return [
        SimpleNamespace(
            state=state,
            get_state_display=label,
            progress=progress,
            total=total,
            message=message,
            error="ستون «کد خدمت» در پرونده نیست." if state == "failed" else "",
            percent=100 if state == "succeeded" else progress * 100 // total if total else 0,
            is_over=state in ("succeeded", "failed"),
            started_at=None if state == "waiting" else MOMENT,
            finished_at=MOMENT if state in ("succeeded", "failed") else None,
        )
        for state, label, progress, total, message in states
    ]


def sample_rows() -> list[dict[str, Any]]:
    """Rows with a short and a very long name, a zero, a credit and a line without a tariff."""
    names = ("بیمارستان مرکزی", "امام خمینی", "بیمارستان بزرگ نفت", LONG_NAME)
    figures = ((1_902_441_000_000, 163_009), (0, 0), (-72_005_000, -8), (None, None))
    return [
        {"name": name, "amount": amount, "count": count, "trend": [9 + i, 8, 9, 7 + i, 6, 6 - i]}
        for i, (name, (amount, count)) in enumerate(zip(names, figures, strict=True))
    ]


def sample_context() -> dict[str, Any]:
    """Everything the gallery shows."""
    wrong = SampleForm({"name": "", "starts_on": "۱۴۰۴/۱۳/۰۱", "ceiling": "1250000", "insurer": "1"})
    return {
        "amounts": AMOUNTS,
        "long_name": LONG_NAME,
        "day": DAY,
        "days": DateRange(DAY, None),
        "moment_at": MOMENT,
        "month_key": 140307,
        "deltas": (312_408_000_000, -38_120_000_000, 0, None),
        "confidences": ("رسمی", "ثانویه", "فرضی", "ساختگی"),
        "tones": ("good", "info", "warn", "bad", "accent", "mute"),
        "budget_chart": {**BUDGET, "series": _in_rials(BUDGET["series"])},
        "waterfall_chart": WATERFALL,
        "line_chart": INDICATOR,
        "bullet_chart": BULLETS,
        "trace_steps": TRACE,
        "jobs": sample_jobs(),
        "rows": sample_rows(),
        "page": Paginator(range(1, 1_235), 50).page(7),
        "form": SampleForm(),
        "wrong_form": wrong,
        "chips": CHIPS,
        "trust": [
            {"text": "داده تا ۲۰ آبان ۱۴۰۴، ۰۲:۱۰", "tone": "good"},
            {"text": "۲ بیمارستان مهر را نفرستاده‌اند", "tone": "warn", "url": "#"},
            {"text": "دفتر برابر نیست", "tone": "bad", "url": "#"},
        ],
        "breadcrumb": [{"label": label, "url": "#"} for label in WAY],
        "tab_items": [
            {"label": "سطرها", "url": "#", "count": 12, "current": True},
            {"label": "یافته‌ها", "url": "#", "count": 1, "current": False},
            {"label": "تاریخچه", "url": "#", "current": False},
        ],
    }  # fmt: skip


class GalleryView(TemplateView):
    template_name = "core/gallery.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | sample_context()
