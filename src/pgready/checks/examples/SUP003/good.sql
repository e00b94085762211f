COMMENT ON TABLE "Start" IS 'where it begins';
