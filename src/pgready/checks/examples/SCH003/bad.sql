CREATE TABLE "Team" ("id" INTEGER NOT NULL, "slug" TEXT NOT NULL, CONSTRAINT "Team_pkey" PRIMARY KEY ("id"));
CREATE UNIQUE INDEX "Team_slug_key" ON "Team" ("slug");
CREATE INDEX "Team_slug_idx" ON "Team" ("slug");
