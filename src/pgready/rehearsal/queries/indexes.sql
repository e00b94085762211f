-- Indexes of user tables that are not those of a primary key or an exclusion constraint: key columns by name, expressions
-- as SQL, and INCLUDE columns.
-- Manual: "System Catalogs" pg_index (indkey 0: an expression; indnkeyatts; indisvalid; indoption counts from 0,
-- its bit 0 is DESC; indclass counts from 0, too), pg_opclass
-- (opcdefault), pg_am; pg_get_indexdef.
SELECT i.indrelid, c.relname, i.indisunique, m.amname, pg_catalog.pg_get_expr(i.indpred, i.indrelid), i.indisvalid,
  pg_catalog.array_agg(
    CASE WHEN k.attnum = 0 THEN pg_catalog.pg_get_indexdef(i.indexrelid, k.place::integer, false)
      ELSE a.attname::text END ORDER BY k.place),
  pg_catalog.array_agg((i.indoption[k.place::integer - 1] & 1) = 1 ORDER BY k.place),
  pg_catalog.array_agg(CASE WHEN o.opcdefault THEN '' ELSE o.opcname::text END ORDER BY k.place),
  COALESCE(r.names, '{}')
FROM pg_catalog.pg_index i
JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
JOIN pg_catalog.pg_class t ON t.oid = i.indrelid
JOIN pg_catalog.pg_namespace n ON n.oid = t.relnamespace
JOIN pg_catalog.pg_am m ON m.oid = c.relam
CROSS JOIN LATERAL pg_catalog.unnest(i.indkey::pg_catalog.int2[]) WITH ORDINALITY AS k (attnum, place)
JOIN pg_catalog.pg_opclass o ON o.oid = i.indclass[k.place::integer - 1]
CROSS JOIN LATERAL (
  SELECT pg_catalog.array_agg(b.attname::text ORDER BY c.place) AS names
  FROM pg_catalog.unnest(i.indkey::pg_catalog.int2[]) WITH ORDINALITY AS c (attnum, place)
  JOIN pg_catalog.pg_attribute b ON b.attrelid = i.indrelid AND b.attnum = c.attnum
  WHERE c.place > i.indnkeyatts) AS r
LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum AND k.attnum <> 0
WHERE NOT i.indisprimary AND NOT i.indisexclusion AND t.relkind IN ('r', 'p')
  AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
  AND k.place <= i.indnkeyatts
GROUP BY i.indexrelid, i.indrelid, c.relname, i.indisunique, m.amname, i.indpred, i.indisvalid, r.names
