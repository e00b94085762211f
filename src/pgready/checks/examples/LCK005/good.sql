SET lock_timeout = '5s';
ALTER TABLE "Customer" ADD COLUMN "name" TEXT;
RESET lock_timeout;
