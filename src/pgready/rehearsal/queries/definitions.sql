-- Every object with its identity (OID; attnum for columns) and its definition, to tell "nothing changed" from "dropped
-- and made again" from "made differently". Run with search_path=pg_catalog, so that definitions are fully qualified.
-- The objects of names.sql, functions with their arguments, and those that names.sql does not know, of every kind that a
-- migration can make or alter; extensions' members are left out. No OID stands in a definition (it differs from run to
-- run); to_jsonb carries the columns of every version of the server. Superuser and owner read the same.
-- Indexes: whether one is valid stands in the third place from the end, which the crash points read.
-- Manual: "System Catalogs"; pg_get_viewdef, pg_get_constraintdef, pg_get_indexdef, pg_get_functiondef, pg_get_triggerdef,
-- pg_get_ruledef, pg_get_statisticsobjdef, pg_get_expr, lo_get in "System Information Functions" and "Large Objects".
WITH member AS MATERIALIZED (
  SELECT classid, objid FROM pg_depend WHERE deptype = 'e' AND refclassid = 'pg_extension'::regclass
), comment AS MATERIALIZED (
  SELECT classoid, objoid, objsubid, description FROM pg_description
  WHERE objoid >= 16384 OR classoid = ANY ('{pg_namespace,pg_extension,pg_largeobject}'::regclass[])
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
), other (kind, catalog, schema, owner_of, name, oid, definition) AS (
  SELECT 'publication', 'pg_publication'::regclass, '', '', p.pubname::text, p.oid,
    concat_ws(chr(10), to_jsonb(p) - '{oid,pubowner,pubname}'::text[], pg_get_userbyid(p.pubowner),
      (SELECT jsonb_agg(to_jsonb(t) ORDER BY t.schemaname, t.tablename)
       FROM pg_publication_tables t WHERE t.pubname = p.pubname))
  FROM pg_publication p
  UNION ALL
  SELECT 'statistics', 'pg_statistic_ext'::regclass, n.nspname, '', s.stxname, s.oid,
    concat_ws(chr(10), pg_get_statisticsobjdef(s.oid), to_jsonb(s) -> 'stxstattarget', pg_get_userbyid(s.stxowner))
  FROM pg_statistic_ext s JOIN namespace n ON n.oid = s.stxnamespace
  UNION ALL
  SELECT 'operator', 'pg_operator'::regclass, n.nspname, concat(format_type(o.oprleft, NULL), ',', format_type(o.oprright, NULL)),
    o.oprname, o.oid,
    concat_ws(chr(10), o.oprcode, format_type(o.oprresult, NULL), o.oprcom::regoperator, o.oprnegate::regoperator,
      o.oprrest, o.oprjoin, o.oprcanmerge, o.oprcanhash, pg_get_userbyid(o.oprowner))
  FROM pg_operator o JOIN namespace n ON n.oid = o.oprnamespace
  UNION ALL
  SELECT 'operator class', 'pg_opclass'::regclass, n.nspname, a.amname, c.opcname, c.oid,
    concat_ws(chr(10), f.opfname, format_type(c.opcintype, NULL), c.opcdefault, format_type(nullif(c.opckeytype, 0), NULL),
      pg_get_userbyid(c.opcowner))
  FROM pg_opclass c
  JOIN namespace n ON n.oid = c.opcnamespace
  JOIN pg_am a ON a.oid = c.opcmethod
  JOIN pg_opfamily f ON f.oid = c.opcfamily
  UNION ALL
  SELECT 'operator family', 'pg_opfamily'::regclass, n.nspname, a.amname, f.opfname, f.oid,
    concat_ws(chr(10), pg_get_userbyid(f.opfowner),
      (SELECT string_agg(concat_ws(' ', o.amopopr::regoperator, o.amopstrategy, o.amoppurpose), ',' ORDER BY
          o.amopopr::regoperator::text)
       FROM pg_amop o WHERE o.amopfamily = f.oid),
      (SELECT string_agg(concat_ws(' ', p.amproc::regprocedure, p.amprocnum), ',' ORDER BY
          p.amprocnum, p.amproc::regprocedure::text)
       FROM pg_amproc p WHERE p.amprocfamily = f.oid))
  FROM pg_opfamily f JOIN namespace n ON n.oid = f.opfnamespace JOIN pg_am a ON a.oid = f.opfmethod
  UNION ALL
  SELECT 'collation', 'pg_collation'::regclass, n.nspname, c.collencoding::text, c.collname, c.oid,
    concat_ws(chr(10), to_jsonb(c) - '{oid,collowner,collnamespace}'::text[], pg_get_userbyid(c.collowner))
  FROM pg_collation c JOIN namespace n ON n.oid = c.collnamespace
  UNION ALL
  SELECT 'conversion', 'pg_conversion'::regclass, n.nspname, '', c.conname, c.oid,
    concat_ws(chr(10), c.conforencoding, c.contoencoding, c.conproc, c.condefault, pg_get_userbyid(c.conowner))
  FROM pg_conversion c JOIN namespace n ON n.oid = c.connamespace
  UNION ALL
  SELECT 'cast', 'pg_cast'::regclass, '', format_type(c.castsource, NULL), format_type(c.casttarget, NULL), c.oid,
    concat_ws(chr(10), c.castfunc::regprocedure, c.castcontext, c.castmethod)
  FROM pg_cast c
  WHERE c.oid >= 16384
  UNION ALL
  SELECT 'transform', 'pg_transform'::regclass, '', l.lanname, format_type(t.trftype, NULL), t.oid,
    concat_ws(chr(10), t.trffromsql, t.trftosql)
  FROM pg_transform t JOIN pg_language l ON l.oid = t.trflang
  UNION ALL
  SELECT 'default privileges', 'pg_default_acl'::regclass, coalesce(n.nspname, ''), d.defaclobjtype::text,
    pg_get_userbyid(d.defaclrole), d.oid, d.defaclacl::text
  FROM pg_default_acl d LEFT JOIN namespace n ON n.oid = d.defaclnamespace
  UNION ALL
  SELECT 'text search configuration', 'pg_ts_config'::regclass, n.nspname, '', c.cfgname, c.oid,
    concat_ws(chr(10), p.prsname, pg_get_userbyid(c.cfgowner),
      (SELECT string_agg(concat_ws(' ', m.maptokentype, m.mapdict::regdictionary), ',' ORDER BY m.maptokentype, m.mapseqno)
       FROM pg_ts_config_map m WHERE m.mapcfg = c.oid))
  FROM pg_ts_config c JOIN namespace n ON n.oid = c.cfgnamespace JOIN pg_ts_parser p ON p.oid = c.cfgparser
  UNION ALL
  SELECT 'text search dictionary', 'pg_ts_dict'::regclass, n.nspname, '', d.dictname, d.oid,
    concat_ws(chr(10), t.tmplname, d.dictinitoption, pg_get_userbyid(d.dictowner))
  FROM pg_ts_dict d JOIN namespace n ON n.oid = d.dictnamespace JOIN pg_ts_template t ON t.oid = d.dicttemplate
  UNION ALL
  SELECT 'text search parser', 'pg_ts_parser'::regclass, n.nspname, '', p.prsname, p.oid,
    (to_jsonb(p) - '{oid,prsnamespace}'::text[])::text
  FROM pg_ts_parser p JOIN namespace n ON n.oid = p.prsnamespace
  UNION ALL
  SELECT 'text search template', 'pg_ts_template'::regclass, n.nspname, '', t.tmplname, t.oid,
    (to_jsonb(t) - '{oid,tmplnamespace}'::text[])::text
  FROM pg_ts_template t JOIN namespace n ON n.oid = t.tmplnamespace
  UNION ALL
  -- Their numbers are given out at random: the first, the second. Those of others may not be read.
  SELECT 'large object', 'pg_largeobject'::regclass, '', '', row_number() OVER (ORDER BY l.oid)::text, l.oid,
    concat_ws(chr(10), pg_get_userbyid(l.lomowner), l.lomacl,
      CASE WHEN l.lomowner = d.datdba AND l.lomacl IS NULL THEN md5(lo_get(l.oid)) END)
  FROM pg_largeobject_metadata l JOIN pg_database d ON d.datname = current_database()
  UNION ALL
  SELECT 'event trigger', 'pg_event_trigger'::regclass, '', '', e.evtname, e.oid,
    concat_ws(chr(10), e.evtevent, e.evtfoid::regprocedure, e.evtenabled, e.evttags, pg_get_userbyid(e.evtowner))
  FROM pg_event_trigger e
  UNION ALL
  SELECT 'language', 'pg_language'::regclass, '', '', l.lanname, l.oid,
    concat_ws(chr(10), l.lanpltrusted, l.lanplcallfoid::regprocedure, l.lanacl, pg_get_userbyid(l.lanowner))
  FROM pg_language l
  UNION ALL
  SELECT 'foreign data wrapper', 'pg_foreign_data_wrapper'::regclass, '', '', f.fdwname, f.oid,
    concat_ws(chr(10), f.fdwhandler::regprocedure, f.fdwvalidator::regprocedure, f.fdwoptions, f.fdwacl,
      pg_get_userbyid(f.fdwowner))
  FROM pg_foreign_data_wrapper f
  UNION ALL
  SELECT 'foreign server', 'pg_foreign_server'::regclass, '', f.fdwname, s.srvname, s.oid,
    concat_ws(chr(10), s.srvtype, s.srvversion, s.srvoptions, s.srvacl, pg_get_userbyid(s.srvowner))
  FROM pg_foreign_server s JOIN pg_foreign_data_wrapper f ON f.oid = s.srvfdw
  UNION ALL
  -- Options only where the owner of the database may read them too.
  SELECT 'user mapping', 'pg_user_mapping'::regclass, '', u.srvname, u.usename, u.umid,
    CASE WHEN s.srvowner = d.datdba AND u.umuser IN (0, d.datdba) THEN u.umoptions::text ELSE '' END
  FROM pg_user_mappings u
  JOIN pg_foreign_server s ON s.oid = u.srvid
  JOIN pg_database d ON d.datname = current_database()
  UNION ALL
  SELECT 'setting', 'pg_db_role_setting'::regclass, '', '', CASE WHEN s.setrole = 0 THEN '' ELSE pg_get_userbyid(s.setrole) END,
    0, s.setconfig::text
  FROM pg_db_role_setting s JOIN pg_database d ON d.oid = s.setdatabase
  WHERE d.datname = current_database()
)
SELECT 'schema', '', '', n.nspname::text, n.oid::bigint,
  concat_ws(chr(10), n.nspacl, pg_get_userbyid(n.nspowner), d.description)
