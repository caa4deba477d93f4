"""Writes tariffs/reference/synthetic/*.csv: what the demonstration year needs and no source publishes.

Run once with `python -m demo.make_synthetic`; the CSV files are what is loaded and reviewed. Every row carries
confidence SYNTHETIC, source SYN and the circular SYN-1403, and every title says that it is a sample.
"""

from __future__ import annotations

import csv
import random
from pathlib import Path

from core.text import persian_digits

TARGET = Path(__file__).resolve().parent.parent / "tariffs" / "reference" / "synthetic"
SEED = 1403
YEAR = ("1403/01/01", "1404/01/01")
FIRST_HALF, SECOND_HALF = ("1403/01/01", "1403/07/01"), ("1403/07/01", "1404/01/01")
MARKS = ("SYNTHETIC", "SYN")
CIRCULAR = "SYN-1403"
Row = tuple[object, ...]

#: Beds of a public centre of the first grade in 1403: the three-bed price of 1402 raised by 35 %, times the
#: ratios between beds that public lists have kept since 1394 (in hundredths).
THREE_BED = 6_897_000
BED_RATIOS = {
    "20001": 100, "20002": 150, "20003": 200, "20004": 464, "20005": 232, "20006": 180, "20007": 464,
    "20008": 50, "20009": 100, "20010": 15,
}  # fmt: skip
#: Grades 1 to 4 as the list of 1376 stepped them (hundredths).
GRADE_STEPS = {1: 100, 2: 80, 3: 60, 4: 48}
SECTOR_STEPS = {"PUBLIC": 100, "NON_GOVERNMENTAL": 210, "CHARITY": 240}
PRIVATE_THREE_BED = 31_952_000
PRIVATE_RATIOS = {
    "20001": 100, "20002": 140, "20003": 180, "20004": 360, "20005": 230, "20006": 180, "20007": 360,
    "20008": 70, "20009": 100, "20010": 20,
}  # fmt: skip

PUBLIC_VISITS = {
    "10001": 400_000, "10002": 620_000, "10003": 780_000, "10004": 740_000, "10005": 920_000,
    "10006": 330_000, "10007": 280_000,
}  # fmt: skip
FULL_TIME_VISITS = {"10002": 1_054_000, "10003": 1_326_000, "10004": 1_258_000, "10005": 1_564_000}
PRIVATE_VISITS = {"10005": 2_860_000, "10006": 1_020_000, "10007": 880_000}
CONSULTATIONS = {"11001": ("مشاورهٔ نمونهٔ متخصص", 700_000), "11002": ("مشاورهٔ نمونهٔ فوق تخصص", 880_000)}
FEES = {"50001": 180_000, "50002": 120_000, "50003": 150_000}

#: Rials a unit by sector: professional #, professional plain, technical #, technical plain, anaesthesia.
FACTORS = {
    "PUBLIC": (None, None, None, None, 380_000),
    "NON_GOVERNMENTAL": (420_000, 640_000, 1_000_000, 1_500_000, 700_000),
    "CHARITY": (450_000, 700_000, 1_100_000, 1_650_000, 760_000),
    "PRIVATE": (None, None, None, None, 1_200_000),
}
DENTAL = {
    "PUBLIC": (220_000, 310_000, 120_000),
    "NON_GOVERNMENTAL": (380_000, 640_000, 300_000),
    "CHARITY": (400_000, 700_000, 320_000),
    "PRIVATE": (600_000, 1_200_000, 500_000),
}


def write(name: str, head: str, rows: list[Row]) -> None:
    with (TARGET / name).open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(head.split(","))
        out.writerows(rows)


def number(i: int) -> str:
    return persian_digits(f"{i:03d}")


def rounded(amount: float, step: int = 1_000) -> int:
    return round(amount / step) * step


