UPDATE "Customer" AS "late" SET "email" = "late"."email" || '#' || "late"."id"
FROM "Customer" AS "early" WHERE "early"."email" = "late"."email" AND "early"."id" < "late"."id";
CREATE UNIQUE INDEX "Customer_email_key" ON "Customer" ("email");
