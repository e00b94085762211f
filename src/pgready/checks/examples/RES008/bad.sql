SET search_path TO "shop";

CREATE TABLE "Item" ("id" INTEGER PRIMARY KEY);
