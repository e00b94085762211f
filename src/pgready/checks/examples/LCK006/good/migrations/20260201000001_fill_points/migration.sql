UPDATE "Customer" SET "points" = "spent" / 10;
