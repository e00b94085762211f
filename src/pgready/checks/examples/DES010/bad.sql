CREATE UNIQUE INDEX "Customer_email_key" ON "Customer" ("email");
