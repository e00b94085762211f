-- Not called migration.sql, so the deploy stops here.
ALTER TABLE "Customer" ADD COLUMN "email" TEXT;
