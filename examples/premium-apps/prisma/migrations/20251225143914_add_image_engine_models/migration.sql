-- Image engine: requests and their event stream.

DO $$ BEGIN
  CREATE TYPE "ImageRequestStatus" AS ENUM ('QUEUED', 'RENDERING', 'READY', 'FAILED', 'REJECTED');
EXCEPTION
  WHEN duplicate_object THEN null;
END $$;

DO $$ BEGIN
  CREATE TYPE "ImageEngine" AS ENUM ('diffusion', 'template', 'stock');
EXCEPTION
  WHEN duplicate_object THEN null;
END $$;

DO $$ BEGIN
  CREATE TYPE "ImageEventType" AS ENUM ('QUEUED', 'STARTED', 'RETRIED', 'COMPLETED', 'FAILED', 'MODERATED');
EXCEPTION
  WHEN duplicate_object THEN null;
END $$;

CREATE TABLE IF NOT EXISTS "ImageRequest" (
    "id" TEXT NOT NULL,
    "businessId" TEXT NOT NULL,
    "engine" "ImageEngine" NOT NULL DEFAULT 'diffusion',
    "status" "ImageRequestStatus" NOT NULL DEFAULT 'QUEUED',
    "prompt" TEXT NOT NULL,
    "negativePrompt" TEXT,
    "aspectRatio" VARCHAR(8) NOT NULL DEFAULT '1:1',
    "seed" BIGINT,
    "guidance" DOUBLE PRECISION NOT NULL DEFAULT 7.5,
    "costCredits" DECIMAL(8,3) NOT NULL DEFAULT 0,
    "resultUrl" TEXT,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "ImageRequest_pkey" PRIMARY KEY ("id")
);

CREATE TABLE IF NOT EXISTS "ImageEvent" (
    "id" BIGSERIAL NOT NULL,
    "imageRequestId" TEXT NOT NULL,
    "type" "ImageEventType" NOT NULL,
    "detail" JSONB,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "ImageEvent_pkey" PRIMARY KEY ("id")
);

CREATE INDEX IF NOT EXISTS "ImageRequest_businessId_createdAt_idx" ON "ImageRequest"("businessId", "createdAt" DESC);
CREATE INDEX IF NOT EXISTS "ImageRequest_status_idx" ON "ImageRequest"("status");
CREATE INDEX IF NOT EXISTS "ImageEvent_imageRequestId_createdAt_idx" ON "ImageEvent"("imageRequestId", "createdAt");

DO $$ BEGIN
  IF NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conname = 'ImageEvent_imageRequestId_fkey') THEN
    ALTER TABLE "ImageEvent" ADD CONSTRAINT "ImageEvent_imageRequestId_fkey"
      FOREIGN KEY ("imageRequestId") REFERENCES "ImageRequest"("id") ON DELETE CASCADE ON UPDATE CASCADE;
  END IF;
END $$;

-- Queued posts point at the image made for them, where the queue has the column
DO $$
BEGIN
  IF EXISTS (
    SELECT 1 FROM information_schema.columns
    WHERE table_schema = 'public' AND table_name = 'SocialQueueItem' AND column_name = 'imageRequestId'
  ) AND NOT EXISTS (
    SELECT 1 FROM pg_constraint WHERE conname = 'SocialQueueItem_imageRequestId_fkey'
  ) THEN
    ALTER TABLE "SocialQueueItem" ADD CONSTRAINT "SocialQueueItem_imageRequestId_fkey"
      FOREIGN KEY ("imageRequestId") REFERENCES "ImageRequest"("id") ON DELETE SET NULL ON UPDATE CASCADE;
  END IF;
END $$;
