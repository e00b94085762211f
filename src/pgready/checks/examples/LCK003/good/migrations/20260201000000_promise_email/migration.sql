ALTER TABLE "Customer" ADD CONSTRAINT "Customer_email_given" CHECK ("email" IS NOT NULL) NOT VALID;
