DELETE FROM "Region" WHERE NOT EXISTS (SELECT FROM "Plan" WHERE "Plan"."regionId" = "Region"."id");
