-- pgready: ignore RES007 the next migration commits
COMMENT ON TABLE "Start" IS 'where it begins';
