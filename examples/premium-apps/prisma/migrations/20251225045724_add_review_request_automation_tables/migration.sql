-- Review request automation.
-- Written to be safe anywhere: tables, types and indexes are made only where they are missing, and the keys to "User"
-- only where "User" is there already.

DO $$ BEGIN
  CREATE TYPE "ReviewChannel" AS ENUM ('EMAIL', 'SMS');
EXCEPTION
  WHEN duplicate_object THEN null;
END $$;

DO $$ BEGIN
  CREATE TYPE "ReviewCampaignStatus" AS ENUM ('DRAFT', 'ACTIVE', 'PAUSED', 'FINISHED');
EXCEPTION
  WHEN duplicate_object THEN null;
END $$;

DO $$ BEGIN
  CREATE TYPE "ReviewQueueStatus" AS ENUM ('QUEUED', 'SENT', 'CLICKED', 'REVIEWED', 'FAILED', 'OPTED_OUT');
EXCEPTION
  WHEN duplicate_object THEN null;
END $$;

CREATE TABLE IF NOT EXISTS "ReviewRequestCampaign" (
    "id" TEXT NOT NULL,
    "userId" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "status" "ReviewCampaignStatus" NOT NULL DEFAULT 'DRAFT',
    "channels" "ReviewChannel"[] DEFAULT ARRAY['EMAIL']::"ReviewChannel"[],
    "reviewUrl" TEXT NOT NULL,
    "subjectTemplate" VARCHAR(200),
    "bodyTemplate" TEXT NOT NULL,
    "followUpDays" INTEGER[] DEFAULT ARRAY[3, 7]::INTEGER[],
    "dailyLimit" INTEGER NOT NULL DEFAULT 50,
    "quietHours" JSONB,
    "startsAt" TIMESTAMP(3),
    "endsAt" TIMESTAMP(3),
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "ReviewRequestCampaign_pkey" PRIMARY KEY ("id")
);

CREATE TABLE IF NOT EXISTS "ReviewRequestCustomer" (
    "id" TEXT NOT NULL,
    "userId" TEXT NOT NULL,
    "campaignId" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "email" TEXT,
    "phone" VARCHAR(32),
    "tags" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "lastVisitOn" DATE,
    "optedOutAt" TIMESTAMP(3),
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "ReviewRequestCustomer_pkey" PRIMARY KEY ("id")
);

CREATE TABLE IF NOT EXISTS "ReviewRequestQueueItem" (
    "id" TEXT NOT NULL,
    "userId" TEXT NOT NULL,
    "campaignId" TEXT NOT NULL,
    "customerId" TEXT NOT NULL,
    "channel" "ReviewChannel" NOT NULL DEFAULT 'EMAIL',
    "sequenceStep" SMALLINT NOT NULL DEFAULT 0,
    "status" "ReviewQueueStatus" NOT NULL DEFAULT 'QUEUED',
    "scheduledFor" TIMESTAMP(3) NOT NULL,
    "sentAt" TIMESTAMP(3),
    "clickedAt" TIMESTAMP(3),
    "providerRef" TEXT,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "lastError" TEXT,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "ReviewRequestQueueItem_pkey" PRIMARY KEY ("id")
);

CREATE TABLE IF NOT EXISTS "ReviewRequestDataset" (
    "id" TEXT NOT NULL,
    "userId" TEXT NOT NULL,
    "campaignId" TEXT,
    "fileName" TEXT NOT NULL,
    "sizeBytes" BIGINT NOT NULL,
    "rowCount" INTEGER NOT NULL DEFAULT 0,
    "rejectedRows" INTEGER NOT NULL DEFAULT 0,
    "columnMap" JSONB NOT NULL,
    "importedAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "ReviewRequestDataset_pkey" PRIMARY KEY ("id")
);

CREATE TABLE IF NOT EXISTS "UsageCounter" (
    "id" TEXT NOT NULL,
    "userId" TEXT NOT NULL,
    "feature" VARCHAR(60) NOT NULL,
    "month" DATE NOT NULL,
    "used" INTEGER NOT NULL DEFAULT 0,
    "allowance" INTEGER,
    "updatedAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "UsageCounter_pkey" PRIMARY KEY ("id")
);

