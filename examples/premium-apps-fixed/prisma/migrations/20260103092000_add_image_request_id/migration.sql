-- AlterTable
ALTER TABLE "SocialQueueItem" ADD COLUMN IF NOT EXISTS "imageRequestId" TEXT;

-- CreateIndex
CREATE INDEX IF NOT EXISTS "SocialQueueItem_imageRequestId_idx" ON "SocialQueueItem"("imageRequestId");

-- AddForeignKey: column and referenced table are both there by now
ALTER TABLE "SocialQueueItem" ADD CONSTRAINT "SocialQueueItem_imageRequestId_fkey"
  FOREIGN KEY ("imageRequestId") REFERENCES "ImageRequest"("id") ON DELETE SET NULL ON UPDATE CASCADE;