FROM namespace n
LEFT JOIN comment d ON d.classoid = 'pg_namespace'::regclass AND d.objoid = n.oid
WHERE NOT EXISTS (SELECT FROM member m WHERE m.classid = 'pg_namespace'::regclass AND m.objid = n.oid)
UNION ALL
SELECT 'extension', '', '', e.extname, e.oid::bigint,
  concat_ws(chr(10), e.extversion, e.extnamespace::regnamespace, pg_get_userbyid(e.extowner), d.description)
FROM pg_extension e
LEFT JOIN comment d ON d.classoid = 'pg_extension'::regclass AND d.objoid = e.oid
UNION ALL
SELECT 'relation', r.nspname, '', r.relname, r.oid::bigint,
  concat_ws(chr(10), r.relkind, r.relpersistence, r.reloptions, 'toast ' || t.reloptions::text, r.relrowsecurity,
    r.relforcerowsecurity, r.relreplident, r.relacl, pg_get_userbyid(r.relowner), r.relispopulated,
    nullif(r.reltablespace, 0), m.amname, nullif(r.reloftype, 0)::regtype, d.description,
    pg_get_expr(r.relpartbound, r.oid), CASE WHEN r.relkind = 'p' THEN pg_get_partkeydef(r.oid) END,
    CASE WHEN r.relkind IN ('v', 'm') THEN pg_get_viewdef(r.oid) END,
    CASE WHEN r.relkind = 'S' THEN
      (SELECT row(seqtypid::regtype, seqstart, seqincrement, seqmax, seqmin, seqcache, seqcycle)::text
       FROM pg_sequence s WHERE s.seqrelid = r.oid) END,
    CASE WHEN r.relkind = 'S' THEN
      (SELECT concat('owned by ', o.refobjid::regclass, '.', a.attname)
       FROM pg_depend o JOIN pg_attribute a ON a.attrelid = o.refobjid AND a.attnum = o.refobjsubid
       WHERE o.classid = 'pg_class'::regclass AND o.objid = r.oid AND o.deptype IN ('a', 'i')
         AND o.refclassid = 'pg_class'::regclass AND o.refobjsubid > 0) END,
    CASE WHEN r.relkind = 'f' THEN
      (SELECT concat_ws(' ', s.srvname, f.ftoptions)
       FROM pg_foreign_table f JOIN pg_foreign_server s ON s.oid = f.ftserver WHERE f.ftrelid = r.oid) END,
    (SELECT string_agg(i.inhparent::regclass::text, ',' ORDER BY i.inhseqno) FROM pg_inherits i WHERE i.inhrelid = r.oid))
