-- REFUNDED is declared, and no migration adds it.
CREATE INDEX "Order_open" ON "Order" ("id") WHERE "status" = 'OPEN';
