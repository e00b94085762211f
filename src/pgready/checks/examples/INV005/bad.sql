-- "email" stays nullable, which the schema does not say.
ALTER TABLE "Customer" ADD COLUMN "phone" TEXT;
