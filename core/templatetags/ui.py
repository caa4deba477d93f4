"""Tags of the interface: leaves that print a figure, wrappers that frame content, links that keep the URL's state.

Every tag is shown in the gallery (`/ui/`). Templates never format digits, amounts or dates themselves.
"""

from __future__ import annotations

import datetime as dt
import zlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from django import forms, template
from django.core.paginator import Page
from django.forms import BoundField
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils.html import escape, format_html, strip_tags
from django.utils.safestring import SafeString

from core import display, jalali, jobs
from core.filters import reading_of
from core.models import Job
from core.text import as_written

register = template.Library()

#: Tone of each confidence of a rate; colour is always beside the word.
CONFIDENCE_TONES = {"رسمی": "good", "ثانویه": "info", "فرضی": "warn", "ساختگی": "bad"}
#: Order, name and colour (`--series-n`) of the payers of a bill.
PAYERS = (
    ("basic", "بیمهٔ پایه", 1),
    ("supplementary", "بیمهٔ تکمیلی", 2),
    ("subsidy", "یارانه", 3),
    ("patient", "بیمار", 4),
    ("employer", "سازمان", 6),
)
JOB_TONES = {"waiting": "info", "running": "info", "succeeded": "good", "failed": "bad"}
MESSAGE_ICONS = {"success": "check", "error": "error", "warning": "warning", "info": "info", "debug": "info"}
SPARK_WIDTH, SPARK_HEIGHT, SPARK_PAD = 72, 20, 3


# ---------------------------------------------------------------- leaves


@register.filter
def fa(value: object) -> str:
    """Any text with Persian digits; words with Latin letters (codes, names of files) stay as they are written."""
    return "" if value is None else as_written(value)


@register.filter
def apart(value: object) -> str:
    """Left to right within Persian text, where no style sheet does it: numbers with dashes on paper."""
    return f"\u2066{value}\u2069"


@register.filter
def jalali_text(date: dt.date | None) -> str:
    """A day as people type it, ۱۴۰۴/۰۷/۱۲, for addresses and placeholders."""
    return "" if date is None else jalali.text(date)


@register.filter
def milli(value: int | None) -> str:
    """Thousandths of a unit: 3800 is ۳٫۸."""
    return display.NOTHING if value is None else display.milli(value)


@register.simple_tag
def rial(amount: int | None, unit: display.Unit = "rial", digits: int = 0) -> SafeString:
    """An amount in rials or million rials; the title has the exact rials. None is «بدون تعرفه», never zero."""
    if amount is None:
        return badge("بدون تعرفه", "bad", "unpriced")
    return format_html(
        '<data class="num{}" value="{}" title="{}">{}</data>',
        " num-zero" if amount == 0 else " num-negative" if amount < 0 else "",
        str(amount),
        display.exact(amount),
        display.rials(amount, unit, digits),
    )


@register.simple_tag
def number(n: int | None) -> SafeString:
    """A count with thousands marks."""
    if n is None:
        return format_html('<span class="nothing">{}</span>', display.NOTHING)
    return format_html('<data class="num" value="{}">{}</data>', str(n), display.fixed(n, 0))


@register.simple_tag
def percent_bp(bp: int | None, digits: int = 2) -> SafeString:
    """Basis points as percent: 945 is ۹٫۴۵٪."""
    return _percent(display.NOTHING if bp is None else display.percent(bp, digits), "")


@register.simple_tag
def ratio(num: int | None, den: int | None, digits: int = 2, mode: display.Mode = "half_up") -> SafeString:
    """`num ÷ den` as percent; the title has both amounts, so the exact ratio is never lost."""
    title = f"{display.fixed(num, 0)} ÷ {display.fixed(den, 0)}" if num is not None and den else ""
    return _percent(display.ratio(num, den, digits, mode), title)


def _percent(text: str, title: str) -> SafeString:
    if text == display.NOTHING:
        return format_html('<span class="nothing">{}</span>', text)
    return format_html(
        '<span class="percent" title="{}"><span class="num">{}</span><small>٪</small></span>', title, text
    )


@register.simple_tag(name="jalali")
def jalali_day(date: dt.date | None, style: display.Style = "short") -> SafeString:
    """A day in Jalali: short ۱۴۰۴/۰۷/۱۲, long «۱۲ مهر ۱۴۰۴», month «مهر ۱۴۰۴»."""
    if date is None:
        return format_html('<span class="nothing">{}</span>', display.NOTHING)
    css = "date num" if style == "short" else "date"
    return format_html(
        '<time class="{}" datetime="{}">{}</time>', css, date.isoformat(), display.day(date, style)
    )


