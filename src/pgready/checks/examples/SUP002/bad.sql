-- pgready: ignore RES007 until 2025-12-31 the next migration commits
COMMENT ON TABLE "Start" IS 'where it begins';
