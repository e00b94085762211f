-- Every object that a migration can make or drop: kind, schema, table, name ('' where it does not apply).
-- Left out: system schemas, temporary objects, what an extension owns, what the server makes by itself (row types,
-- array types, multiranges, internal triggers, NOT NULL constraints, rules of views) and Prisma's own table.
-- Manual: "System Catalogs" pg_namespace, pg_class, pg_attribute, pg_constraint, pg_index, pg_type, pg_enum, pg_proc,
-- pg_trigger, pg_policy, pg_rewrite, pg_extension, pg_depend (deptype e: member of an extension).
WITH member AS MATERIALIZED (
  SELECT classid, objid FROM pg_catalog.pg_depend
  WHERE deptype = 'e' AND refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass
), namespace AS MATERIALIZED (
  SELECT oid, nspname FROM pg_catalog.pg_namespace
  WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'
), relation AS MATERIALIZED (
  SELECT c.oid, n.nspname, c.relname, c.relkind
  FROM pg_catalog.pg_class c JOIN namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm', 'S')
    AND NOT (n.nspname = 'public' AND c.relname = '_prisma_migrations')
    AND NOT EXISTS (
      SELECT FROM member m WHERE m.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND m.objid = c.oid)
), type AS MATERIALIZED (
  SELECT t.oid, n.nspname, t.typname
  FROM pg_catalog.pg_type t JOIN namespace n ON n.oid = t.typnamespace
  WHERE (t.typtype IN ('e', 'd', 'r')
      OR t.typtype = 'b' AND t.typcategory <> 'A'
      OR t.typtype = 'c' AND EXISTS (SELECT FROM pg_catalog.pg_class c WHERE c.oid = t.typrelid AND c.relkind = 'c'))
    AND NOT EXISTS (
      SELECT FROM member m WHERE m.classid = 'pg_catalog.pg_type'::pg_catalog.regclass AND m.objid = t.oid)
)
SELECT 'schema', '', '', n.nspname::text
FROM namespace n
WHERE NOT EXISTS (
  SELECT FROM member m WHERE m.classid = 'pg_catalog.pg_namespace'::pg_catalog.regclass AND m.objid = n.oid)
UNION ALL
SELECT 'extension', '', '', extname FROM pg_catalog.pg_extension WHERE extname <> 'plpgsql'
UNION ALL
SELECT CASE relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' WHEN 'S' THEN 'sequence' ELSE 'table' END,
  nspname, '', relname
FROM relation
UNION ALL
SELECT 'column', r.nspname, r.relname, a.attname
FROM relation r JOIN pg_catalog.pg_attribute a ON a.attrelid = r.oid
WHERE r.relkind <> 'S' AND a.attnum > 0 AND NOT a.attisdropped
UNION ALL
SELECT 'constraint', r.nspname, r.relname, c.conname
FROM relation r JOIN pg_catalog.pg_constraint c ON c.conrelid = r.oid
WHERE c.contype IN ('c', 'f', 'p', 'u', 'x')
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_constraint p WHERE p.oid = c.conparentid AND p.conrelid = c.conrelid)
UNION ALL
SELECT 'constraint', t.nspname, t.typname, c.conname
FROM type t JOIN pg_catalog.pg_constraint c ON c.contypid = t.oid
WHERE c.contype = 'c'
UNION ALL
SELECT 'index', r.nspname, r.relname, c.relname
FROM relation r
JOIN pg_catalog.pg_index i ON i.indrelid = r.oid
JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
UNION ALL
SELECT 'type', nspname, '', typname FROM type
UNION ALL
SELECT 'enum value', t.nspname, t.typname, e.enumlabel
FROM type t JOIN pg_catalog.pg_enum e ON e.enumtypid = t.oid
UNION ALL
SELECT 'function', n.nspname, '', p.proname
FROM pg_catalog.pg_proc p JOIN namespace n ON n.oid = p.pronamespace
WHERE NOT EXISTS (
    SELECT FROM member m WHERE m.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND m.objid = p.oid)
  AND NOT EXISTS (
    SELECT FROM pg_catalog.pg_depend d
    WHERE d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND d.objid = p.oid AND d.deptype = 'i')
UNION ALL
SELECT 'trigger', r.nspname, r.relname, t.tgname
FROM relation r JOIN pg_catalog.pg_trigger t ON t.tgrelid = r.oid
WHERE NOT t.tgisinternal
UNION ALL
SELECT 'policy', r.nspname, r.relname, p.polname
FROM relation r JOIN pg_catalog.pg_policy p ON p.polrelid = r.oid
UNION ALL
SELECT 'rule', r.nspname, r.relname, w.rulename
FROM relation r JOIN pg_catalog.pg_rewrite w ON w.ev_class = r.oid
WHERE w.rulename <> '_RETURN'
