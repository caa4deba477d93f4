"""Triggers in migrations."""

from __future__ import annotations

import pgtrigger.migrations
from django.db.migrations.state import ProjectState


class AddTrigger(pgtrigger.migrations.AddTrigger):
    """Adds a trigger without having Django build the model and all its relatives anew.

    No step of a migration looks at the triggers of a model, and with many of them the building is most of the time
    that an empty database takes. What `makemigrations` writes may be changed to this one, and works unchanged too.
    """

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        options = state.models[app_label, self.model_name.lower()].options
        options["triggers"] = [*options.get("triggers", []), self.trigger]


class RemoveTrigger(pgtrigger.migrations.RemoveTrigger):
    """Takes a trigger away, as lightly as `AddTrigger` adds one."""

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        options = state.models[app_label, self.model_name.lower()].options
        options["triggers"] = [each for each in options.get("triggers", []) if each.name != self.name]
