CREATE TABLE "Account" ("id" INTEGER NOT NULL, "balance" INTEGER NOT NULL, CONSTRAINT "Account_pkey" PRIMARY KEY ("id"));
CREATE TABLE "Reminder" ("account" INTEGER NOT NULL, CONSTRAINT "Reminder_pkey" PRIMARY KEY ("account"));
INSERT INTO "Account" ("id", "balance") VALUES (1, -5), (2, 7);
