-- It refers to "Customer", which only the last statement makes.
CREATE TABLE "Order" (
    "id" INTEGER NOT NULL,
    "customerId" INTEGER NOT NULL,
    CONSTRAINT "Order_pkey" PRIMARY KEY ("id")
);
ALTER TABLE "Order" ADD CONSTRAINT "Order_customerId_fkey"
    FOREIGN KEY ("customerId") REFERENCES "Customer" ("id") ON DELETE RESTRICT ON UPDATE CASCADE;
CREATE TABLE "Customer" ("id" INTEGER NOT NULL, CONSTRAINT "Customer_pkey" PRIMARY KEY ("id"));