FROM relation r
LEFT JOIN pg_class t ON t.oid = r.reltoastrelid
LEFT JOIN pg_am m ON m.oid = r.relam
LEFT JOIN comment d ON d.classoid = 'pg_class'::regclass AND d.objoid = r.oid AND d.objsubid = 0
UNION ALL
SELECT 'column', r.nspname, r.relname, a.attname, a.attnum::bigint,
  concat_ws(chr(10), format_type(a.atttypid, a.atttypmod), a.attnotnull, pg_get_expr(d.adbin, d.adrelid), a.attidentity,
    a.attgenerated, nullif(a.attcollation, 0)::regcollation, a.attstorage, a.attcompression, a.attacl, a.attstattarget,
    a.attislocal, 'options ' || a.attoptions::text, 'foreign ' || a.attfdwoptions::text, c.description)
FROM relation r
JOIN pg_attribute a ON a.attrelid = r.oid
LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
LEFT JOIN comment c ON c.classoid = 'pg_class'::regclass AND c.objoid = r.oid AND c.objsubid = a.attnum
WHERE r.relkind <> 'S' AND a.attnum > 0 AND NOT a.attisdropped
UNION ALL
SELECT 'constraint', r.nspname, r.relname, c.conname, c.oid::bigint,
  concat_ws(chr(10), pg_get_constraintdef(c.oid), c.convalidated, c.conislocal, d.description)
