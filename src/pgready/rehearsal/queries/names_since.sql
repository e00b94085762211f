-- The same objects as names.sql, but only those with a row that a transaction since `%(since)s` has written (0: all), and
-- how many of each class there are, to tell what has gone: class, identity (OID, attnum), kind, schema, table, name.
-- An object that names.sql leaves out has kind '': it counts, as a later command may bring it to light.
-- Class 'count' has the number in the place of the OID and its class in that of the kind; 'since' has the next value of
-- the parameter; 'moved' tells that schemas, extensions or their members did, on which the rest depends.
-- Columns and enum values are not counted: their rows go with their relation or type only.
-- Run with search_path=pg_catalog. Each catalog is read once, and what is new is looked up by its OID: this runs behind
-- every migration. OFFSET 0 keeps the planner, which cannot know how few are new, from reading whole catalogs for it.
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
  SELECT count(*) FILTER (WHERE relkind NOT IN ('i', 'I', 'c')) AS relations,
    count(*) FILTER (WHERE relkind IN ('i', 'I')) AS indexes, count(*) FILTER (WHERE relkind = 'c') AS composites,
    array_agg(oid) FILTER (WHERE age(xmin) <= (SELECT age FROM since)) AS new
  FROM pg_class
  WHERE relnamespace = ANY (ARRAY(SELECT oid FROM namespace)) AND relkind IN ('r', 'p', 'f', 'v', 'm', 'S', 'i', 'I', 'c')
), new_class AS MATERIALIZED (
  SELECT c.* FROM class CROSS JOIN LATERAL unnest(class.new) AS u (oid) CROSS JOIN LATERAL (
    SELECT k.oid, k.relnamespace, k.relname, k.relkind, k.reltype,
      (SELECT i.indrelid FROM pg_index i WHERE i.indexrelid = k.oid) AS indrelid
    FROM pg_class k WHERE k.oid = u.oid OFFSET 0) AS c
), new_column AS MATERIALIZED (
  SELECT attrelid, attnum, attname, attisdropped FROM pg_attribute
  WHERE attnum > 0 AND age(xmin) <= (SELECT age FROM since)
), restriction AS MATERIALIZED (
  SELECT count(*) AS count, array_agg(oid) FILTER (WHERE age(xmin) <= (SELECT age FROM since)) AS new
  FROM pg_constraint
  WHERE connamespace = ANY (ARRAY(SELECT oid FROM namespace)) AND contype IN ('c', 'f', 'p', 'u', 'x')
), new_restriction AS MATERIALIZED (
  SELECT c.* FROM restriction CROSS JOIN LATERAL unnest(restriction.new) AS u (oid) CROSS JOIN LATERAL (
    SELECT k.oid, k.conname, k.conrelid, k.contypid,
      (SELECT p.conrelid FROM pg_constraint p WHERE p.oid = k.conparentid) IS DISTINCT FROM k.conrelid AS own
    FROM pg_constraint k WHERE k.oid = u.oid OFFSET 0) AS c
), type AS MATERIALIZED (
  SELECT oid, typnamespace, typname, age(xmin) <= (SELECT age FROM since) AS new FROM pg_type
  WHERE typnamespace = ANY (ARRAY(SELECT oid FROM namespace))
    AND (typtype IN ('e', 'd', 'r') OR typtype = 'b' AND typcategory <> 'A')
), named_type AS MATERIALIZED (
  SELECT t.oid, n.nspname, t.typname, t.new,
    NOT EXISTS (SELECT FROM member m WHERE m.classid = 'pg_type'::regclass AND m.objid = t.oid) AS shown
  FROM (
    SELECT oid, typnamespace, typname, new FROM type
    UNION ALL
    SELECT reltype, relnamespace, relname, true FROM new_class WHERE relkind = 'c'
  ) AS t JOIN namespace n ON n.oid = t.typnamespace
), function AS MATERIALIZED (
  SELECT oid, pronamespace, proname, age(xmin) <= (SELECT age FROM since) AS new
  FROM pg_proc WHERE oid >= 16384 AND pronamespace = ANY (ARRAY(SELECT oid FROM namespace))
), attached AS MATERIALIZED (
  SELECT 'trigger' AS kind, oid, tgrelid AS relid, tgname AS name, age(xmin) <= (SELECT age FROM since) AS new
  FROM pg_trigger WHERE NOT tgisinternal
  UNION ALL
  SELECT 'policy', oid, polrelid, polname, age(xmin) <= (SELECT age FROM since) FROM pg_policy
  UNION ALL
  SELECT 'rule', oid, ev_class, rulename, age(xmin) <= (SELECT age FROM since)
  FROM pg_rewrite WHERE rulename <> '_RETURN'
), relation AS MATERIALIZED (
  SELECT c.oid, n.nspname, c.relname, c.relkind,
    NOT (n.nspname = 'public' AND c.relname = '_prisma_migrations')
    AND NOT EXISTS (SELECT FROM member m WHERE m.classid = 'pg_class'::regclass AND m.objid = c.oid) AS shown
  FROM (
    SELECT oid FROM new_class
    UNION
    SELECT indrelid FROM new_class
    UNION
    SELECT attrelid FROM new_column
    UNION
    SELECT conrelid FROM new_restriction
    UNION
    SELECT relid FROM attached WHERE new
  ) AS u CROSS JOIN LATERAL (
    SELECT k.oid, k.relnamespace, k.relname, k.relkind FROM pg_class k
    WHERE k.oid = u.oid AND k.relkind IN ('r', 'p', 'f', 'v', 'm', 'S') OFFSET 0
  ) AS c JOIN namespace n ON n.oid = c.relnamespace
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
SELECT 'count', relations, 0, 'relation', '', '', '' FROM class
UNION ALL
SELECT 'count', indexes, 0, 'index', '', '', '' FROM class
UNION ALL
SELECT 'count', (SELECT composites FROM class) + count(*), 0, 'type', '', '', '' FROM type
UNION ALL
SELECT 'count', count, 0, 'constraint', '', '', '' FROM restriction
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
SELECT 'relation', r.oid::bigint, 0,
  CASE WHEN NOT r.shown THEN '' WHEN r.relkind = 'v' THEN 'view' WHEN r.relkind = 'm' THEN 'materialized view'
    WHEN r.relkind = 'S' THEN 'sequence' ELSE 'table' END, r.nspname, '', r.relname
FROM new_class c JOIN relation r ON r.oid = c.oid
UNION ALL
SELECT 'column', r.oid::bigint, a.attnum,
  CASE WHEN r.shown AND NOT a.attisdropped THEN 'column' ELSE '' END, r.nspname, r.relname, a.attname
FROM new_column a JOIN relation r ON r.oid = a.attrelid
WHERE r.relkind <> 'S'
UNION ALL
SELECT 'constraint', c.oid::bigint, 0, CASE WHEN (r.shown OR t.shown) AND c.own THEN 'constraint' ELSE '' END,
  COALESCE(r.nspname, t.nspname), COALESCE(r.relname, t.typname), c.conname
FROM new_restriction c LEFT JOIN relation r ON r.oid = c.conrelid LEFT JOIN named_type t ON t.oid = c.contypid
UNION ALL
SELECT 'index', c.oid::bigint, 0, CASE WHEN r.shown THEN 'index' ELSE '' END, r.nspname, r.relname, c.relname
FROM new_class c LEFT JOIN relation r ON r.oid = c.indrelid
WHERE c.relkind IN ('i', 'I')
UNION ALL
SELECT 'type', oid::bigint, 0, CASE WHEN shown THEN 'type' ELSE '' END, nspname, '', typname
FROM named_type
WHERE new
UNION ALL
SELECT 'enum value', e.oid::bigint, 0, CASE WHEN t.shown THEN 'enum value' ELSE '' END, t.nspname, t.typname, e.enumlabel
FROM pg_enum e JOIN named_type t ON t.oid = e.enumtypid
WHERE age(e.xmin) <= (SELECT age FROM since)
UNION ALL
SELECT 'function', f.oid::bigint, 0,
  CASE WHEN (
    SELECT count(*) FROM pg_depend d
    WHERE d.classid = 'pg_proc'::regclass AND d.objid = f.oid AND d.deptype IN ('e', 'i')) = 0 THEN 'function' ELSE '' END,
  n.nspname, '', f.proname
FROM function f JOIN namespace n ON n.oid = f.pronamespace
WHERE f.new
UNION ALL
SELECT 'attached', a.oid::bigint, 0, CASE WHEN r.shown THEN a.kind ELSE '' END, r.nspname, r.relname, a.name
FROM attached a LEFT JOIN relation r ON r.oid = a.relid
WHERE a.new
