ALTER TABLE "Customer" ADD COLUMN "phone" TEXT;
UPDATE "Customer" SET "email" = '' WHERE "email" IS NULL;
ALTER TABLE "Customer" ALTER COLUMN "email" SET NOT NULL;
