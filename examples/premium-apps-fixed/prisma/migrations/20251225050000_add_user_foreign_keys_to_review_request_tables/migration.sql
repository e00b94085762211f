-- The keys of the review tables to "User", which add_auth_models has made. Safe to run again.
-- There is no guard on "User": if it were missing, this must fail and not be skipped.

DO $$ BEGIN
  IF NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conname = 'ReviewRequestCampaign_userId_fkey') THEN
    ALTER TABLE "ReviewRequestCampaign" ADD CONSTRAINT "ReviewRequestCampaign_userId_fkey"
      FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;
  END IF;
END $$;

DO $$ BEGIN
  IF NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conname = 'ReviewRequestCustomer_userId_fkey') THEN
    ALTER TABLE "ReviewRequestCustomer" ADD CONSTRAINT "ReviewRequestCustomer_userId_fkey"
      FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;
  END IF;
END $$;

DO $$ BEGIN
  IF NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conname = 'ReviewRequestQueueItem_userId_fkey') THEN
    ALTER TABLE "ReviewRequestQueueItem" ADD CONSTRAINT "ReviewRequestQueueItem_userId_fkey"
      FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;
  END IF;
END $$;

DO $$ BEGIN
  IF NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conname = 'ReviewRequestDataset_userId_fkey') THEN
    ALTER TABLE "ReviewRequestDataset" ADD CONSTRAINT "ReviewRequestDataset_userId_fkey"
      FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;
  END IF;
END $$;

DO $$ BEGIN
  IF NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conname = 'UsageCounter_userId_fkey') THEN
    ALTER TABLE "UsageCounter" ADD CONSTRAINT "UsageCounter_userId_fkey"
      FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;
  END IF;
END $$;
