DO $$ BEGIN EXECUTE format('DELETE FROM %I', 'Region'); END $$;
