"""Static files under names that change with their content, also where one of our JavaScript modules imports another."""

from typing import Any

from whitenoise.storage import CompressedManifestStaticFilesStorage

_Base: Any = CompressedManifestStaticFilesStorage


class ModuleStorage(_Base):  # type: ignore[misc]
    support_js_module_import_aggregation = True
    # Other people's scripts are served as they are: some name modules that they do not ship.
    _js_module_import_aggregation_patterns = ("js/*.js", _Base._js_module_import_aggregation_patterns[1])
