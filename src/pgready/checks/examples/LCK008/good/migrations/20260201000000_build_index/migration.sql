CREATE UNIQUE INDEX CONCURRENTLY "Customer_email_key" ON "Customer" ("email");
