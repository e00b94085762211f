-- Expand: the running version goes on with "fullName"; @map("fullName") in the schema needs no migration at all.
ALTER TABLE "User" ADD COLUMN "name" TEXT;
