-- Primary keys with their columns in key order.
-- Manual: "System Catalogs" pg_constraint (contype p, conkey).
SELECT k.conrelid, k.conname, pg_catalog.array_agg(a.attname::text ORDER BY u.place)
FROM pg_catalog.pg_constraint k
CROSS JOIN LATERAL pg_catalog.unnest(k.conkey) WITH ORDINALITY AS u (attnum, place)
JOIN pg_catalog.pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.attnum
WHERE k.contype = 'p'
GROUP BY k.oid, k.conrelid, k.conname
