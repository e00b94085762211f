CREATE TABLE "Customer" (
    "id" INTEGER NOT NULL,
    "email" TEXT NOT NULL,
    CONSTRAINT "Customer_pkey" PRIMARY KEY ("id")
);
CREATE UNIQUE INDEX "Customer_email_key" ON "Customer" ("email");

-- Nobody declares it; the next `prisma migrate dev` would drop it.
CREATE TABLE "import_2024" ("line" TEXT NOT NULL);
