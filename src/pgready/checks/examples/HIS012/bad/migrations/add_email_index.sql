-- Prisma never runs this file.
CREATE INDEX "Customer_email_idx" ON "Customer"("email");
