-- Expand: the old column stays until no running version uses it.
ALTER TABLE "User" ADD COLUMN "name" TEXT;
UPDATE "User" SET "name" = "fullName" WHERE "name" IS NULL;