def books(rnd: random.Random) -> tuple[list[Row], list[Row]]:
    """Sample rows of the relative value book: (services, values)."""
    services: list[Row] = []
    values: list[Row] = []

    def add(
        code: str, title: str, group: str, units: tuple[int, int, int], attribute: str, dental: int = 0
    ) -> None:
        services.append(("RELATIVE_VALUE", code, title, group, dental, "SYN", "SYNTHETIC"))
        values.append(("RELATIVE_VALUE", code, *units, attribute, CIRCULAR, *YEAR, *MARKS))

    for i in range(1, 151):
        professional = min(140_000, rounded(rnd.lognormvariate(3.2, 0.6) * 1_000, 100))
        technical = rounded(professional * 0.5, 100) if i % 12 == 0 else 0
        base = rnd.choice([3, 4, 5, 6, 7, 10, 15]) * 1_000
        add(f"{1 + i % 6}99{i:03d}", f"خدمت نمونهٔ جراحی {number(i)}", "SURGERY", (professional, technical, base),
            "*" if i % 50 == 0 else "")  # fmt: skip
    for i in range(1, 71):
        professional = rounded(rnd.lognormvariate(0.1, 0.7) * 1_000, 100) + 200
        technical = rounded(professional * rnd.uniform(1.0, 3.0), 100)
        add(f"7990{i:02d}", f"خدمت نمونهٔ تصویربرداری {number(i)}", "IMAGING", (professional, technical, 0),
            "#*" if i % 35 == 0 else "#")  # fmt: skip
    for i in range(1, 131):
        professional = rounded(rnd.lognormvariate(-2.2, 0.5) * 1_000, 10) + 20
        technical = rounded(rnd.lognormvariate(-1.1, 0.7) * 1_000, 10) + 50
        add(
            f"899{i:03d}",
            f"خدمت نمونهٔ آزمایشگاه {number(i)}",
            "LABORATORY",
            (professional, technical, 0),
            "#",
        )
    for i in range(1, 41):
        professional = rounded(rnd.lognormvariate(0.0, 0.6) * 1_000, 100) + 300
        technical = rounded(rnd.lognormvariate(-0.2, 0.6) * 1_000, 100) + 100
        add(
            f"9990{i:02d}",
            f"خدمت نمونهٔ پاراکلینیک {number(i)}",
            "PARACLINIC",
            (professional, technical, 0),
            "#",
        )
    for i in range(1, 21):
        professional = rounded(rnd.lognormvariate(1.0, 0.5) * 1_000, 100)
        technical = rounded(rnd.lognormvariate(0.6, 0.4) * 1_000, 100)
        add(
            f"9980{i:02d}",
            f"خدمت نمونهٔ دندان‌پزشکی {number(i)}",
            "DENTISTRY",
            (professional, technical, 0),
            "",
            1,
        )
    return services, values


def items(rnd: random.Random) -> tuple[list[Row], list[Row]]:
    """Sample drugs, consumables and prostheses with one price for all sectors: (services, prices)."""
    services: list[Row] = []
    prices: list[Row] = []
    kinds = (
        ("DRUG", "DRUG", "داروی نمونهٔ", 900_000, 300, 11.6, 1.3),
        ("CONSUMABLE", "CONSUMABLE", "لوازم مصرفی نمونهٔ", 910_000, 150, 12.9, 1.3),
        ("PROSTHESIS", "PROSTHESIS", "پروتز نمونهٔ", 920_000, 40, 18.3, 0.7),
    )
    for book, group, title, first, count, mean, spread in kinds:
        for i in range(1, count + 1):
            code = str(first + i)
            services.append((book, code, f"{title} {number(i)}", group, 0, "SYN", "SYNTHETIC"))
            amount = max(5_000, rounded(rnd.lognormvariate(mean, spread), 500))
            if book == "DRUG" and i % 60 == 0:
                continue  # a drug without a price: its lines stay unpriced
            dearer = book == "DRUG" and i % 5 == 0
            spans = ((FIRST_HALF, 100), (SECOND_HALF, 118)) if dearer else ((YEAR, 100),)
            for span, percent in spans:
                prices.append(
                    price(book, code, "ANY", "ANY", rounded(amount * percent / 100, 500), span=span)
                )
    return services, prices


def price(
    book: str, code: str, sector: str, grade: object, amount: int, *, status: str = "ANY", step: int = 1,
    span: tuple[str, str] = YEAR,
) -> Row:  # fmt: skip
    return (book, code, sector, grade, "ANY", status, amount, step, 0, CIRCULAR, *span, *MARKS)


