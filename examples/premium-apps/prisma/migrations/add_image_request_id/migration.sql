-- AlterTable
ALTER TABLE "SocialQueueItem" ADD COLUMN IF NOT EXISTS "imageRequestId" TEXT;

-- CreateIndex
CREATE INDEX IF NOT EXISTS "SocialQueueItem_imageRequestId_idx" ON "SocialQueueItem"("imageRequestId");
