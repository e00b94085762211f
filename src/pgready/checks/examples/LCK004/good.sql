ALTER TABLE "Customer" ADD COLUMN "token" UUID;
ALTER TABLE "Customer" ALTER COLUMN "token" SET DEFAULT gen_random_uuid();
