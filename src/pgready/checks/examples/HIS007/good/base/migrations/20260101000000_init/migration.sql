CREATE TABLE "Customer" (
    "id" INTEGER NOT NULL,
    CONSTRAINT "Customer_pkey" PRIMARY KEY ("id")
);