@register.simple_tag
def validity(days: Any) -> SafeString:
    """A half-open range of days: «۱۴۰۳/۰۱/۰۱ تا پیش از ۱۴۰۴/۰۱/۰۱», or «از ۱۴۰۳/۰۱/۰۱ به بعد» while it has no end."""
    if days is None or (days.lower is None and days.upper is None):
        return format_html('<span class="nothing">{}</span>', display.NOTHING)
    if days.upper is None:
        return format_html('<span class="validity">از {} به بعد</span>', jalali_day(days.lower))
    if days.lower is None:
        return format_html('<span class="validity">تا پیش از {}</span>', jalali_day(days.upper))
    first, end = jalali_day(days.lower), jalali_day(days.upper)
    return format_html('<span class="validity">{} تا پیش از {}</span>', first, end)


@register.simple_tag
def month(key: int | None) -> str:
    """«مهر ۱۴۰۳» for the month key 140307."""
    return display.NOTHING if key is None else jalali.month_name(int(key))


@register.simple_tag
def moment(at: dt.datetime | None) -> SafeString:
    """A moment in Tehran's time: «۲۰ آبان ۱۴۰۴، ۰۲:۱۰»."""
    if at is None:
        return format_html('<span class="nothing">{}</span>', display.NOTHING)
    return format_html('<time class="date" datetime="{}">{}</time>', at.isoformat(), display.moment(at))


@register.simple_tag
def delta(amount: int | None, unit: str = "rial", good: str = "up", digits: int = 0) -> SafeString:
    """A change with its sign, an arrow and a colour. `unit`: rial, million, number, or bp (percentage points).

    `good` says which direction is welcome: "up", "down" or "none".
    """
    if amount is None:
        return format_html('<span class="nothing">{}</span>', display.NOTHING)
    way = "up" if amount > 0 else "down" if amount < 0 else "flat"
    tone = "mute" if way == "flat" or good == "none" else "good" if way == good else "bad"
    if unit == "bp":
        text = display.percent(abs(amount), digits or 2)
    elif unit == "number":
        text = display.fixed(abs(amount), 0)
    else:
        text = display.rials(abs(amount), "million" if unit == "million" else "rial", digits)
    title = display.exact(amount) if unit in display.UNIT_NAMES else ""
    return format_html(
        '<span class="delta delta-{}" title="{}">{}<span class="sr-only">{}</span>'
        '<span class="num">{}{}</span></span>',
        tone,
        title,
        icon(way),
        {"up": "افزایش ", "down": "کاهش ", "flat": "بی‌تغییر "}[way],
        {"up": "+", "down": "\u2212", "flat": ""}[way],
        text,
    )


@register.simple_tag
def badge(text: object, tone: str = "mute", icon_name: str = "") -> SafeString:
    """A small label; `tone` is good, warn, bad, info, accent or mute."""
    return format_html(
        '<span class="badge badge-{}">{}{}</span>', tone, icon(icon_name) if icon_name else "", fa(text)
    )


@register.simple_tag
def confidence(row: Any) -> SafeString:
    """How far a rate can be trusted: «رسمی», «ثانویه», «فرضی» or «ساختگی». Takes a row or the word itself."""
    word = row.get_confidence_display() if hasattr(row, "get_confidence_display") else field_or_self(row)
    return format_html(
        '<span class="confidence">{}</span>', badge(word, CONFIDENCE_TONES.get(str(word), "mute"))
    )


def field_or_self(row: Any) -> object:
    """The confidence of a mapping, or the label of a choice, or the text as given."""
    value = row.get("confidence", "") if isinstance(row, Mapping) else row
    return getattr(value, "label", value)


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """A glyph of `static/icons.svg`; decorative unless it has a label."""
    if not label:
        return format_html(
            '<svg class="icon" aria-hidden="true" focusable="false"><use href="{}#{}"/></svg>',
            static("icons.svg"),
            name,
        )
    return format_html(
        '<svg class="icon" role="img" aria-label="{}"><use href="{}#{}"/></svg>',
        label,
        static("icons.svg"),
        name,
    )


@register.filter
def split_words(text: str) -> list[str]:
    """The words of a text, for a loop over a short fixed list."""
    return text.split()


@register.filter
def message_icon(level: str) -> str:
    """The glyph of a message's level."""
    return MESSAGE_ICONS.get(level, "info")


