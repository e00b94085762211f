-- Written from a database that already had the table.
CREATE TABLE "Customer" ("id" INTEGER NOT NULL, CONSTRAINT "Customer_pkey" PRIMARY KEY ("id"));
