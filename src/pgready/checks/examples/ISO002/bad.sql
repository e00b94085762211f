CREATE TABLE "Contact" ("id" INTEGER NOT NULL, "lastOrderId" INTEGER, CONSTRAINT "Contact_pkey" PRIMARY KEY ("id"));
CREATE TABLE "Order" (
    "id" INTEGER NOT NULL,
    "contactId" INTEGER NOT NULL,
    CONSTRAINT "Order_pkey" PRIMARY KEY ("id")
);
ALTER TABLE "Order" ADD CONSTRAINT "Order_contactId_fkey"
    FOREIGN KEY ("contactId") REFERENCES "Contact" ("id") ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE "Contact" ADD CONSTRAINT "Contact_lastOrderId_fkey"
    FOREIGN KEY ("lastOrderId") REFERENCES "Order" ("id") ON DELETE SET NULL ON UPDATE CASCADE;
