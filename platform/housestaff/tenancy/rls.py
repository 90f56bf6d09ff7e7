"""The second wall, as migration operations: row-level security, composite keys, grants.

`Protect(*models)` is the last operation of the migration that creates them. A test walks pg_class and
fails for any table with a tenant_id that is not forced, lacks a policy, or has a plain foreign key.
"""

from typing import Any

from django.db.migrations.operations.base import Operation

from .models import TenantForeignKey

_ACTING = "NULLIF(current_setting('housestaff.tenant', true), '')::uuid"
ROLES = "housestaff_app, housestaff_worker"


def table_statements(table: str, references: dict[str, str]) -> list[str]:
    """SQL that walls one table: column → referenced table, for its composite keys."""
    statements = [
        f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY',
        f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY',
        f'CREATE POLICY tenant_wall ON "{table}" USING (tenant_id = {_ACTING}) WITH CHECK (tenant_id = {_ACTING})',
        f'CREATE UNIQUE INDEX "{table}_tenant_id_key" ON "{table}" (tenant_id, id)',
        f'ALTER TABLE "{table}" ADD CONSTRAINT "{table}_tenant_id_key" UNIQUE USING INDEX "{table}_tenant_id_key"',
        f'GRANT SELECT, INSERT, UPDATE, DELETE ON "{table}" TO {ROLES}',
    ]
    statements += [
        f'ALTER TABLE "{table}" ADD CONSTRAINT "{table}_{column}_same_tenant" '
        f'FOREIGN KEY (tenant_id, "{column}") REFERENCES "{other}" (tenant_id, id) '
        "DEFERRABLE INITIALLY IMMEDIATE"
        for column, other in references.items()
    ]
    return statements


class Protect(Operation):
    """Wall the named tenant models of this app."""

    reversible = False
    reduces_to_sql = True

    def __init__(self, *models: str) -> None:
        self.models = models

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return type(self).__name__, list(self.models), {}

    def state_forwards(self, app_label: str, state: Any) -> None:
        """The state of Django's models does not change."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        for name in self.models:
            model = to_state.apps.get_model(app_label, name)
            references = {
                field.column: field.related_model._meta.db_table
                for field in model._meta.local_fields
                if isinstance(field, TenantForeignKey)
            }
            for statement in table_statements(model._meta.db_table, references):
                schema_editor.execute(statement)

    def database_backwards(self, *args: Any) -> None:
        raise NotImplementedError("A wall is not taken down by a migration.")

    def describe(self) -> str:
        return f"Wall {', '.join(self.models)} by row-level security"


class GrantPlatform(Operation):
    """Let the application roles use platform tables (no tenant column): the listed rights only."""

    reversible = False
    reduces_to_sql = True

    def __init__(self, tables: dict[str, str]) -> None:
        self.tables = tables

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return type(self).__name__, [self.tables], {}

    def state_forwards(self, app_label: str, state: Any) -> None:
        """The state of Django's models does not change."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        for table, rights in self.tables.items():
            schema_editor.execute(f'GRANT {rights} ON "{table}" TO {ROLES}')

    def describe(self) -> str:
        return f"Grant the application roles their use of {', '.join(self.tables)}"


class DefinerFunction(Operation):
    """A SECURITY DEFINER function, owned by the role that sees across tenants: ids out, nothing else."""

    reversible = False
    reduces_to_sql = True

    def __init__(
        self, signature: str, returns: str, body: str, roles: str = ROLES, reads: tuple[str, ...] = ()
    ) -> None:
        self.signature, self.returns, self.body, self.roles, self.reads = (
            signature,
            returns,
            body,
            roles,
            reads,
        )

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return type(self).__name__, [self.signature, self.returns, self.body, self.roles, self.reads], {}

    def state_forwards(self, app_label: str, state: Any) -> None:
        """The state of Django's models does not change."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        for table in self.reads:
            schema_editor.execute(f'GRANT SELECT ON "{table}" TO housestaff_definer')
        schema_editor.execute(
            f"CREATE OR REPLACE FUNCTION {self.signature} RETURNS {self.returns} LANGUAGE sql STABLE "
            f"SECURITY DEFINER SET search_path = public, pg_temp AS $body$ {self.body} $body$"
        )
        schema_editor.execute(f"REVOKE ALL ON FUNCTION {self.signature} FROM PUBLIC")
        schema_editor.execute(f"GRANT EXECUTE ON FUNCTION {self.signature} TO {self.roles}")
        schema_editor.execute(f"ALTER FUNCTION {self.signature} OWNER TO housestaff_definer")

    def describe(self) -> str:
        return f"Define {self.signature}"
