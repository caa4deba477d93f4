"""The few files of npm packages that pages need, served under `vendor/`. `npm ci` fetches them."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage, Storage

FILES = {
    # The common build has bar, line and pie with axes, legend and tooltip in two thirds of the full size.
    "vendor/echarts.min.js": "echarts/dist/echarts.common.min.js",
    "vendor/jalalidatepicker.min.js": "@majidh1/jalalidatepicker/dist/jalalidatepicker.min.js",
    "vendor/jalalidatepicker.min.css": "@majidh1/jalalidatepicker/dist/jalalidatepicker.min.css",
    "vendor/vazirmatn.woff2": "vazirmatn/fonts/webfonts/Vazirmatn[wght].woff2",
}


class PackageStorage(FileSystemStorage):
    """`node_modules`, seen through the names of FILES."""

    def path(self, name: str) -> str:
        return str(Path(self.location) / FILES[Path(name).as_posix()])


class VendoredFinder(BaseFinder):
    def __init__(self, *args: object, **kwargs: object) -> None:
        self.storage = PackageStorage(location=settings.BASE_DIR / "node_modules")

    def check(self, **kwargs: object) -> list:
        return []

    def find(self, path: str, find_all: bool = False) -> str | list[str]:
        found = [self.storage.path(path)] if path in FILES and self.storage.exists(path) else []
        return found if find_all else (found[0] if found else [])

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, Storage]]:
        """Every file; a missing one raises when it is collected, which names it."""
        for name in FILES:
            yield name, self.storage