-- Indexes
CREATE INDEX IF NOT EXISTS "ReviewRequestCampaign_userId_status_idx" ON "ReviewRequestCampaign"("userId", "status");
CREATE INDEX IF NOT EXISTS "ReviewRequestCustomer_userId_idx" ON "ReviewRequestCustomer"("userId");
CREATE INDEX IF NOT EXISTS "ReviewRequestCustomer_tags_idx" ON "ReviewRequestCustomer" USING GIN ("tags");
CREATE UNIQUE INDEX IF NOT EXISTS "ReviewRequestCustomer_campaignId_email_key" ON "ReviewRequestCustomer"("campaignId", "email");
CREATE INDEX IF NOT EXISTS "ReviewRequestQueueItem_status_scheduledFor_idx" ON "ReviewRequestQueueItem"("status", "scheduledFor");
CREATE INDEX IF NOT EXISTS "ReviewRequestQueueItem_userId_idx" ON "ReviewRequestQueueItem"("userId");
CREATE INDEX IF NOT EXISTS "ReviewRequestQueueItem_customerId_idx" ON "ReviewRequestQueueItem"("customerId");
CREATE UNIQUE INDEX IF NOT EXISTS "ReviewRequestQueueItem_campaignId_customerId_sequenceStep_c_key" ON "ReviewRequestQueueItem"("campaignId", "customerId", "sequenceStep", "channel");
CREATE INDEX IF NOT EXISTS "ReviewRequestDataset_userId_importedAt_idx" ON "ReviewRequestDataset"("userId", "importedAt" DESC);
CREATE INDEX IF NOT EXISTS "ReviewRequestDataset_campaignId_idx" ON "ReviewRequestDataset"("campaignId");
CREATE UNIQUE INDEX IF NOT EXISTS "UsageCounter_userId_feature_month_key" ON "UsageCounter"("userId", "feature", "month");

-- Keys among the review tables
DO $$ BEGIN
  IF NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conname = 'ReviewRequestCustomer_campaignId_fkey') THEN
    ALTER TABLE "ReviewRequestCustomer" ADD CONSTRAINT "ReviewRequestCustomer_campaignId_fkey"
      FOREIGN KEY ("campaignId") REFERENCES "ReviewRequestCampaign"("id") ON DELETE CASCADE ON UPDATE CASCADE;
  END IF;
END $$;

DO $$ BEGIN
  IF NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conname = 'ReviewRequestQueueItem_campaignId_fkey') THEN
    ALTER TABLE "ReviewRequestQueueItem" ADD CONSTRAINT "ReviewRequestQueueItem_campaignId_fkey"
      FOREIGN KEY ("campaignId") REFERENCES "ReviewRequestCampaign"("id") ON DELETE CASCADE ON UPDATE CASCADE;
  END IF;
END $$;

DO $$ BEGIN
  IF NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conname = 'ReviewRequestQueueItem_customerId_fkey') THEN
    ALTER TABLE "ReviewRequestQueueItem" ADD CONSTRAINT "ReviewRequestQueueItem_customerId_fkey"
      FOREIGN KEY ("customerId") REFERENCES "ReviewRequestCustomer"("id") ON DELETE CASCADE ON UPDATE CASCADE;
  END IF;
END $$;

DO $$ BEGIN
  IF NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conname = 'ReviewRequestDataset_campaignId_fkey') THEN
    ALTER TABLE "ReviewRequestDataset" ADD CONSTRAINT "ReviewRequestDataset_campaignId_fkey"
      FOREIGN KEY ("campaignId") REFERENCES "ReviewRequestCampaign"("id") ON DELETE SET NULL ON UPDATE CASCADE;
  END IF;
END $$;

-- Keys to "User", if there is one
DO $$ BEGIN
  IF NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conname = 'ReviewRequestCampaign_userId_fkey')
    AND EXISTS (SELECT 1 FROM information_schema.tables WHERE table_schema = 'public' AND table_name = 'User')
  THEN
    ALTER TABLE "ReviewRequestCampaign" ADD CONSTRAINT "ReviewRequestCampaign_userId_fkey"
      FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;
  END IF;
END $$;

DO $$ BEGIN
  IF NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conname = 'ReviewRequestCustomer_userId_fkey')
    AND EXISTS (SELECT 1 FROM information_schema.tables WHERE table_schema = 'public' AND table_name = 'User')
  THEN
    ALTER TABLE "ReviewRequestCustomer" ADD CONSTRAINT "ReviewRequestCustomer_userId_fkey"
      FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;
  END IF;
END $$;

DO $$ BEGIN
  IF NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conname = 'ReviewRequestQueueItem_userId_fkey')
    AND EXISTS (SELECT 1 FROM information_schema.tables WHERE table_schema = 'public' AND table_name = 'User')
  THEN
    ALTER TABLE "ReviewRequestQueueItem" ADD CONSTRAINT "ReviewRequestQueueItem_userId_fkey"
      FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;
  END IF;
END $$;

DO $$ BEGIN
  IF NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conname = 'ReviewRequestDataset_userId_fkey')
    AND EXISTS (SELECT 1 FROM information_schema.tables WHERE table_schema = 'public' AND table_name = 'User')
  THEN
    ALTER TABLE "ReviewRequestDataset" ADD CONSTRAINT "ReviewRequestDataset_userId_fkey"
      FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;
  END IF;
END $$;

DO $$ BEGIN
  IF NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conname = 'UsageCounter_userId_fkey')
    AND EXISTS (SELECT 1 FROM information_schema.tables WHERE table_schema = 'public' AND table_name = 'User')
  THEN
    ALTER TABLE "UsageCounter" ADD CONSTRAINT "UsageCounter_userId_fkey"
      FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;
  END IF;
END $$;