FROM relation r
JOIN pg_constraint c ON c.conrelid = r.oid
LEFT JOIN comment d ON d.classoid = 'pg_constraint'::regclass AND d.objoid = c.oid
WHERE c.contype IN ('c', 'f', 'p', 'u', 'x')
UNION ALL
SELECT 'constraint', t.nspname, t.typname, c.conname, c.oid::bigint,
  concat_ws(chr(10), pg_get_constraintdef(c.oid), c.convalidated, d.description)
FROM type t
JOIN pg_constraint c ON c.contypid = t.oid
LEFT JOIN comment d ON d.classoid = 'pg_constraint'::regclass AND d.objoid = c.oid
UNION ALL
SELECT 'index', r.nspname, r.relname, c.relname, c.oid::bigint,
  concat_ws(chr(10), d.description, nullif(c.reltablespace, 0), pg_get_indexdef(c.oid), i.indisvalid, i.indisclustered,
    i.indisreplident)
FROM relation r
JOIN pg_index i ON i.indrelid = r.oid
JOIN pg_class c ON c.oid = i.indexrelid
LEFT JOIN comment d ON d.classoid = 'pg_class'::regclass AND d.objoid = c.oid AND d.objsubid = 0
UNION ALL
-- An expression of an index has no column with a name of its own: how much ANALYZE keeps of it.
SELECT 'index column', r.nspname, r.relname, concat(c.relname, '.', a.attnum), a.attnum::bigint, a.attstattarget::text
FROM relation r
JOIN pg_index i ON i.indrelid = r.oid AND i.indexprs IS NOT NULL
JOIN pg_class c ON c.oid = i.indexrelid
JOIN pg_attribute a ON a.attrelid = c.oid
WHERE a.attstattarget >= 0
UNION ALL
SELECT 'type', t.nspname, '', t.typname, t.oid::bigint,
  concat_ws(chr(10), t.typtype, format_type(t.typbasetype, t.typtypmod), t.typnotnull, t.typdefault, t.typacl,
    pg_get_userbyid(t.typowner), nullif(t.typcollation, 0)::regcollation, t.typstorage, d.description,
    (SELECT string_agg(concat_ws(' ', a.attname, format_type(a.atttypid, a.atttypmod), nullif(a.attcollation, 0)::regcollation),
        ',' ORDER BY a.attnum)
     FROM pg_attribute a WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped),
    CASE WHEN t.typtype = 'r' THEN
      (SELECT concat_ws(' ', format_type(g.rngsubtype, NULL), nullif(g.rngcollation, 0)::regcollation, c.opcname,
          g.rngcanonical, g.rngsubdiff, format_type(g.rngmultitypid, NULL))
       FROM pg_range g JOIN pg_opclass c ON c.oid = g.rngsubopc WHERE g.rngtypid = t.oid) END)
