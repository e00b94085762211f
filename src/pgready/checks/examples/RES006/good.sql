CREATE INDEX CONCURRENTLY "Customer_email_idx" ON "Customer"("email");
