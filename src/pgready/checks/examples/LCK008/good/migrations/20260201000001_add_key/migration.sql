ALTER TABLE "Customer" ADD CONSTRAINT "Customer_email_key" UNIQUE USING INDEX "Customer_email_key";