def lists(rnd: random.Random) -> tuple[list[Row], list[Row]]:
    """Bed days, visits, fees and packages of 1403 by sector and grade: (services, prices)."""
    services: list[Row] = []
    prices: list[Row] = []
    for sector, step in SECTOR_STEPS.items():
        for grade, part in GRADE_STEPS.items():
            for code, ratio in BED_RATIOS.items():
                amount = rounded(THREE_BED * ratio * part * step / 1_000_000)
                prices.append(price("OTHER", code, sector, grade, amount))
    for grade in (2, 3, 4):
        for code, ratio in PRIVATE_RATIOS.items():
            amount = rounded(PRIVATE_THREE_BED * ratio * GRADE_STEPS[grade] / 10_000)
            prices.append(price("OTHER", code, "PRIVATE", grade, amount))
    prices.append(price("OTHER", "20009", "PRIVATE", 1, PRIVATE_THREE_BED))
    for code, amount in PUBLIC_VISITS.items():
        prices.append(price("OTHER", code, "PUBLIC", "ANY", amount))
        prices.append(price("OTHER", code, "NON_GOVERNMENTAL", "ANY", rounded(amount * 1.7)))
    prices += [
        price("OTHER", c, "PUBLIC", "ANY", amount, status="FULL_TIME", step=1_000)
        for c, amount in FULL_TIME_VISITS.items()
    ]
    prices += [price("OTHER", c, "PRIVATE", "ANY", amount) for c, amount in PRIVATE_VISITS.items()]
    for code, (title, amount) in CONSULTATIONS.items():
        services.append(("OTHER", code, title, "CONSULTATION", 0, "SYN", "SYNTHETIC"))
        for sector, step in (*SECTOR_STEPS.items(), ("PRIVATE", 320)):
            prices.append(price("OTHER", code, sector, "ANY", rounded(amount * step / 100)))
    prices += [price("OTHER", code, "ANY", "ANY", amount) for code, amount in FEES.items()]
    for i in range(1, 31):
        code = str(40_000 + i)
        services.append(("OTHER", code, f"بستهٔ گلوبال نمونهٔ {number(i)}", "GLOBAL", 0, "SYN", "SYNTHETIC"))
        amount = rnd.uniform(70e6, 260e6)
        for sector, step in (*SECTOR_STEPS.items(), ("PRIVATE", 380)):
            prices.append(price("OTHER", code, sector, "ANY", rounded(amount * step / 100, 10_000)))
    return services, prices


def factors() -> list[Row]:
    """Conversion factors of 1403 that no source gives."""
    rows: list[Row] = []

    def add(
        sector: str, component: str, amount: int | None, code_class: str = "ANY", group: str = "ANY"
    ) -> None:
        if amount:
            rows.append((sector, component, code_class, group, "ANY", "ANY", amount, CIRCULAR, *YEAR, *MARKS))

    for sector, (hash_prof, plain_prof, hash_tech, plain_tech, anaesthesia) in FACTORS.items():
        add(sector, "PROFESSIONAL", hash_prof, "HASH")
        add(sector, "PROFESSIONAL", plain_prof, "PLAIN")
        add(sector, "TECHNICAL", hash_tech, "HASH")
        add(sector, "TECHNICAL", plain_tech, "PLAIN")
        add(sector, "ANAESTHESIA", anaesthesia)
    for sector, (professional, technical, consumables) in DENTAL.items():
        add(sector, "PROFESSIONAL", professional, "PLAIN", "DENTAL")
        add(sector, "TECHNICAL", technical, "PLAIN", "DENTAL")
        add(sector, "CONSUMABLES", consumables, "ANY", "DENTAL")
    return rows


def main() -> None:
    TARGET.mkdir(parents=True, exist_ok=True)
    rnd = random.Random(SEED)
    book_services, values = books(rnd)
    item_services, item_prices = items(rnd)
    list_services, list_prices = lists(rnd)
    dated = "circular,valid_from,valid_to,confidence,source"
    write(
        "services.csv",
        "book,code,title,group,is_dental,source,confidence",
        book_services + item_services + list_services,
    )
    write(
        "service_values.csv",
        f"book,code,professional_milli,technical_milli,anaesthesia_milli,attribute,{dated}",
        values,
    )
    write(
        "conversion_factors.csv",
        f"sector,component,code_class,code_group,setting,physician_status,amount,{dated}",
        factors(),
    )
    write(
        "fixed_prices.csv",
        "book,code,sector,grade,setting,physician_status,amount,rounding_step,nursing_included," + dated,
        list_prices + item_prices,
    )


if __name__ == "__main__":
    main()
