-- The columns of some tables that an INSERT can name: table, number, name, not null, key, generated as identity,
-- and the type below all domains (oid, name, kind, category, modifier, labels), of an array that of its elements.
-- Manual: "System Catalogs" pg_attribute, pg_type, pg_enum, pg_constraint.
WITH RECURSIVE base AS (
  SELECT a.attrelid, a.attnum, a.atttypid AS typid, a.atttypmod AS typmod, 0 AS dims
  FROM pg_catalog.pg_attribute a
  WHERE a.attrelid = ANY (%s) AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
  UNION ALL
  SELECT b.attrelid, b.attnum,
    CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE t.typelem END,
    CASE WHEN t.typtype = 'd' AND b.typmod < 0 THEN t.typtypmod ELSE b.typmod END,
    b.dims + CASE WHEN t.typtype = 'd' THEN 0 ELSE 1 END
  FROM base b JOIN pg_catalog.pg_type t ON t.oid = b.typid
  WHERE t.typtype = 'd' OR t.typcategory = 'A' AND t.typelem <> 0 AND t.typlen = -1
), key AS (
  SELECT conrelid AS relid, unnest(conkey) AS attnum FROM pg_catalog.pg_constraint WHERE contype = 'f'
  UNION
  SELECT confrelid, unnest(confkey) FROM pg_catalog.pg_constraint WHERE contype = 'f'
)
SELECT a.attrelid::bigint, n.nspname::text, c.relname::text, a.attnum::int, a.attname::text,
  a.attnotnull OR EXISTS (SELECT FROM pg_catalog.pg_type d WHERE d.oid = a.atttypid AND d.typnotnull),
  k.attnum IS NOT NULL, t.typname::text, t.typtype::text, b.typmod, b.dims > 0,
  CASE WHEN t.typtype = 'e' THEN (
    SELECT array_agg(e.enumlabel::text ORDER BY e.enumsortorder) FROM pg_catalog.pg_enum e WHERE e.enumtypid = t.oid
  ) END
FROM base b
JOIN pg_catalog.pg_attribute a ON a.attrelid = b.attrelid AND a.attnum = b.attnum
JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_type t ON t.oid = b.typid
LEFT JOIN key k ON k.relid = a.attrelid AND k.attnum = a.attnum
WHERE t.typtype <> 'd' AND NOT (t.typcategory = 'A' AND t.typelem <> 0 AND t.typlen = -1)
ORDER BY a.attrelid, a.attnum
