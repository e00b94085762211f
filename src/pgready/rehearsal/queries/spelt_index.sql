-- The one index of our own temporary table: operator classes ("" for the default of the type) and predicate.
-- Manual: "System Catalogs" pg_index (indclass counts from 0), pg_opclass (opcdefault).
SELECT pg_catalog.array_agg(CASE WHEN o.opcdefault THEN '' ELSE o.opcname::text END ORDER BY k.place),
  pg_catalog.pg_get_expr(i.indpred, i.indrelid)
FROM pg_catalog.pg_index i
CROSS JOIN LATERAL pg_catalog.unnest(i.indclass::pg_catalog.oid[]) WITH ORDINALITY AS k (opclass, place)
JOIN pg_catalog.pg_opclass o ON o.oid = k.opclass
WHERE i.indrelid = 'pg_temp."pgready asks"'::pg_catalog.regclass
GROUP BY i.indexrelid, i.indpred, i.indrelid
