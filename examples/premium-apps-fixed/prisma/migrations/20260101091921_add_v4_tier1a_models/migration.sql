-- Scheduler v4, tier 1a: themes and availability.

-- CreateTable
CREATE TABLE "BookingTheme" (
    "id" TEXT NOT NULL,
    "businessId" TEXT NOT NULL,
    "primaryColor" VARCHAR(9) NOT NULL DEFAULT '#0f766e',
    "accentColor" VARCHAR(9) NOT NULL DEFAULT '#f59e0b',
    "fontFamily" TEXT NOT NULL DEFAULT 'Inter',
    "logoUrl" TEXT,
    "roundedPx" SMALLINT NOT NULL DEFAULT 8,
    "customCss" TEXT,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "BookingTheme_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "AvailabilityWindow" (
    "id" TEXT NOT NULL,
    "businessId" TEXT NOT NULL,
    "weekday" SMALLINT NOT NULL,
    "startsAt" TIME(0) NOT NULL,
    "endsAt" TIME(0) NOT NULL,
    "validFrom" DATE,
    "validUntil" DATE,
    "active" BOOLEAN NOT NULL DEFAULT true,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "AvailabilityWindow_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "AvailabilityException" (
    "id" TEXT NOT NULL,
    "businessId" TEXT NOT NULL,
    "day" DATE NOT NULL,
    "closed" BOOLEAN NOT NULL DEFAULT true,
    "startsAt" TIME(0),
    "endsAt" TIME(0),
    "note" VARCHAR(200),
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "AvailabilityException_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "BookingTheme_businessId_key" ON "BookingTheme"("businessId");

-- CreateIndex
CREATE UNIQUE INDEX "AvailabilityWindow_businessId_weekday_startsAt_key" ON "AvailabilityWindow"("businessId", "weekday", "startsAt");

-- CreateIndex
CREATE INDEX "AvailabilityException_businessId_day_idx" ON "AvailabilityException"("businessId", "day");
