CREATE TABLE "Customer" (
  "id" INTEGER NOT NULL,
  "email" TEXT,
  "spent" INTEGER,
  CONSTRAINT "Customer_pkey" PRIMARY KEY ("id")
);
