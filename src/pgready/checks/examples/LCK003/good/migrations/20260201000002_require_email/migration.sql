ALTER TABLE "Customer" ALTER COLUMN "email" SET NOT NULL;
ALTER TABLE "Customer" DROP CONSTRAINT "Customer_email_given";
