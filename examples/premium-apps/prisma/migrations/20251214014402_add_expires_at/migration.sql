-- Reports can expire. The table itself began life in a prototype, so make it where it is not there yet.

CREATE TABLE IF NOT EXISTS "ProReport" (
    "id" TEXT NOT NULL,
    "shareToken" UUID NOT NULL DEFAULT gen_random_uuid(),
    "buyerEmail" TEXT NOT NULL,
    "businessName" TEXT NOT NULL,
    "website" TEXT,
    "score" DOUBLE PRECISION,
    "sections" JSONB NOT NULL,
    "paidCents" INTEGER NOT NULL DEFAULT 0,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "ProReport_pkey" PRIMARY KEY ("id")
);

CREATE UNIQUE INDEX IF NOT EXISTS "ProReport_shareToken_key" ON "ProReport"("shareToken");
CREATE INDEX IF NOT EXISTS "ProReport_buyerEmail_idx" ON "ProReport"("buyerEmail");

ALTER TABLE "ProReport" ADD COLUMN IF NOT EXISTS "expiresAt" TIMESTAMP(3);

CREATE INDEX IF NOT EXISTS "ProReport_expiresAt_idx" ON "ProReport"("expiresAt");
