ALTER TABLE "Customer" VALIDATE CONSTRAINT "Customer_email_given";
