"""What the wall between tenants must be, read from PostgreSQL's own catalogue: a list of holes, hopefully empty."""

from typing import Any

# Tables without a tenant, each with the reason why that is right.
PLATFORM_TABLES = {
    "tenancy_tenant": "what is on a tenant's door",
    "people_user": "a sign-in: a name to type and a password hash",
    "django_session": "which account a browser is signed in as",
    "config_heartbeat": "signs of life of processes",
    "django_migrations": "Django's own",
    "django_content_type": "Django's own",
    "auth_group": "Django's own, unused",
    "auth_group_permissions": "Django's own, unused",
    "auth_permission": "Django's own, unused",
}

TABLES = """
SELECT c.relname, c.relrowsecurity, c.relforcerowsecurity, c.relkind,
       EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'tenant_id' AND NOT a.attisdropped),
       (SELECT array_agg(p.polqual IS NOT NULL AND p.polwithcheck IS NOT NULL AND p.polpermissive
                         AND pg_get_expr(p.polqual, c.oid) LIKE '%%housestaff.tenant%%'
                         AND pg_get_expr(p.polwithcheck, c.oid) LIKE '%%housestaff.tenant%%')
        FROM pg_policy p WHERE p.polrelid = c.oid),
       c.reloptions
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
"""
FOREIGN_KEYS = """
SELECT con.conrelid::regclass::text, con.confrelid::regclass::text,
       (SELECT array_agg(a.attname ORDER BY k.n) FROM unnest(con.conkey) WITH ORDINALITY k(att, n)
        JOIN pg_attribute a ON a.attrelid = con.conrelid AND a.attnum = k.att)::text[]
FROM pg_constraint con WHERE con.contype = 'f' AND con.connamespace = 'public'::regnamespace
"""
UNIQUES = """
SELECT i.indrelid::regclass::text, i.indexrelid::regclass::text, a.attname
FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid AND c.relnamespace = 'public'::regnamespace
JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
WHERE i.indisunique AND NOT i.indisprimary
"""
ROLES = """
SELECT rolname, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb,
       has_schema_privilege(rolname, 'public', 'CREATE'),
       (SELECT count(*) FROM pg_class c WHERE c.relowner = r.oid)
FROM pg_roles r WHERE rolname IN ('housestaff_app', 'housestaff_worker')
"""
DEFINERS = "SELECT proname FROM pg_proc WHERE prosecdef AND pronamespace = 'public'::regnamespace"
KNOWN_DEFINERS = {"people_membership_of", "access_token_bearer", "agents_in_service", "consults_overdue"}


def holes(cursor: Any) -> list[str]:
    """Every place where a row of one tenant could reach another."""
    return [*_table_holes(cursor), *_key_holes(cursor), *_role_holes(cursor)]


def _rows(cursor: Any, statement: str) -> list[Any]:
    cursor.execute(statement)
    return list(cursor.fetchall())


def tenant_tables(cursor: Any) -> set[str]:
    """Tables whose rows belong to a tenant."""
    return {row[0] for row in _rows(cursor, TABLES.replace("%%", "%")) if row[4] and row[3] in "rp"}


def _table_holes(cursor: Any) -> list[str]:
    found = []
    for name, enabled, forced, kind, has_tenant, policies, options in _rows(
        cursor, TABLES.replace("%%", "%")
    ):
        if kind == "m":
            found.append(f"{name} is a materialised view: row-level security does not hold there")
        elif kind == "v":
            if "security_invoker=true" not in (options or []):
                found.append(f"view {name} does not run with its caller's rights")
        elif not has_tenant:
            if name not in PLATFORM_TABLES:
                found.append(f"{name} has no tenant_id and is not a known platform table")
        elif not (enabled and forced):
            found.append(f"{name} does not force row-level security")
        elif policies != [True]:
            found.append(f"{name} needs exactly one policy with USING and WITH CHECK on the acting tenant")
    return found


def _key_holes(cursor: Any) -> list[str]:
    walled = tenant_tables(cursor)
    found = []
    for table, other, columns in _rows(cursor, FOREIGN_KEYS):
        if table in walled and other in walled and "tenant_id" not in columns:
            found.append(f"{table}({', '.join(columns)}) → {other} can name another tenant's row")
    for table, index, first in _rows(cursor, UNIQUES):
        if table in walled and first != "tenant_id":
            found.append(
                f"unique {index} on {table} begins with {first}: it tells that another tenant's row exists"
            )
    return found


def _role_holes(cursor: Any) -> list[str]:
    found = [
        f"role {row[0]} has more than it needs: {row[1:]}" for row in _rows(cursor, ROLES) if any(row[1:])
    ]
    unknown = {row[0] for row in _rows(cursor, DEFINERS)} - KNOWN_DEFINERS
    return found + [f"function {name} sees across tenants and is not a known one" for name in sorted(unknown)]
