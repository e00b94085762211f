-- What a guard finds: (kind, name in words, the command that takes it away). `kind` is that of the guard, a schema or
-- table that it does not name is NULL. Run with search_path=pg_catalog. Manual: "System Catalogs"; format with %%I.
WITH namespace AS MATERIALIZED (
  SELECT * FROM pg_namespace
  WHERE nspname !~ '^pg_' AND nspname <> 'information_schema' AND (%(schema)s::text IS NULL OR nspname = %(schema)s::text)
), relation AS MATERIALIZED (
  SELECT c.oid, c.relname, c.relkind, n.nspname
  FROM pg_class c JOIN namespace n ON n.oid = c.relnamespace
  WHERE c.relname = CASE WHEN %(kind)s::text IN ('column', 'constraint') THEN %(table)s::text ELSE %(name)s::text END
    OR %(kind)s::text = 'constraint' AND %(table)s::text IS NULL
)
SELECT CASE r.relkind WHEN 'S' THEN 'sequence' WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' WHEN 'f' THEN
    'foreign table' WHEN 'i' THEN 'index' WHEN 'I' THEN 'index' WHEN 'c' THEN 'type' ELSE 'table' END,
  concat(r.nspname, '.', r.relname),
  CASE WHEN c.oid IS NOT NULL THEN format('ALTER TABLE %%s DROP CONSTRAINT %%I CASCADE', c.conrelid::regclass, c.conname)
    ELSE format('DROP %%s %%I.%%I CASCADE', CASE r.relkind WHEN 'S' THEN 'SEQUENCE' WHEN 'v' THEN 'VIEW' WHEN 'm' THEN
      'MATERIALIZED VIEW' WHEN 'f' THEN 'FOREIGN TABLE' WHEN 'i' THEN 'INDEX' WHEN 'I' THEN 'INDEX' WHEN 'c' THEN 'TYPE'
      ELSE 'TABLE' END, r.nspname, r.relname) END
FROM relation r
LEFT JOIN pg_constraint c ON c.conindid = r.oid AND c.contype IN ('p', 'u', 'x')
WHERE %(kind)s::text = 'relation' AND r.relkind IN ('r', 'p', 'f', 'v', 'm', 'S', 'i', 'I', 'c')
UNION ALL
SELECT 'type', concat(n.nspname, '.', t.typname),
  CASE WHEN c.relkind IS NULL OR c.relkind = 'c' THEN format('DROP TYPE %%I.%%I CASCADE', n.nspname, t.typname)
    ELSE format('DROP %%s %%I.%%I CASCADE', CASE c.relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW'
      WHEN 'f' THEN 'FOREIGN TABLE' ELSE 'TABLE' END, n.nspname, t.typname) END
FROM pg_type t
JOIN namespace n ON n.oid = t.typnamespace
LEFT JOIN pg_class c ON c.oid = t.typrelid
WHERE %(kind)s::text = 'type' AND t.typname = %(name)s::text
UNION ALL
SELECT 'column', concat_ws('.', r.nspname, r.relname, a.attname),
  format('ALTER TABLE %%I.%%I DROP COLUMN %%I CASCADE', r.nspname, r.relname, a.attname)
FROM relation r JOIN pg_attribute a ON a.attrelid = r.oid
WHERE %(kind)s::text = 'column' AND a.attname = %(name)s::text AND a.attnum > 0 AND NOT a.attisdropped
  AND r.relkind IN ('r', 'p', 'f')
UNION ALL
SELECT 'constraint', concat_ws('.', r.nspname, r.relname, c.conname),
  format('ALTER TABLE %%I.%%I DROP CONSTRAINT %%I CASCADE', r.nspname, r.relname, c.conname)
FROM relation r JOIN pg_constraint c ON c.conrelid = r.oid
WHERE %(kind)s::text = 'constraint' AND c.conname = %(name)s::text
UNION ALL
SELECT 'function', format('%%s.%%s(%%s)', n.nspname, p.proname, pg_get_function_identity_arguments(p.oid)),
  format('DROP ROUTINE %%I.%%I(%%s) CASCADE', n.nspname, p.proname, pg_get_function_identity_arguments(p.oid))
FROM pg_proc p JOIN namespace n ON n.oid = p.pronamespace
WHERE %(kind)s::text = 'function' AND p.proname = %(name)s::text
UNION ALL
SELECT 'trigger', concat_ws('.', n.nspname, c.relname, t.tgname),
  format('DROP TRIGGER %%I ON %%I.%%I CASCADE', t.tgname, n.nspname, c.relname)
FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN namespace n ON n.oid = c.relnamespace
WHERE %(kind)s::text = 'trigger' AND t.tgname = %(name)s::text AND NOT t.tgisinternal AND t.tgparentid = 0
  AND (%(table)s::text IS NULL OR c.relname = %(table)s::text)
UNION ALL
SELECT 'policy', concat_ws('.', n.nspname, c.relname, p.polname),
  format('DROP POLICY %%I ON %%I.%%I', p.polname, n.nspname, c.relname)
FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid JOIN namespace n ON n.oid = c.relnamespace
WHERE %(kind)s::text = 'policy' AND p.polname = %(name)s::text
  AND (%(table)s::text IS NULL OR c.relname = %(table)s::text)
