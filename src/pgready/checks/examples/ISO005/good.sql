CREATE TABLE "Contact" ("id" INTEGER NOT NULL, "businessId" TEXT NOT NULL, CONSTRAINT "Contact_pkey" PRIMARY KEY ("id"));
CREATE TABLE "Tag" (
    "id" INTEGER NOT NULL,
    "businessId" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    CONSTRAINT "Tag_pkey" PRIMARY KEY ("id")
);
