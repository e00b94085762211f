CREATE TABLE "Contact" ("id" INTEGER NOT NULL, CONSTRAINT "Contact_pkey" PRIMARY KEY ("id"));
CREATE TABLE "Order" (
    "id" INTEGER NOT NULL,
    "contactId" INTEGER NOT NULL,
    CONSTRAINT "Order_pkey" PRIMARY KEY ("id")
);
ALTER TABLE "Order" ADD CONSTRAINT "Order_contactId_fkey"
    FOREIGN KEY ("contactId") REFERENCES "Contact" ("id") ON DELETE RESTRICT ON UPDATE CASCADE;