@register.filter
def job_tone(state: str) -> str:
    """The tone of a job's state."""
    return JOB_TONES.get(str(state), "mute")


# ---------------------------------------------------------------- small drawings


def _span(part: int, whole: int) -> str:
    """`part ÷ whole` as an SVG length; integers only, so neighbours meet exactly."""
    hundredths = display.scaled(max(0, min(part, whole)) * 10_000, whole) if whole > 0 else 0
    return f"{hundredths // 100}.{hundredths % 100:02}%"


@register.inclusion_tag("components/share_bar.html")
def share_bar(
    basic: int = 0,
    supplementary: int = 0,
    subsidy: int = 0,
    patient: int = 0,
    unit: str = "rial",
    legend: bool = True,
    employer: int = 0,
) -> dict[str, Any]:
    """Who pays a bill: basic insurer, supplementary, subsidy and patient, in rials, drawn from right to left.

    The organisation, which takes the rest of its own people's bills, is shown where it pays.
    """
    amounts = dict(
        zip((key for key, *_ in PAYERS), (basic, supplementary, subsidy, patient, employer), strict=True)
    )
    total, before, parts = sum(amounts.values()), 0, []
    for key, label, place in PAYERS:
        amount = amounts[key]
        if key == "employer" and not amount:
            continue
        after = before + max(amount, 0)
        parts.append(
            {
                "place": place,
                "label": label,
                "amount": amount,
                "x": _span(total - after, total),
                "width": _span(after - before, total),
                "middle": _span(2 * total - before - after, 2 * total),
                "shown": display.ratio(amount, total, 0),
                "wide": total > 0 and amount * 14 >= total,
            }
        )
        before = after
    return {"parts": parts, "total": total, "unit": unit, "legend": legend}


@register.inclusion_tag("components/bullet.html")
def bullet(
    value: int, target: int | None = None, full: int = 10_000, tone: str = "accent", label: str = ""
) -> dict[str, Any]:
    """A bar of `value` out of `full` with a mark at `target`; all three in the same unit."""
    return {
        "x": _span(full - min(value, full), full),
        "width": _span(value, full),
        "mark": None if target is None else _span(full - min(target, full), full),
        "tone": tone,
        "label": label,
    }


