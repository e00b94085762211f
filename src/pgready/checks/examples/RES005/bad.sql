-- "Customer" is there already: nothing happens, and "phone" never comes.
CREATE TABLE IF NOT EXISTS "Customer" (
    "id" INTEGER NOT NULL,
    "email" TEXT,
    "phone" TEXT,
    CONSTRAINT "Customer_pkey" PRIMARY KEY ("id")
);
