-- The tables that until now existed only where somebody had run `prisma db push`: booking, social connections and the
-- AI help desk.

-- CreateEnum
CREATE TYPE "BookingRequestStatus" AS ENUM ('PENDING', 'CONFIRMED', 'DECLINED', 'RESCHEDULED', 'CANCELLED', 'COMPLETED', 'NO_SHOW');

-- CreateEnum
CREATE TYPE "BookingLocationType" AS ENUM ('ON_SITE', 'AT_CUSTOMER', 'PHONE', 'VIDEO');

-- CreateEnum
CREATE TYPE "CalendarProvider" AS ENUM ('google', 'microsoft', 'caldav');

-- CreateTable
CREATE TABLE "BookingService" (
    "id" TEXT NOT NULL,
    "businessId" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "slug" TEXT NOT NULL,
    "description" TEXT,
    "durationMinutes" INTEGER NOT NULL DEFAULT 30,
    "bufferMinutes" INTEGER NOT NULL DEFAULT 0,
    "priceCents" INTEGER,
    "currency" CHAR(3) NOT NULL DEFAULT 'USD',
    "locationType" "BookingLocationType" NOT NULL DEFAULT 'ON_SITE',
    "active" BOOLEAN NOT NULL DEFAULT true,
    "sortOrder" INTEGER NOT NULL DEFAULT 0,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "BookingService_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "BookingSettings" (
    "id" TEXT NOT NULL,
    "businessId" TEXT NOT NULL,
    "timezone" TEXT NOT NULL DEFAULT 'UTC',
    "slotIntervalMinutes" INTEGER NOT NULL DEFAULT 15,
    "minNoticeHours" INTEGER NOT NULL DEFAULT 12,
    "maxAdvanceDays" INTEGER NOT NULL DEFAULT 60,
    "autoConfirm" BOOLEAN NOT NULL DEFAULT false,
    "reminderHours" INTEGER[] DEFAULT ARRAY[24, 2]::INTEGER[],
    "intakeForm" JSONB NOT NULL DEFAULT '{}',
    "cancellationPolicy" TEXT,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "BookingSettings_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "BookingPublicLink" (
    "id" TEXT NOT NULL,
    "businessId" TEXT NOT NULL,
    "slug" TEXT NOT NULL,
    "title" TEXT NOT NULL,
    "active" BOOLEAN NOT NULL DEFAULT true,
    "visits" INTEGER NOT NULL DEFAULT 0,
    "expiresAt" TIMESTAMP(3),
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "BookingPublicLink_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "BookingRequest" (
    "id" TEXT NOT NULL,
    "businessId" TEXT NOT NULL,
    "serviceId" TEXT NOT NULL,
    "status" "BookingRequestStatus" NOT NULL DEFAULT 'PENDING',
    "customerName" TEXT NOT NULL,
    "customerEmail" TEXT NOT NULL,
    "customerPhone" VARCHAR(32),
    "startsAt" TIMESTAMPTZ(3) NOT NULL,
    "endsAt" TIMESTAMPTZ(3) NOT NULL,
    "timezone" TEXT NOT NULL DEFAULT 'UTC',
    "answers" JSONB NOT NULL DEFAULT '{}',
    "priceCents" INTEGER,
    "confirmCode" VARCHAR(12) NOT NULL,
    "cancelledAt" TIMESTAMP(3),
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "BookingRequest_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "SchedulerCalendarConnection" (
    "id" TEXT NOT NULL,
    "businessId" TEXT NOT NULL,
    "provider" "CalendarProvider" NOT NULL,
    "calendarRef" TEXT NOT NULL,
    "calendarName" TEXT,
    "accessTokenEnc" BYTEA NOT NULL,
    "refreshTokenEnc" BYTEA,
    "tokenExpiresAt" TIMESTAMP(3),
    "syncCursor" TEXT,
    "lastSyncedAt" TIMESTAMP(3),
    "lastError" TEXT,
    "writesEnabled" BOOLEAN NOT NULL DEFAULT true,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "SchedulerCalendarConnection_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "SocialAccountConnection" (
    "id" TEXT NOT NULL,
    "userId" TEXT NOT NULL,
    "platform" "SocialPlatform" NOT NULL,
    "externalRef" TEXT NOT NULL,
    "displayName" TEXT NOT NULL,
    "avatarUrl" TEXT,
    "status" "SocialConnectionStatus" NOT NULL DEFAULT 'ACTIVE',
    "tokenEnc" BYTEA NOT NULL,
    "scopes" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "tokenExpiresAt" TIMESTAMP(3),
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "SocialAccountConnection_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "SocialPostingDestination" (
    "id" TEXT NOT NULL,
    "userId" TEXT NOT NULL,
    "platform" "SocialPlatform" NOT NULL,
    "selectedAccountId" TEXT,
    "pageRef" TEXT NOT NULL,
    "pageName" TEXT NOT NULL,
    "isDefault" BOOLEAN NOT NULL DEFAULT false,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "SocialPostingDestination_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "SocialPublishAttempt" (
    "id" TEXT NOT NULL,
    "userId" TEXT NOT NULL,
    "platform" "SocialPlatform" NOT NULL,
    "outcome" "SocialDeliveryOutcome" NOT NULL,
    "idempotencyKey" UUID NOT NULL,
    "payload" JSONB NOT NULL,
    "remotePostUrl" TEXT,
    "errorCode" VARCHAR(60),
    "startedAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "finishedAt" TIMESTAMP(3),

    CONSTRAINT "SocialPublishAttempt_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "AiWorkspaceMap" (
    "id" TEXT NOT NULL,
    "businessId" TEXT NOT NULL,
    "workspaceSlug" TEXT NOT NULL,
    "region" TEXT NOT NULL DEFAULT 'us',
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "AiWorkspaceMap_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "AiHelpDeskEntry" (
    "id" TEXT NOT NULL,
    "businessId" TEXT NOT NULL,
    "slug" TEXT NOT NULL,
    "question" TEXT NOT NULL,
    "answer" TEXT NOT NULL,
    "category" VARCHAR(80),
    "keywords" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "published" BOOLEAN NOT NULL DEFAULT false,
    "helpful" INTEGER NOT NULL DEFAULT 0,
    "unhelpful" INTEGER NOT NULL DEFAULT 0,
    "contentHash" CHAR(64) NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "AiHelpDeskEntry_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "AiHelpDeskSyncState" (
    "id" TEXT NOT NULL,
    "businessId" TEXT NOT NULL,
    "cursor" TEXT,
    "pending" INTEGER NOT NULL DEFAULT 0,
    "lastSyncedAt" TIMESTAMP(3),
    "lastError" TEXT,
    "updatedAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "AiHelpDeskSyncState_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "AiHelpDeskQuestionLog" (
    "id" BIGSERIAL NOT NULL,
    "businessId" TEXT NOT NULL,
    "visitorToken" UUID NOT NULL,
    "question" TEXT NOT NULL,
    "answer" TEXT,
    "matchedSlugs" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "confidence" DOUBLE PRECISION,
    "latencyMs" INTEGER,
    "resolved" BOOLEAN,
    "askedAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "AiHelpDeskQuestionLog_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "AiHelpDeskWidgetKey" (
    "id" TEXT NOT NULL,
    "businessId" TEXT NOT NULL,
    "label" TEXT NOT NULL,
    "keyHash" CHAR(64) NOT NULL,
    "keyPrefix" VARCHAR(12) NOT NULL,
    "origins" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "revokedAt" TIMESTAMP(3),
    "lastUsedAt" TIMESTAMP(3),
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "AiHelpDeskWidgetKey_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "AiHelpDeskWidgetSettings" (
    "id" TEXT NOT NULL,
    "businessId" TEXT NOT NULL,
    "greeting" TEXT NOT NULL DEFAULT 'Hi! How can we help?',
    "position" VARCHAR(20) NOT NULL DEFAULT 'bottom-right',
    "accentColor" VARCHAR(9) NOT NULL DEFAULT '#0f766e',
    "showSources" BOOLEAN NOT NULL DEFAULT true,
    "theme" JSONB NOT NULL DEFAULT '{}',
    "updatedAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "AiHelpDeskWidgetSettings_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "AiHelpDeskWidgetEvent" (
    "id" BIGSERIAL NOT NULL,
    "businessId" TEXT NOT NULL,
    "visitorToken" UUID NOT NULL,
    "name" VARCHAR(60) NOT NULL,
    "pageUrl" TEXT,
    "properties" JSONB,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "AiHelpDeskWidgetEvent_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "BookingService_businessId_active_sortOrder_idx" ON "BookingService"("businessId", "active", "sortOrder");

-- CreateIndex
CREATE UNIQUE INDEX "BookingService_businessId_slug_key" ON "BookingService"("businessId", "slug");

-- CreateIndex
CREATE UNIQUE INDEX "BookingSettings_businessId_key" ON "BookingSettings"("businessId");

-- CreateIndex
CREATE UNIQUE INDEX "BookingPublicLink_slug_key" ON "BookingPublicLink"("slug");

-- CreateIndex
CREATE INDEX "BookingPublicLink_businessId_idx" ON "BookingPublicLink"("businessId");

-- CreateIndex
CREATE UNIQUE INDEX "BookingRequest_confirmCode_key" ON "BookingRequest"("confirmCode");

-- CreateIndex
CREATE INDEX "BookingRequest_businessId_startsAt_idx" ON "BookingRequest"("businessId", "startsAt");

-- CreateIndex
CREATE INDEX "BookingRequest_businessId_status_idx" ON "BookingRequest"("businessId", "status");

-- CreateIndex
CREATE INDEX "BookingRequest_serviceId_idx" ON "BookingRequest"("serviceId");

-- CreateIndex
CREATE UNIQUE INDEX "SchedulerCalendarConnection_businessId_provider_calendarRef_key" ON "SchedulerCalendarConnection"("businessId", "provider", "calendarRef");

-- CreateIndex
CREATE UNIQUE INDEX "SocialAccountConnection_userId_platform_externalRef_key" ON "SocialAccountConnection"("userId", "platform", "externalRef");

-- CreateIndex
CREATE UNIQUE INDEX "SocialPostingDestination_userId_platform_pageRef_key" ON "SocialPostingDestination"("userId", "platform", "pageRef");

-- CreateIndex
CREATE UNIQUE INDEX "SocialPublishAttempt_idempotencyKey_key" ON "SocialPublishAttempt"("idempotencyKey");

-- CreateIndex
CREATE INDEX "SocialPublishAttempt_userId_startedAt_idx" ON "SocialPublishAttempt"("userId", "startedAt" DESC);

-- CreateIndex
CREATE UNIQUE INDEX "AiWorkspaceMap_businessId_key" ON "AiWorkspaceMap"("businessId");

-- CreateIndex
CREATE UNIQUE INDEX "AiWorkspaceMap_workspaceSlug_key" ON "AiWorkspaceMap"("workspaceSlug");

-- CreateIndex
CREATE INDEX "AiHelpDeskEntry_businessId_category_idx" ON "AiHelpDeskEntry"("businessId", "category");

-- CreateIndex
CREATE INDEX "AiHelpDeskEntry_keywords_idx" ON "AiHelpDeskEntry" USING GIN ("keywords");

-- CreateIndex
CREATE UNIQUE INDEX "AiHelpDeskEntry_businessId_slug_key" ON "AiHelpDeskEntry"("businessId", "slug");

-- CreateIndex
CREATE UNIQUE INDEX "AiHelpDeskSyncState_businessId_key" ON "AiHelpDeskSyncState"("businessId");

-- CreateIndex
CREATE INDEX "AiHelpDeskQuestionLog_businessId_askedAt_idx" ON "AiHelpDeskQuestionLog"("businessId", "askedAt" DESC);

-- CreateIndex
CREATE UNIQUE INDEX "AiHelpDeskWidgetKey_keyHash_key" ON "AiHelpDeskWidgetKey"("keyHash");

-- CreateIndex
CREATE INDEX "AiHelpDeskWidgetKey_businessId_idx" ON "AiHelpDeskWidgetKey"("businessId");

-- CreateIndex
CREATE UNIQUE INDEX "AiHelpDeskWidgetSettings_businessId_key" ON "AiHelpDeskWidgetSettings"("businessId");

-- CreateIndex
CREATE INDEX "AiHelpDeskWidgetEvent_businessId_name_createdAt_idx" ON "AiHelpDeskWidgetEvent"("businessId", "name", "createdAt");

-- AddForeignKey
ALTER TABLE "BookingRequest" ADD CONSTRAINT "BookingRequest_serviceId_fkey" FOREIGN KEY ("serviceId") REFERENCES "BookingService"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "SocialAccountConnection" ADD CONSTRAINT "SocialAccountConnection_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "SocialPostingDestination" ADD CONSTRAINT "SocialPostingDestination_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "SocialPublishAttempt" ADD CONSTRAINT "SocialPublishAttempt_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;
