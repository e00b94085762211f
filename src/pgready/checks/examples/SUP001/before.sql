CREATE TABLE "Customer" ("id" INTEGER NOT NULL, "fax" TEXT, CONSTRAINT "Customer_pkey" PRIMARY KEY ("id"));
