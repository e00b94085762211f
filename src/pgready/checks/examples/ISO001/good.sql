CREATE TABLE "Contact" ("id" INTEGER NOT NULL, CONSTRAINT "Contact_pkey" PRIMARY KEY ("id"));
CREATE TABLE "Order" (
    "id" INTEGER NOT NULL,
    "buyer" TEXT NOT NULL,
    CONSTRAINT "Order_pkey" PRIMARY KEY ("id")
);
