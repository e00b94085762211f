-- How the server spells a type that is written as $1 (PostgreSQL 17 and newer, which has to_regtypemod).
-- Manual: "System Information Functions" to_regtype, to_regtypemod, format_type.
SELECT pg_catalog.format_type(t.oid, pg_catalog.to_regtypemod(%(spelling)s)), pg_catalog.format_type(e.oid, NULL),
  n.nspname, e.typname,
  EXISTS (
    SELECT FROM pg_catalog.pg_depend x
    WHERE x.classid = 'pg_catalog.pg_type'::pg_catalog.regclass AND x.objid = e.oid AND x.deptype = 'e')
FROM pg_catalog.pg_type t
JOIN pg_catalog.pg_type e ON e.oid = CASE WHEN t.typcategory = 'A' AND t.typelem <> 0 THEN t.typelem ELSE t.oid END
JOIN pg_catalog.pg_namespace n ON n.oid = e.typnamespace
WHERE t.oid = pg_catalog.to_regtype(%(spelling)s)::pg_catalog.oid
