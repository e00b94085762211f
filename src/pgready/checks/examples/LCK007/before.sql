CREATE TABLE "Customer" (
  "id" INTEGER NOT NULL,
  "email" TEXT,
  "spent" INTEGER,
  CONSTRAINT "Customer_pkey" PRIMARY KEY ("id")
);
CREATE MATERIALIZED VIEW "Spending" AS SELECT "id", "spent" FROM "Customer";
CREATE UNIQUE INDEX "Spending_id_key" ON "Spending" ("id");
