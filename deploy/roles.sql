-- The database's roles and what each may do, for PostgreSQL 16 or newer.
-- Run as a superuser inside the database that Housestaff uses; running it again changes nothing.
-- Passwords are set apart (psql's \password), so that none is ever in a file, an argument or a log.
--
--   housestaff_owner    owns the database and its tables; used by migrations only
--   housestaff_app      the web processes: no DDL, under row-level security
--   housestaff_worker   Celery and the sweepers: the same, with more time for a statement
--   housestaff_backup   reads everything, writes nothing
--   housestaff_definer  cannot sign in; owns the few SECURITY DEFINER functions that must see all tenants

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['owner', 'app', 'worker', 'backup', 'definer'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'housestaff_' || name) THEN
            EXECUTE format('CREATE ROLE %I', 'housestaff_' || name);
        END IF;
    END LOOP;
END
$$;

ALTER ROLE housestaff_owner   WITH LOGIN   NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS;
ALTER ROLE housestaff_app     WITH LOGIN   NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS NOINHERIT;
ALTER ROLE housestaff_worker  WITH LOGIN   NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS NOINHERIT;
ALTER ROLE housestaff_backup  WITH LOGIN   NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION BYPASSRLS   NOINHERIT;
ALTER ROLE housestaff_definer WITH NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION BYPASSRLS   NOINHERIT;

-- A migration may hand a function over to the definer; the owner does not act with its rights otherwise.
GRANT housestaff_definer TO housestaff_owner WITH ADMIN FALSE, INHERIT FALSE, SET TRUE;

-- A stuck statement, a lock or a forgotten transaction never holds a consult.
ALTER ROLE housestaff_app    SET statement_timeout = '15s';
ALTER ROLE housestaff_app    SET lock_timeout = '5s';
ALTER ROLE housestaff_app    SET idle_in_transaction_session_timeout = '30s';
ALTER ROLE housestaff_worker SET statement_timeout = '30s';
ALTER ROLE housestaff_worker SET lock_timeout = '5s';
ALTER ROLE housestaff_worker SET idle_in_transaction_session_timeout = '60s';
ALTER ROLE housestaff_owner  SET lock_timeout = '30s';
ALTER ROLE housestaff_backup SET default_transaction_read_only = on;

DO $$
DECLARE
    here text := current_database();
BEGIN
    EXECUTE format('ALTER DATABASE %I OWNER TO housestaff_owner', here);
    EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', here);
    EXECUTE format('GRANT CONNECT ON DATABASE %I TO housestaff_app, housestaff_worker, housestaff_backup', here);
END
$$;

-- What a migration makes is closed until it grants it: no role but the backup gets anything by default.
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO housestaff_app, housestaff_worker, housestaff_backup, housestaff_definer;
GRANT CREATE ON SCHEMA public TO housestaff_definer;
ALTER DEFAULT PRIVILEGES FOR ROLE housestaff_owner REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
ALTER DEFAULT PRIVILEGES FOR ROLE housestaff_definer REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
ALTER DEFAULT PRIVILEGES FOR ROLE housestaff_owner IN SCHEMA public GRANT SELECT ON TABLES TO housestaff_backup;
ALTER DEFAULT PRIVILEGES FOR ROLE housestaff_owner IN SCHEMA public GRANT SELECT ON SEQUENCES TO housestaff_backup;
