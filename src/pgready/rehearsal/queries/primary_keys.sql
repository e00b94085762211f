-- Primary keys with their columns in key order, and their INCLUDE columns.
-- Manual: "System Catalogs" pg_constraint (contype p, conkey).
SELECT k.conrelid, k.conname, pg_catalog.array_agg(a.attname::text ORDER BY u.place),
  COALESCE(r.names, '{}')
FROM pg_catalog.pg_constraint k
CROSS JOIN LATERAL pg_catalog.unnest(k.conkey) WITH ORDINALITY AS u (attnum, place)
JOIN pg_catalog.pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.attnum
JOIN pg_catalog.pg_index i ON i.indexrelid = k.conindid
CROSS JOIN LATERAL (
  SELECT pg_catalog.array_agg(b.attname::text ORDER BY c.place) AS names
  FROM pg_catalog.unnest(i.indkey::pg_catalog.int2[]) WITH ORDINALITY AS c (attnum, place)
  JOIN pg_catalog.pg_attribute b ON b.attrelid = i.indrelid AND b.attnum = c.attnum
  WHERE c.place > i.indnkeyatts) AS r
WHERE k.contype = 'p'
GROUP BY k.oid, k.conrelid, k.conname, r.names
