CREATE TABLE "Supplier" ("id" INTEGER NOT NULL, CONSTRAINT "Supplier_pkey" PRIMARY KEY ("id"));
