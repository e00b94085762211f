ALTER TABLE "Customer" ADD CONSTRAINT "Customer_email_key" UNIQUE ("email");
