-- Installed extensions; plpgsql is part of every database.
-- Manual: "System Catalogs" pg_extension.
SELECT extname FROM pg_catalog.pg_extension WHERE extname <> 'plpgsql'
