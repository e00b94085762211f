-- CreateTable
CREATE TABLE "RateLimitEvent" (
    "id" BIGSERIAL NOT NULL,
    "route" VARCHAR(120) NOT NULL,
    "clientHash" CHAR(64) NOT NULL,
    "ipAddress" INET,
    "blocked" BOOLEAN NOT NULL DEFAULT false,
    "windowStart" TIMESTAMPTZ(3) NOT NULL,
    "hits" INTEGER NOT NULL DEFAULT 1,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "RateLimitEvent_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "RateLimitEvent_createdAt_idx" ON "RateLimitEvent"("createdAt");

-- CreateIndex
CREATE UNIQUE INDEX "RateLimitEvent_route_clientHash_windowStart_key" ON "RateLimitEvent"("route", "clientHash", "windowStart");
