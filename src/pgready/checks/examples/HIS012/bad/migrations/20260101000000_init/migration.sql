CREATE TABLE "Customer" (
    "id" TEXT NOT NULL,
    "email" TEXT,
    CONSTRAINT "Customer_pkey" PRIMARY KEY ("id")
);
