"""Operations for migrations.

Before each operation Django builds the models of the state anew: the one it touches and all its relatives, which here
are nearly all. These operations do the same as Django's own and let it build once.
"""

from __future__ import annotations

import pgtrigger.migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations import CreateModel
from django.db.migrations.operations.base import Operation, OperationCategory
from django.db.migrations.state import ProjectState


class CreateModels(Operation):
    """Creates models in one step; keys may point at models further down."""

    category = OperationCategory.ADDITION

    def __init__(self, *operations: CreateModel) -> None:
        self.operations = operations

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        # While nothing is built, a model more is only written down.
        state.__dict__.pop("apps", None)
        for operation in self.operations:
            operation.state_forwards(app_label, state)

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        for operation in self.operations:
            operation.database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        for operation in reversed(self.operations):
            operation.database_backwards(app_label, schema_editor, from_state, to_state)

    def describe(self) -> str:
        return f"Create {len(self.operations)} models"


class AddTrigger(pgtrigger.migrations.AddTrigger):
    """Adds a trigger. What `makemigrations` writes may be changed to this one, and works unchanged too."""

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        options = state.models[app_label, self.model_name.lower()].options
        options["triggers"] = [*options.get("triggers", []), self.trigger]
