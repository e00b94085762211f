-- The same objects as names.sql, but only those with a row that a transaction since `%(since)s` has written (0: all), and
-- how many of each class there are, to tell what has gone: class, identity (OID, attnum), kind, schema, table, name.
-- An object that names.sql leaves out has kind '': it counts, as a later command may bring it to light.
-- Class 'count' has the number in the place of the OID and its class in that of the kind; 'since' has the next value of
-- the parameter; 'moved' tells that schemas, extensions or their members did, on which the rest depends.
-- Columns and enum values are not counted: their rows go with their relation or type only.
-- Run with search_path=pg_catalog.
-- Manual: "System Catalogs" as in names.sql; "System Columns" (xmin); "Transaction ID and Snapshot Information Functions"
-- (age; that of 0, no transaction, is the largest; pg_snapshot_xmin: what is older has ended).
WITH since AS MATERIALIZED (
  SELECT age(%(since)s::text::xid) AS age
), member AS MATERIALIZED (
  SELECT classid, objid, age(xmin) <= (SELECT age FROM since) AS new FROM pg_depend
  WHERE deptype = 'e' AND refclassid = 'pg_extension'::regclass
), namespace AS MATERIALIZED (
  SELECT oid, nspname, age(xmin) <= (SELECT age FROM since) AS new FROM pg_namespace
  WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'
), class AS MATERIALIZED (
  SELECT c.oid, n.nspname, c.relname, c.relkind, age(c.xmin) <= (SELECT age FROM since) AS new
  FROM pg_class c JOIN namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm', 'S', 'i', 'I')
), relation AS MATERIALIZED (
  SELECT c.oid, c.nspname, c.relname, c.relkind, c.new,
    NOT (c.nspname = 'public' AND c.relname = '_prisma_migrations')
    AND NOT EXISTS (SELECT FROM member m WHERE m.classid = 'pg_class'::regclass AND m.objid = c.oid) AS shown
  FROM class c WHERE c.relkind NOT IN ('i', 'I')
), type AS MATERIALIZED (
  SELECT t.oid, n.nspname, t.typname, age(t.xmin) <= (SELECT age FROM since) AS new,
    NOT EXISTS (SELECT FROM member m WHERE m.classid = 'pg_type'::regclass AND m.objid = t.oid) AS shown
  FROM pg_type t JOIN namespace n ON n.oid = t.typnamespace
  WHERE t.typtype IN ('e', 'd', 'r')
    OR t.typtype = 'b' AND t.typcategory <> 'A'
    OR t.typtype = 'c' AND (SELECT c.relkind FROM pg_class c WHERE c.oid = t.typrelid) = 'c'
), restriction AS MATERIALIZED (
  SELECT c.oid, c.conname, c.conrelid, c.contypid, c.conparentid, age(c.xmin) <= (SELECT age FROM since) AS new
  FROM pg_constraint c JOIN namespace n ON n.oid = c.connamespace
  WHERE c.contype IN ('c', 'f', 'p', 'u', 'x')
), function AS MATERIALIZED (
  SELECT p.oid, n.nspname, p.proname, age(p.xmin) <= (SELECT age FROM since) AS new
  FROM namespace n JOIN pg_proc p ON p.pronamespace = n.oid
), attached AS MATERIALIZED (
  SELECT 'trigger' AS kind, oid, tgrelid AS relid, tgname AS name, age(xmin) <= (SELECT age FROM since) AS new
  FROM pg_trigger WHERE NOT tgisinternal
  UNION ALL
  SELECT 'policy', oid, polrelid, polname, age(xmin) <= (SELECT age FROM since) FROM pg_policy
  UNION ALL
  SELECT 'rule', oid, ev_class, rulename, age(xmin) <= (SELECT age FROM since)
  FROM pg_rewrite WHERE rulename <> '_RETURN'
)
SELECT 'since', pg_snapshot_xmin(pg_current_snapshot())::text::bigint, 0, '', '', '', ''
UNION ALL
SELECT 'moved', 0, 0, '', '', '', ''
WHERE EXISTS (SELECT FROM member WHERE new) OR EXISTS (SELECT FROM namespace WHERE new)
  OR EXISTS (SELECT FROM pg_extension WHERE age(xmin) <= (SELECT age FROM since))
