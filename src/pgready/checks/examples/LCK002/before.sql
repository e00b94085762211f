CREATE TABLE "Customer" (
  "id" INTEGER NOT NULL,
  "email" TEXT,
  "spent" INTEGER,
  CONSTRAINT "Customer_pkey" PRIMARY KEY ("id")
);
CREATE TABLE "Order" (
  "id" INTEGER NOT NULL,
  "customerId" INTEGER NOT NULL,
  CONSTRAINT "Order_pkey" PRIMARY KEY ("id")
);
