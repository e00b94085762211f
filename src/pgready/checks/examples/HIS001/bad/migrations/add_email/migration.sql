-- Written first, and run last: letters come after digits.
ALTER TABLE "Customer" ADD COLUMN "email" TEXT;
