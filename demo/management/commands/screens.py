"""Command screens: pictures of the main pages of a running site, to look at before a release."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.urls import reverse
from playwright.sync_api import Browser, Error, Page, sync_playwright

from demo.organisations import password

WIDTHS = {"desk": (1440, 900), "phone": (390, 844)}
THEMES = ("light", "dark")
BROWSERS = ("chromium-headless-shell", "chromium", "google-chrome")
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
#: A drawing that ends by itself; no page of ours moves longer.
SETTLED_MILLISECONDS = 400

#: Of an account's two directions, the one that has invoices in the demonstration.
SECOND_ROW = "main tbody tr:nth-child(2) a.row-link"


@dataclass(frozen=True)
class Shot:
    """A page by the name of its address, or the page that the first such link of it leads to."""

    name: str
    address: str
    links: tuple[str, ...] = ()


SHOTS = (
    Shot("headquarters", "headquarters"),
    Shot("indicator", "indicator"),
    Shot("region", "regions", ("main a.row-link",)),
    Shot("regions", "regions"),
    Shot("centres", "centres"),
    Shot("centre", "centres", ("main a.row-link",)),
    Shot("invoices", "invoices"),
    Shot("invoice", "invoices", ("main a.row-link",)),
    Shot("trace", "invoices", ("main a.row-link", "main a.row-link")),
    Shot("worklists", "worklists"),
    Shot("completeness", "completeness"),
    Shot("completeness-centre", "completeness", ("main tbody a.row-link",)),
    Shot("completeness-days", "completeness", ("main tbody a.row-link", "main tbody a.row-link")),
    Shot("stage-waits", "stage_waits"),
    Shot("counts", "counts"),
    Shot("counts-new", "counts_new"),
    Shot("deliveries", "deliveries"),
    Shot("delivery", "deliveries", ("main a.row-link",)),
    Shot("delivery-new", "delivery_new"),
    Shot("tariffs", "tariffs"),
    Shot("service", "tariffs", ("main a.row-link",)),
    Shot("circulars", "circulars"),
    Shot("circular", "circulars", ("main a.row-link",)),
    Shot("contracts", "contracts"),
    Shot("contract", "contracts", ("main a.row-link",)),
    Shot("contract-new", "contract_new"),
    Shot("coverage", "coverage"),
    Shot("calculator", "calculator"),
    Shot("budget-runs", "budget_runs"),
    Shot("budget-run", "budget_runs", ("main a.row-link",)),
    Shot("budget-region", "budget_runs", ("main a.row-link", "main a.row-link")),
    Shot("budget-inputs", "budget_inputs_all"),
    Shot("treatment", "treatment"),
    Shot("accounts", "accounts"),
    Shot("statement", "accounts", ("main a.row-link",)),
    Shot("statement-invoices", "accounts", ("main a.row-link", SECOND_ROW)),
    Shot("statement-invoice", "accounts", ("main a.row-link", SECOND_ROW, "main a.row-link")),
    Shot("agreements", "agreements"),
    Shot("members", "members"),
    Shot("unknown-people", "unknown_people"),
    Shot("retirees", "retiree_accounts"),
    Shot("retiree-file", "retiree_accounts", ("main tr[data-href] a.row-link",)),
    Shot("jobs", "jobs"),
    Shot("audit", "audit"),
    Shot("gallery", "gallery"),
)


class Command(BaseCommand):
    help = "Photographs the main pages of a running site, wide and on a phone, light and dark, into var/screens/."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--url", default=f"http://127.0.0.1:{os.environ.get('PORT', '8000')}")
        parser.add_argument(
            "--user", default="hq", help="a user of the demonstration (demo_users lists them)"
        )
        parser.add_argument("--only", nargs="*", help="names of pages; all without it")

    def handle(self, *args: Any, url: str, user: str, only: list[str] | None = None, **options: Any) -> None:
        chosen = [shot for shot in SHOTS if not only or shot.name in only]
        if not chosen:
            raise CommandError(f"No such page. There are: {', '.join(shot.name for shot in SHOTS)}")
        folder = settings.VAR_DIR / "screens"
        folder.mkdir(parents=True, exist_ok=True)
        program = next(filter(None, map(shutil.which, BROWSERS)), None)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
            try:
                for file in _photograph(browser, url.rstrip("/"), user, chosen, folder):
                    self.stdout.write(file.name)
            except Error as fault:
                raise CommandError(
                    f"{url}: {fault.message.splitlines()[0]}. Is ./taraz run running?"
                ) from fault
            finally:
                browser.close()


def _photograph(browser: Browser, url: str, user: str, shots: list[Shot], folder: Path) -> Iterator[Path]:
    session = _signed_in(browser, url, user)
    for size, (width, height) in WIDTHS.items():
        for theme in THEMES:
            context = browser.new_context(
                viewport={"width": width, "height": height}, color_scheme=theme, locale="fa-IR",
                timezone_id=settings.TIME_ZONE, reduced_motion="reduce", storage_state=session,
            )  # fmt: skip
            page = context.new_page()
            for shot in shots:
                if _open(page, url, shot):
                    file = folder / f"{shot.name}-{size}-{theme}.png"
                    page.screenshot(path=file, full_page=True)
                    yield file
            context.close()


def _signed_in(browser: Browser, url: str, user: str) -> Any:
    """Cookies of the user, so that signing in happens once."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(url + reverse("login"))
    page.fill("[name=username]", user)
    page.fill("[name=password]", password())
    page.press("[name=password]", "Enter")
    page.wait_for_load_state("networkidle")
    if page.locator("[name=password]").count():
        raise CommandError(f"{user} cannot sign in at {url}.")
    session = context.storage_state()
    context.close()
    return session


def _open(page: Page, url: str, shot: Shot) -> bool:
    """Go to the page; whether there is one (an empty list has no first row)."""
    page.goto(url + reverse(shot.address))
    for link in shot.links:
        target = page.locator(link).first
        if not target.count():
            return False
        page.goto(page.evaluate("link => link.href", target.element_handle()))
    page.wait_for_load_state("networkidle")
    page.evaluate("document.fonts.ready")
    page.wait_for_timeout(SETTLED_MILLISECONDS)
    return True
