-- Foreign keys, columns in key order. A key that refers to a partitioned table has one more row per partition on the
-- same referencing table (conparentid): those are the server's own.
-- Manual: "System Catalogs" pg_constraint (contype f, confupdtype, confdeltype, convalidated; conenforced since
-- PostgreSQL 18, before which every key is enforced).
SELECT k.conrelid, k.conname, fn.nspname, f.relname, k.confdeltype, k.confupdtype, k.convalidated,
  pg_catalog.array_agg(a.attname::text ORDER BY u.place), pg_catalog.array_agg(b.attname::text ORDER BY u.place),
  COALESCE(pg_catalog.bool_and((pg_catalog.to_jsonb(k) ->> 'conenforced')::boolean), true)
FROM pg_catalog.pg_constraint k
JOIN pg_catalog.pg_class f ON f.oid = k.confrelid
JOIN pg_catalog.pg_namespace fn ON fn.oid = f.relnamespace
CROSS JOIN LATERAL ROWS FROM (pg_catalog.unnest(k.conkey), pg_catalog.unnest(k.confkey)) WITH ORDINALITY AS u (attnum, refnum, place)
JOIN pg_catalog.pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.attnum
JOIN pg_catalog.pg_attribute b ON b.attrelid = k.confrelid AND b.attnum = u.refnum
WHERE k.contype = 'f'
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_constraint p WHERE p.oid = k.conparentid AND p.conrelid = k.conrelid)
GROUP BY k.oid, k.conrelid, k.conname, fn.nspname, f.relname, k.confdeltype, k.confupdtype, k.convalidated
