-- Every object with its identity (OID; attnum for columns) and its definition, to tell "nothing changed" from "dropped
-- and made again" from "made differently". Run with search_path=pg_catalog, so that definitions are fully qualified.
-- The same objects as in names.sql, functions with their arguments; extensions' members are left out.
-- Manual: "System Catalogs"; pg_get_viewdef, pg_get_constraintdef, pg_get_indexdef, pg_get_functiondef, pg_get_triggerdef,
-- pg_get_ruledef, pg_get_expr, obj_description and col_description in "System Information Functions".
WITH member AS MATERIALIZED (
  SELECT classid, objid FROM pg_depend WHERE deptype = 'e' AND refclassid = 'pg_extension'::regclass
), namespace AS MATERIALIZED (
  SELECT * FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'
), relation AS MATERIALIZED (
  SELECT c.*, n.nspname
  FROM pg_class c JOIN namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm', 'S')
    AND NOT (n.nspname = 'public' AND c.relname = '_prisma_migrations')
    AND NOT EXISTS (SELECT FROM member m WHERE m.classid = 'pg_class'::regclass AND m.objid = c.oid)
), type AS MATERIALIZED (
  SELECT t.*, n.nspname
  FROM pg_type t JOIN namespace n ON n.oid = t.typnamespace
  WHERE (t.typtype IN ('e', 'd', 'r')
      OR t.typtype = 'b' AND t.typcategory <> 'A'
      OR t.typtype = 'c' AND EXISTS (SELECT FROM pg_class c WHERE c.oid = t.typrelid AND c.relkind = 'c'))
    AND NOT EXISTS (SELECT FROM member m WHERE m.classid = 'pg_type'::regclass AND m.objid = t.oid)
)
SELECT 'schema', '', '', n.nspname::text, n.oid::bigint,
  concat_ws(chr(10), n.nspacl, obj_description(n.oid, 'pg_namespace'))
FROM namespace n
WHERE NOT EXISTS (SELECT FROM member m WHERE m.classid = 'pg_namespace'::regclass AND m.objid = n.oid)
UNION ALL
SELECT 'extension', '', '', extname, oid::bigint, concat_ws(chr(10), extversion, extnamespace::regnamespace)
FROM pg_extension
UNION ALL
SELECT 'relation', r.nspname, '', r.relname, r.oid::bigint,
  concat_ws(chr(10), r.relkind, r.relpersistence, r.reloptions, r.relrowsecurity, r.relforcerowsecurity, r.relreplident,
    r.relacl, r.relispopulated, obj_description(r.oid, 'pg_class'), pg_get_expr(r.relpartbound, r.oid),
    CASE WHEN r.relkind = 'p' THEN pg_get_partkeydef(r.oid) END,
    CASE WHEN r.relkind IN ('v', 'm') THEN pg_get_viewdef(r.oid) END,
    (SELECT row(seqtypid, seqstart, seqincrement, seqmax, seqmin, seqcache, seqcycle)::text
     FROM pg_sequence s WHERE s.seqrelid = r.oid),
    (SELECT string_agg(i.inhparent::regclass::text, ',' ORDER BY i.inhseqno) FROM pg_inherits i WHERE i.inhrelid = r.oid))
FROM relation r
UNION ALL
SELECT 'column', r.nspname, r.relname, a.attname, a.attnum::bigint,
  concat_ws(chr(10), format_type(a.atttypid, a.atttypmod), a.attnotnull, pg_get_expr(d.adbin, d.adrelid), a.attidentity,
    a.attgenerated, a.attcollation, a.attstorage, a.attacl, a.attstattarget, col_description(r.oid, a.attnum))
FROM relation r
JOIN pg_attribute a ON a.attrelid = r.oid
LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE r.relkind <> 'S' AND a.attnum > 0 AND NOT a.attisdropped
UNION ALL
SELECT 'constraint', r.nspname, r.relname, c.conname, c.oid::bigint,
  concat_ws(chr(10), pg_get_constraintdef(c.oid), c.convalidated)
FROM relation r JOIN pg_constraint c ON c.conrelid = r.oid
WHERE c.contype IN ('c', 'f', 'p', 'u', 'x')
UNION ALL
SELECT 'constraint', t.nspname, t.typname, c.conname, c.oid::bigint, pg_get_constraintdef(c.oid)
FROM type t JOIN pg_constraint c ON c.contypid = t.oid
UNION ALL
SELECT 'index', r.nspname, r.relname, c.relname, c.oid::bigint,
  concat_ws(chr(10), pg_get_indexdef(c.oid), i.indisvalid, i.indisclustered, i.indisreplident)
FROM relation r
JOIN pg_index i ON i.indrelid = r.oid
JOIN pg_class c ON c.oid = i.indexrelid
UNION ALL
SELECT 'type', t.nspname, '', t.typname, t.oid::bigint,
  concat_ws(chr(10), t.typtype, format_type(t.typbasetype, t.typtypmod), t.typnotnull, t.typdefault, t.typacl,
    obj_description(t.oid, 'pg_type'),
    (SELECT string_agg(concat_ws(' ', a.attname, format_type(a.atttypid, a.atttypmod)), ',' ORDER BY a.attnum)
     FROM pg_attribute a WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped))
FROM type t
UNION ALL
SELECT 'enum value', t.nspname, t.typname, e.enumlabel, e.oid::bigint,
  row_number() OVER (PARTITION BY t.oid ORDER BY e.enumsortorder)::text
FROM type t JOIN pg_enum e ON e.enumtypid = t.oid
UNION ALL
SELECT 'function', n.nspname, pg_get_function_identity_arguments(p.oid), p.proname, p.oid::bigint,
  concat_ws(chr(10), p.proacl, obj_description(p.oid, 'pg_proc'),
    CASE WHEN p.prokind IN ('f', 'p') THEN pg_get_functiondef(p.oid) END)
FROM pg_proc p JOIN namespace n ON n.oid = p.pronamespace
WHERE NOT EXISTS (SELECT FROM member m WHERE m.classid = 'pg_proc'::regclass AND m.objid = p.oid)
UNION ALL
SELECT 'trigger', r.nspname, r.relname, t.tgname, t.oid::bigint, concat_ws(chr(10), t.tgenabled, pg_get_triggerdef(t.oid))
FROM relation r JOIN pg_trigger t ON t.tgrelid = r.oid
WHERE NOT t.tgisinternal
UNION ALL
SELECT 'policy', r.nspname, r.relname, p.polname, p.oid::bigint,
  concat_ws(chr(10), p.polcmd, p.polpermissive, p.polroles, pg_get_expr(p.polqual, p.polrelid),
    pg_get_expr(p.polwithcheck, p.polrelid))
FROM relation r JOIN pg_policy p ON p.polrelid = r.oid
UNION ALL
SELECT 'rule', r.nspname, r.relname, w.rulename, w.oid::bigint, concat_ws(chr(10), w.ev_enabled, pg_get_ruledef(w.oid))
FROM relation r JOIN pg_rewrite w ON w.ev_class = r.oid
WHERE w.rulename <> '_RETURN'