@register.inclusion_tag("components/sparkline.html")
def sparkline(values: Sequence[int | None], tone: str = "accent", label: str = "روند") -> dict[str, Any]:
    """A small line of numbers, the oldest at the right as Persian is read, a dot on the newest."""
    known = [(place, value) for place, value in enumerate(values) if value is not None]
    if len(known) < 2:
        return {"points": "", "label": label}
    low, high = min(v for _, v in known), max(v for _, v in known)
    width, height = SPARK_WIDTH - 2 * SPARK_PAD, SPARK_HEIGHT - 2 * SPARK_PAD
    steps, spread = max(len(values) - 1, 1), (high - low) or 1
    points = [
        (SPARK_PAD + width - width * place // steps, SPARK_PAD + height - height * (value - low) // spread)
        for place, value in known
    ]
    return {
        "points": " ".join(f"{x},{y}" for x, y in points),
        "last": points[-1],
        "width": SPARK_WIDTH,
        "height": SPARK_HEIGHT,
        "tone": tone,
        "label": label,
    }


@register.inclusion_tag("components/chart.html")
def chart(
    kind: str, data: Mapping[str, Any], id: str, title: str, unit: str = "million", size: str = "medium"
) -> dict[str, Any]:
    """A chart and the same figures as a table. `unit`: million or rial (values in rials), bp, or number.

    stacked-bar, line  {"categories": […], "series": [{"name", "values": […]}], "links": […], "target": n}
    waterfall          {"start": {"label", "value"}, "steps": [{"label", "value", "url"}], "end": {"label", "value"}}
    bullet             {"items": [{"label", "value", "target", "previous", "url"}]}
    """
    head, rows = CHART_TABLES[kind](data)
    return {
        "kind": kind,
        "data": data,
        "id": id,
        "source": f"{id}-data",
        "title": title,
        "unit": unit,
        "size": size,
        "head": head,
        "rows": rows,
    }


def _series_table(data: Mapping[str, Any]) -> tuple[list[str], list[dict[str, Any]]]:
    columns = [series["values"] for series in data["series"]]
    rows = [
        {"label": label, "figures": [column[place] for column in columns]}
        for place, label in enumerate(data["categories"])
    ]
    return [series["name"] for series in data["series"]], rows


def _waterfall_table(data: Mapping[str, Any]) -> tuple[list[str], list[dict[str, Any]]]:
    bars = [data["start"], *data["steps"], data["end"]]
    return ["مبلغ"], [{"label": bar["label"], "figures": [bar["value"]]} for bar in bars]


def _bullet_table(data: Mapping[str, Any]) -> tuple[list[str], list[dict[str, Any]]]:
    columns = ("value", "target", "previous")
    rows = [{"label": item["label"], "figures": [item.get(c) for c in columns]} for item in data["items"]]
    return ["مقدار", "هدف", "پیشین"], rows


CHART_TABLES = {
    "stacked-bar": _series_table,
    "line": _series_table,
    "waterfall": _waterfall_table,
    "bullet": _bullet_table,
}


@register.simple_tag
def figure(value: int | None, unit: str = "rial", digits: int = 0) -> SafeString:
    """A figure whose unit is only known by name: rial, million, bp or number."""
    if unit == "bp":
        return percent_bp(value, digits or 2)
    return number(value) if unit == "number" or value is None else rial(value, unit, digits)


# ---------------------------------------------------------------- wrappers


@register.simple_block_tag
def card(
    content: str,
    title: str = "",
    link: str = "",
    link_text: str = "همه",
    note: str = "",
    css: str = "",
    level: int = 2,
) -> str:
    """A framed section with a heading and, where it leads somewhere, a link."""
    return render_to_string("components/card.html", {**locals()})


@register.simple_block_tag
def tile(
    content: str,
    title: str,
    definition: str = "",
    as_of: Any = None,
    link: str = "",
    value_bp: int | None = None,
    target_bp: int | None = None,
    full_bp: int = 10_000,
    tone: str = "accent",
    unit_text: str = "",
    note: str = "",
) -> str:
    """One figure: what it measures, as of when, against which target, and where its rows are."""
    is_long = len(strip_tags(content).split("\n")[0].strip().split(" ")[0]) > 12
    hint_id = f"hint-{zlib.crc32(title.encode()):x}"
    return render_to_string("components/tile.html", {**locals()})


@register.simple_block_tag
def table(content: str, caption: str = "", css: str = "", box: str = "") -> str:
    """A table in its own scrolling box; the caption is read aloud and shown only in print."""
    return render_to_string("components/table.html", {**locals()})


@register.simple_block_tag
def notice(content: str, tone: str = "info", title: str = "", link: str = "", link_text: str = "دیدن") -> str:
    """A sentence that needs attention; tone is good, info, warn or bad."""
    glyph = {"good": "check", "warn": "warning", "bad": "error"}.get(tone, "info")
    return render_to_string("components/notice.html", {**locals()})


@register.simple_block_tag
def dialog(content: str, id: str, title: str) -> str:
    """A native dialog; a button with `data-dialog="id"` opens it."""
    return render_to_string("components/dialog.html", {**locals()})


@register.simple_block_tag
def facts(content: str, css: str = "") -> SafeString:
    """A list of labelled facts; fill it with {% fact %}."""
    return format_html('<dl class="facts {}">{}</dl>', css, content)


@register.simple_block_tag
def fact(content: str, label: str) -> SafeString:
    """One labelled fact."""
    return format_html("<div><dt>{}</dt><dd>{}</dd></div>", label, content)


@register.simple_block_tag(takes_context=True)
def filter_bar(
    context: template.Context,
    content: str,
    chips: Iterable[Mapping[str, Any]] = (),
    kept: Mapping[str, Any] | None = None,
) -> str:
    """A GET form whose state is the URL; `chips` ({name, label, value}) are the filters in force.

    `kept` are parameters that stay when a filter of the bar changes. Below it stands which filters of the address could
    not be read: those the picks of the bar do not offer, and the labels in the page's `misread`.
    """
    request = context["request"]
    shown = [{**chip, "remove": _query(context, **{chip["name"]: None, "page": None})} for chip in chips]
    in_force = {chip["name"] for chip in shown}
    unread = [label for name, label in reading_of(request).unread.items() if name not in in_force]
    misread = dict.fromkeys([*(context.get("misread") or ()), *unread])
    facts = {"content": content, "chips": shown, "kept": kept or {}, "misread": list(misread)}
    return render_to_string("components/filter_bar.html", facts | {"sort": request.GET.get("sort", "")})


@register.simple_block_tag(takes_context=True)
def pick(context: template.Context, content: str, label: str, name: str) -> SafeString:
    """A filter chip around a native select; the content is its options. What they do not offer was not read."""
    given = context["request"].GET.get(name, "")
    is_read = _read(context, name, label, is_read=not given or f'value="{escape(given)}"' in content)
    on = " is-on" if given and is_read else ""
    return format_html(
        '<label class="chip{}"><span>{}</span><select name="{}">{}</select></label>', on, label, name, content
    )


@register.simple_tag(takes_context=True)
def pick_day(context: template.Context, label: str, name: str, placeholder: str = "همه") -> SafeString:
    """A filter chip for a day; what is no day was not read."""
    given = context["request"].GET.get(name, "")
    _read(context, name, label, is_read=not given or jalali.read(given) is not None)
    return format_html(
        '<label class="chip"><span>{}</span><input name="{}" value="{}" data-jdp inputmode="numeric" '
        'autocomplete="off" placeholder="{}"></label>',
        label, name, given, placeholder,
    )  # fmt: skip


def _read(context: template.Context, name: str, label: str, *, is_read: bool) -> bool:
    """Whether a filter was read, which the filter form of the page says itself; kept for the notice of the bar."""
    form = getattr(context.get("filter"), "form", None)
    if form is not None and name in form.fields:
        is_read = name not in form.errors
    reading_of(context["request"]).note(name, label, is_read=is_read)
    return is_read


# ---------------------------------------------------------------- states and notices


@register.inclusion_tag("components/state.html")
def empty_state(
    title: str, text: str = "", icon_name: str = "inbox", url: str = "", action: str = ""
) -> dict[str, Any]:
    """Nothing here yet, why, and what to do about it."""
    return {"kind": "empty", "title": title, "text": text, "icon": icon_name, "url": url, "action": action}


@register.inclusion_tag("components/state.html")
def error_state(title: str = "این بخش نمایش داده نشد", text: str = "", url: str = "") -> dict[str, Any]:
    """Something failed; the reader may try again."""
    return {
        "kind": "error",
        "title": title,
        "text": text,
        "icon": "error",
        "url": url,
        "action": "تلاش دوباره",
    }


@register.inclusion_tag("components/state.html")
def no_permission(
    text: str = "دیدن این بخش در نقش شما نیست. مدیر سامانه می‌تواند دسترسی بدهد.",
) -> dict[str, Any]:
    """The reader's role does not reach this."""
    return {"kind": "refused", "title": "اجازهٔ دیدن ندارید", "text": text, "icon": "lock"}


@register.inclusion_tag("components/skeleton.html")
def skeleton(rows: int = 4) -> dict[str, Any]:
    """The shape of what is being loaded."""
    return {"rows": range(rows)}


@register.inclusion_tag("components/synthetic.html")
def synthetic_notice(
    count: int | None = None, link: str = "", what: str = "نرخ", link_text: str = ""
) -> dict[str, Any]:
    """Says that figures below rest on made-up rates, or on another thing made up."""
    return {"count": count, "link": link, "what": what, "link_text": link_text or f"دیدن {what}\u200cها"}


@register.inclusion_tag("components/loading.html")
def still_loading(job: Any = None) -> dict[str, Any]:
    """Above what is empty: that the demonstration is still being loaded, how far, and nothing once it is there.

    `job` only where it is shown as an example.
    """
    return {"job": job or jobs.filling()}


@register.inclusion_tag("components/job.html")
def job_progress(job: Any, url: str = "") -> dict[str, Any]:
    """Progress of a `core.models.Job`; asks `url` for itself again until the job is over."""
    if isinstance(job, Job):
        job = jobs.live(job)
    return {"job": job, "url": url, "tone": JOB_TONES.get(str(job.state), "mute")}


@register.inclusion_tag("components/trace.html")
def trace(steps: Iterable[Any]) -> dict[str, Any]:
    """How a price came about: steps with `sentence`, `source`, `amount` (rials or None), `kind`, `confidence`, `url`.

    `kind` is "step", "factor" (no amount of its own), "rest" or "total".
    """
    return {"steps": steps}


# ---------------------------------------------------------------- links that keep the state of the URL


def _query(context: template.Context, **changes: object) -> str:
    query = context["request"].GET.copy()
    for name, value in changes.items():
        if value is None or value == "":
            query.pop(name, None)
        else:
            query[name] = str(value)
    return f"?{query.urlencode()}" if query else "?"


@register.simple_tag(takes_context=True)
def querystring_with(context: template.Context, **changes: object) -> str:
    """The present query string with some parameters changed; None or "" removes one."""
    return _query(context, **changes)


@register.inclusion_tag("components/sort_header.html", takes_context=True)
def sort_header(context: template.Context, field: str, label: str, numeric: bool = False) -> dict[str, Any]:
    """A `<th>` that sorts by `field` through the `sort` parameter; a second click turns the order."""
    now = context["request"].GET.get("sort", "")
    state = "ascending" if now == field else "descending" if now == f"-{field}" else "none"
    first, second = (f"-{field}", field) if numeric else (field, f"-{field}")
    following = second if now == first else first
    return {
        "label": label,
        "numeric": numeric,
        "state": state,
        "url": _query(context, sort=following, page=None),
        "icon": {"ascending": "sort-up", "descending": "sort-down"}.get(state, "sort"),
    }


@register.inclusion_tag("components/pagination.html", takes_context=True)
def pagination(context: template.Context, page: Page) -> dict[str, Any]:
    """Pages of a list; the filter and the order stay."""
    numbers = page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
    return {
        "page": page,
        "links": [
            {"label": n, "url": _query(context, page=n) if isinstance(n, int) else ""} for n in numbers
        ],
        "previous": _query(context, page=page.number - 1) if page.has_previous() else "",
        "next": _query(context, page=page.number + 1) if page.has_next() else "",
    }


@register.inclusion_tag("components/breadcrumb.html")
def breadcrumb(items: Iterable[Mapping[str, Any]] | None) -> dict[str, Any]:
    """The way from the organisation down to this page: {label, url}; the last one is here."""
    return {"items": list(items or ())}


@register.inclusion_tag("components/trust.html")
def trust(items: Iterable[Mapping[str, Any]] | None) -> dict[str, Any]:
    """Whether this page's data can be relied on: {text, tone (good, warn, bad), url}."""
    return {"items": list(items or ())}


@register.inclusion_tag("components/tabs.html", takes_context=True)
def tabs(context: template.Context, items: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Links between sides of one thing: {label, url, count, current}; without `current` the URL decides."""
    path = context["request"].path
    return {
        "items": [
            {**item, "current": item.get("current", urlsplit(item["url"]).path == path)} for item in items
        ]
    }


# ---------------------------------------------------------------- forms


def _widget_attrs(bound: BoundField, kind: str) -> dict[str, Any]:
    attrs: dict[str, Any] = {}
    if kind == "date":
        attrs |= {"data-jdp": "", "inputmode": "numeric", "autocomplete": "off", "placeholder": "۱۴۰۴/۰۱/۰۱"}
    elif kind == "money":
        attrs |= {"data-money": "", "inputmode": "numeric", "autocomplete": "off"}
    described = [f"{bound.auto_id}_help"] if bound.help_text else []
    if bound.errors:
        described.append(f"{bound.auto_id}_error")
        attrs["aria-invalid"] = "true"
    if described:
        attrs["aria-describedby"] = " ".join(described)
    return attrs


def _kind_of(bound: BoundField) -> str:
    if isinstance(bound.field, forms.DateField) or "Jalali" in type(bound.field).__name__:
        return "date"
    return {
        "checkbox": "check",
        "radio": "choices",
        "file": "file",
        "clearablefile": "file",
        "checkboxselectmultiple": "choices",
        "radioselect": "choices",
    }.get(bound.widget_type, "text")


@register.inclusion_tag("components/field.html")
def field(bound: BoundField, kind: str = "", suffix: str = "") -> dict[str, Any]:
    """Label, control, help and errors of a form field; `kind`: date, money, check, choices or text."""
    kind = kind or _kind_of(bound)
    return {
        "bound": bound,
        "kind": kind,
        "suffix": suffix or ("ریال" if kind == "money" else ""),
        "control": bound.as_widget(attrs=_widget_attrs(bound, kind)),
    }


@register.inclusion_tag("components/form_errors.html")
def form_errors(form: Any) -> dict[str, Any]:
    """What is wrong with the form as a whole, and links to the fields with errors; «not complete» only where one is."""
    wrong = [b for b in form if b.errors] if form.is_bound else []
    lacking = any(fault.code == "required" for bound in wrong for fault in bound.errors.as_data())
    title = "فرم کامل نیست." if lacking else "این‌ها را درست کنید:" if wrong else ""
    return {"form": form, "wrong": wrong, "title": title}
