ALTER TABLE "User" ADD COLUMN "locale" TEXT;
UPDATE "User" SET "locale" = 'en';
ALTER TABLE "User" ALTER COLUMN "locale" SET NOT NULL;
