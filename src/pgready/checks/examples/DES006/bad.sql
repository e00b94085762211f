ALTER TABLE "User" RENAME COLUMN "fullName" TO "name";
