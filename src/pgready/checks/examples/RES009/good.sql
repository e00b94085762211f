BEGIN;
CREATE TEMPORARY TABLE "debtor" AS SELECT "id" FROM "Account" WHERE "balance" < 0;
UPDATE "Account" SET "balance" = 0 WHERE "balance" < 0;
INSERT INTO "Reminder" ("account") SELECT "id" FROM "debtor";
COMMIT;
