-- Retries with back-off: how often a post was tried, when the next try is due, and why the last one failed.
ALTER TABLE "SocialQueueItem" ADD COLUMN IF NOT EXISTS "attemptCount" INTEGER NOT NULL DEFAULT 0;
ALTER TABLE "SocialQueueItem" ADD COLUMN IF NOT EXISTS "maxAttempts" INTEGER NOT NULL DEFAULT 5;
ALTER TABLE "SocialQueueItem" ADD COLUMN IF NOT EXISTS "nextAttemptAt" TIMESTAMP(3);
ALTER TABLE "SocialQueueItem" ADD COLUMN IF NOT EXISTS "lastError" TEXT;

CREATE INDEX IF NOT EXISTS "SocialQueueItem_retry_idx" ON "SocialQueueItem"("status", "nextAttemptAt");
