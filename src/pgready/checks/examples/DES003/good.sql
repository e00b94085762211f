INSERT INTO "Plan" ("id", "price") VALUES (1, 10), (2, 20) ON CONFLICT ("id") DO UPDATE SET "price" = excluded."price";
DELETE FROM "Plan" WHERE "id" = 3;
