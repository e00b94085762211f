ALTER TABLE "Customer" ADD COLUMN "name" TEXT;
CREATE INDEX CONCURRENTLY "Customer_name_idx" ON "Customer" ("name");