UNION ALL
SELECT 'count', count(*), 0, 'member', '', '', '' FROM member
UNION ALL
SELECT 'count', count(*), 0, 'schema', '', '', '' FROM namespace
UNION ALL
SELECT 'count', count(*), 0, 'extension', '', '', '' FROM pg_extension
UNION ALL
SELECT 'count', count(*), 0, 'relation', '', '', '' FROM relation
UNION ALL
SELECT 'count', (SELECT count(*) FROM class) - (SELECT count(*) FROM relation), 0, 'index', '', '', ''
UNION ALL
SELECT 'count', count(*), 0, 'type', '', '', '' FROM type
UNION ALL
SELECT 'count', count(*), 0, 'constraint', '', '', '' FROM restriction
UNION ALL
SELECT 'count', count(*), 0, 'function', '', '', '' FROM function
UNION ALL
SELECT 'count', count(*), 0, 'attached', '', '', '' FROM attached
UNION ALL
SELECT 'schema', n.oid::bigint, 0,
  CASE WHEN NOT EXISTS (SELECT FROM member m WHERE m.classid = 'pg_namespace'::regclass AND m.objid = n.oid)
    THEN 'schema' ELSE '' END, '', '', n.nspname
FROM namespace n
WHERE n.new
UNION ALL
SELECT 'extension', oid::bigint, 0, CASE WHEN extname <> 'plpgsql' THEN 'extension' ELSE '' END, '', '', extname
FROM pg_extension
WHERE age(xmin) <= (SELECT age FROM since)
UNION ALL
SELECT 'relation', oid::bigint, 0,
  CASE WHEN NOT shown THEN '' WHEN relkind = 'v' THEN 'view' WHEN relkind = 'm' THEN 'materialized view'
    WHEN relkind = 'S' THEN 'sequence' ELSE 'table' END, nspname, '', relname
FROM relation
WHERE new
UNION ALL
SELECT 'column', r.oid::bigint, a.attnum,
  CASE WHEN r.shown AND NOT a.attisdropped THEN 'column' ELSE '' END, r.nspname, r.relname, a.attname
FROM pg_attribute a JOIN relation r ON r.oid = a.attrelid
WHERE age(a.xmin) <= (SELECT age FROM since) AND a.attnum > 0 AND r.relkind <> 'S'
UNION ALL
SELECT 'constraint', c.oid::bigint, 0,
  CASE WHEN (r.shown OR t.shown)
    AND NOT EXISTS (SELECT FROM pg_constraint p WHERE p.oid = c.conparentid AND p.conrelid = c.conrelid)
    THEN 'constraint' ELSE '' END,
  COALESCE(r.nspname, t.nspname), COALESCE(r.relname, t.typname), c.conname
FROM restriction c LEFT JOIN relation r ON r.oid = c.conrelid LEFT JOIN type t ON t.oid = c.contypid
WHERE c.new
UNION ALL
SELECT 'index', c.oid::bigint, 0, CASE WHEN r.shown THEN 'index' ELSE '' END, r.nspname, r.relname, c.relname
FROM class c LEFT JOIN pg_index i ON i.indexrelid = c.oid LEFT JOIN relation r ON r.oid = i.indrelid
WHERE c.new AND c.relkind IN ('i', 'I')
UNION ALL
SELECT 'type', oid::bigint, 0, CASE WHEN shown THEN 'type' ELSE '' END, nspname, '', typname
FROM type
WHERE new
UNION ALL
SELECT 'enum value', e.oid::bigint, 0, CASE WHEN t.shown THEN 'enum value' ELSE '' END, t.nspname, t.typname, e.enumlabel
FROM pg_enum e JOIN type t ON t.oid = e.enumtypid
WHERE age(e.xmin) <= (SELECT age FROM since)
UNION ALL
SELECT 'function', f.oid::bigint, 0,
  CASE WHEN NOT EXISTS (
    SELECT FROM pg_depend d
    WHERE d.classid = 'pg_proc'::regclass AND d.objid = f.oid AND d.deptype IN ('e', 'i')) THEN 'function' ELSE '' END,
  f.nspname, '', f.proname
FROM function f
WHERE f.new
UNION ALL
SELECT 'attached', a.oid::bigint, 0, CASE WHEN r.shown THEN a.kind ELSE '' END, r.nspname, r.relname, a.name
FROM attached a LEFT JOIN relation r ON r.oid = a.relid
WHERE a.new
