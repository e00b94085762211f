CREATE TABLE "Customer" ("id" INTEGER NOT NULL, "email" TEXT, CONSTRAINT "Customer_pkey" PRIMARY KEY ("id"));
