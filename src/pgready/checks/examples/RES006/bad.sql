CREATE INDEX CONCURRENTLY IF NOT EXISTS "Customer_email_idx" ON "Customer"("email");
