DELETE FROM "Region" WHERE "id" > 0;
