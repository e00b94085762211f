CREATE TYPE "Status" AS ENUM ('OPEN', 'PAID');
CREATE TABLE "Order" ("id" INTEGER NOT NULL, "status" "Status" NOT NULL, CONSTRAINT "Order_pkey" PRIMARY KEY ("id"));
