-- Follow-up of add_review_request_automation_tables: the keys to "User", for databases that had no "User" table then.
-- Safe to run again.

DO $$
BEGIN
  IF EXISTS (
    SELECT 1 FROM information_schema.tables
    WHERE table_schema = 'public' AND table_name = 'User'
  ) THEN
    IF NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conname = 'ReviewRequestCampaign_userId_fkey') THEN
      ALTER TABLE "ReviewRequestCampaign" ADD CONSTRAINT "ReviewRequestCampaign_userId_fkey"
        FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;
    END IF;

    IF NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conname = 'ReviewRequestCustomer_userId_fkey') THEN
      ALTER TABLE "ReviewRequestCustomer" ADD CONSTRAINT "ReviewRequestCustomer_userId_fkey"
        FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;
    END IF;

    IF NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conname = 'ReviewRequestQueueItem_userId_fkey') THEN
      ALTER TABLE "ReviewRequestQueueItem" ADD CONSTRAINT "ReviewRequestQueueItem_userId_fkey"
        FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;
    END IF;

    IF NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conname = 'ReviewRequestDataset_userId_fkey') THEN
      ALTER TABLE "ReviewRequestDataset" ADD CONSTRAINT "ReviewRequestDataset_userId_fkey"
        FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;
    END IF;

    IF NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conname = 'UsageCounter_userId_fkey') THEN
      ALTER TABLE "UsageCounter" ADD CONSTRAINT "UsageCounter_userId_fkey"
        FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;
    END IF;
  END IF;
END $$;
