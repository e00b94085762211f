ALTER TABLE "Order" VALIDATE CONSTRAINT "Order_customerId_fkey";
