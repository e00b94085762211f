ALTER TABLE "Customer" ADD COLUMN "points" INTEGER;
UPDATE "Customer" SET "points" = "spent" / 10;
