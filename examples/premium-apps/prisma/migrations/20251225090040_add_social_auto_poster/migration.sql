-- Social auto-poster: settings per person, a queue of posts, and what happened to each delivery.

DO $$ BEGIN
  CREATE TYPE "SocialPlatform" AS ENUM ('FACEBOOK', 'INSTAGRAM', 'LINKEDIN', 'GOOGLE_BUSINESS', 'X');
EXCEPTION
  WHEN duplicate_object THEN null;
END $$;

DO $$ BEGIN
  CREATE TYPE "SocialQueueStatus" AS ENUM ('DRAFT', 'APPROVED', 'SCHEDULED', 'POSTING', 'POSTED', 'FAILED');
EXCEPTION
  WHEN duplicate_object THEN null;
END $$;

DO $$ BEGIN
  CREATE TYPE "SocialDeliveryOutcome" AS ENUM ('DELIVERED', 'REJECTED', 'RATE_LIMITED', 'TIMED_OUT');
EXCEPTION
  WHEN duplicate_object THEN null;
END $$;

DO $$ BEGIN
  CREATE TYPE "SocialConnectionStatus" AS ENUM ('ACTIVE', 'EXPIRED', 'REVOKED');
EXCEPTION
  WHEN duplicate_object THEN null;
END $$;

CREATE TABLE IF NOT EXISTS "SocialAutoposterSettings" (
    "id" TEXT NOT NULL,
    "userId" TEXT NOT NULL,
    "enabled" BOOLEAN NOT NULL DEFAULT false,
    "platforms" "SocialPlatform"[] DEFAULT ARRAY[]::"SocialPlatform"[],
    "postsPerWeek" SMALLINT NOT NULL DEFAULT 3,
    "postingDays" INTEGER[] DEFAULT ARRAY[1, 3, 5]::INTEGER[],
    "postingTime" TIME(0) NOT NULL DEFAULT '09:00:00'::time without time zone,
    "tone" TEXT NOT NULL DEFAULT 'friendly',
    "topics" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "requireApproval" BOOLEAN NOT NULL DEFAULT true,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "SocialAutoposterSettings_pkey" PRIMARY KEY ("id")
);

CREATE TABLE IF NOT EXISTS "SocialQueueItem" (
    "id" TEXT NOT NULL,
    "userId" TEXT NOT NULL,
    "platform" "SocialPlatform" NOT NULL,
    "status" "SocialQueueStatus" NOT NULL DEFAULT 'DRAFT',
    "caption" TEXT NOT NULL,
    "hashtags" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "linkUrl" TEXT,
    "fingerprint" CHAR(64) NOT NULL,
    "scheduledFor" TIMESTAMP(3),
    "postedAt" TIMESTAMP(3),
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "SocialQueueItem_pkey" PRIMARY KEY ("id")
);

CREATE TABLE IF NOT EXISTS "SocialDeliveryAttempt" (
    "id" TEXT NOT NULL,
    "userId" TEXT NOT NULL,
    "queueItemId" TEXT NOT NULL,
    "attempt" INTEGER NOT NULL DEFAULT 1,
    "outcome" "SocialDeliveryOutcome" NOT NULL,
    "httpStatus" SMALLINT,
    "responseBody" JSONB,
    "durationMs" INTEGER,
    "attemptedAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "SocialDeliveryAttempt_pkey" PRIMARY KEY ("id")
);

CREATE UNIQUE INDEX IF NOT EXISTS "SocialAutoposterSettings_userId_key" ON "SocialAutoposterSettings"("userId");
CREATE INDEX IF NOT EXISTS "SocialQueueItem_status_scheduledFor_idx" ON "SocialQueueItem"("status", "scheduledFor");
CREATE UNIQUE INDEX IF NOT EXISTS "SocialQueueItem_userId_platform_fingerprint_key" ON "SocialQueueItem"("userId", "platform", "fingerprint");
CREATE INDEX IF NOT EXISTS "SocialDeliveryAttempt_userId_idx" ON "SocialDeliveryAttempt"("userId");
CREATE UNIQUE INDEX IF NOT EXISTS "SocialDeliveryAttempt_queueItemId_attempt_key" ON "SocialDeliveryAttempt"("queueItemId", "attempt");

DO $$ BEGIN
  IF NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conname = 'SocialDeliveryAttempt_queueItemId_fkey') THEN
    ALTER TABLE "SocialDeliveryAttempt" ADD CONSTRAINT "SocialDeliveryAttempt_queueItemId_fkey"
      FOREIGN KEY ("queueItemId") REFERENCES "SocialQueueItem"("id") ON DELETE CASCADE ON UPDATE CASCADE;
  END IF;
END $$;

-- "User" may be missing on preview databases
DO $$
BEGIN
  IF EXISTS (SELECT 1 FROM information_schema.tables WHERE table_schema = 'public' AND table_name = 'User') THEN
    IF NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conname = 'SocialAutoposterSettings_userId_fkey') THEN
      ALTER TABLE "SocialAutoposterSettings" ADD CONSTRAINT "SocialAutoposterSettings_userId_fkey"
        FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;
    END IF;
  END IF;
END $$;

DO $$
BEGIN
  IF EXISTS (SELECT 1 FROM information_schema.tables WHERE table_schema = 'public' AND table_name = 'User') THEN
    IF NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conname = 'SocialQueueItem_userId_fkey') THEN
      ALTER TABLE "SocialQueueItem" ADD CONSTRAINT "SocialQueueItem_userId_fkey"
        FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;
    END IF;
  END IF;
END $$;

DO $$
BEGIN
  IF EXISTS (SELECT 1 FROM information_schema.tables WHERE table_schema = 'public' AND table_name = 'User') THEN
    IF NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conname = 'SocialDeliveryAttempt_userId_fkey') THEN
      ALTER TABLE "SocialDeliveryAttempt" ADD CONSTRAINT "SocialDeliveryAttempt_userId_fkey"
        FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;
    END IF;
  END IF;
END $$;