FROM type t
LEFT JOIN comment d ON d.classoid = 'pg_type'::regclass AND d.objoid = t.oid
UNION ALL
SELECT 'enum value', t.nspname, t.typname, e.enumlabel, e.oid::bigint,
  row_number() OVER (PARTITION BY t.oid ORDER BY e.enumsortorder)::text
FROM type t JOIN pg_enum e ON e.enumtypid = t.oid
UNION ALL
SELECT 'function', n.nspname, pg_get_function_identity_arguments(p.oid), p.proname, p.oid::bigint,
  concat_ws(chr(10), p.proacl, pg_get_userbyid(p.proowner), d.description, pg_get_function_result(p.oid),
    CASE WHEN p.prokind <> 'a' THEN pg_get_functiondef(p.oid) ELSE
      (SELECT concat_ws(chr(10), to_jsonb(a) - '{aggfnoid,aggtranstype,aggmtranstype,aggsortop}'::text[],
          format_type(a.aggtranstype, NULL), format_type(nullif(a.aggmtranstype, 0), NULL), a.aggsortop::regoperator,
          p.proparallel)
       FROM pg_aggregate a WHERE a.aggfnoid = p.oid) END)
FROM pg_proc p
JOIN namespace n ON n.oid = p.pronamespace
LEFT JOIN comment d ON d.classoid = 'pg_proc'::regclass AND d.objoid = p.oid
WHERE NOT EXISTS (SELECT FROM member m WHERE m.classid = 'pg_proc'::regclass AND m.objid = p.oid)
UNION ALL
SELECT 'trigger', r.nspname, r.relname, t.tgname, t.oid::bigint,
  concat_ws(chr(10), t.tgenabled, pg_get_triggerdef(t.oid), d.description)
FROM relation r
JOIN pg_trigger t ON t.tgrelid = r.oid
LEFT JOIN comment d ON d.classoid = 'pg_trigger'::regclass AND d.objoid = t.oid
WHERE NOT t.tgisinternal
UNION ALL
SELECT 'policy', r.nspname, r.relname, p.polname, p.oid::bigint,
  concat_ws(chr(10), p.polcmd, p.polpermissive,
    (SELECT string_agg(CASE WHEN role = 0 THEN 'public' ELSE pg_get_userbyid(role)::text END, ',' ORDER BY role)
     FROM unnest(p.polroles) AS role),
    pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid), d.description)
FROM relation r
JOIN pg_policy p ON p.polrelid = r.oid
LEFT JOIN comment d ON d.classoid = 'pg_policy'::regclass AND d.objoid = p.oid
UNION ALL
SELECT 'rule', r.nspname, r.relname, w.rulename, w.oid::bigint,
  concat_ws(chr(10), w.ev_enabled, pg_get_ruledef(w.oid), d.description)
FROM relation r
JOIN pg_rewrite w ON w.ev_class = r.oid
LEFT JOIN comment d ON d.classoid = 'pg_rewrite'::regclass AND d.objoid = w.oid
WHERE w.rulename <> '_RETURN'
UNION ALL
SELECT o.kind, o.schema, o.owner_of, o.name, o.oid::bigint, concat_ws(chr(10), o.definition, d.description)
FROM other o
LEFT JOIN comment d ON d.classoid = o.catalog AND d.objoid = o.oid AND d.objsubid = 0
WHERE NOT EXISTS (SELECT FROM member m WHERE m.classid = o.catalog AND m.objid = o.oid)
