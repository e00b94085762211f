CREATE TABLE "Order" (
    "id" INTEGER NOT NULL,
    "customerId" INTEGER NOT NULL,
    CONSTRAINT "Order_pkey" PRIMARY KEY ("id")
);

-- Skips the key where "Customer" is not there yet, and is recorded as applied.
DO $$
BEGIN
    IF EXISTS (SELECT 1 FROM information_schema.tables WHERE table_name = 'Customer') THEN
        ALTER TABLE "Order" ADD CONSTRAINT "Order_customerId_fkey"
            FOREIGN KEY ("customerId") REFERENCES "Customer" ("id") ON DELETE RESTRICT ON UPDATE CASCADE;
    END IF;
END
$$;
