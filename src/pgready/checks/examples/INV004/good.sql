CREATE TYPE "order_status" AS ENUM ('OPEN', 'PAID');
CREATE TABLE "orders" ("id" INTEGER NOT NULL, "status" "order_status" NOT NULL, CONSTRAINT "orders_pkey" PRIMARY KEY ("id"));
