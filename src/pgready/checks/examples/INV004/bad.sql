CREATE TYPE "orders" AS ENUM ('OPEN', 'PAID');
-- A table is a type too, so that name is taken.
CREATE TABLE "orders" ("id" INTEGER NOT NULL, "status" "orders" NOT NULL, CONSTRAINT "orders_pkey" PRIMARY KEY ("id"));
