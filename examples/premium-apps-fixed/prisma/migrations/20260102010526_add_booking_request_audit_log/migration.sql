-- Audit trail of booking requests.

-- CreateEnum
CREATE TYPE "BookingAuditAction" AS ENUM ('CREATED', 'CONFIRMED', 'DECLINED', 'RESCHEDULED', 'CANCELLED', 'NOTE_ADDED', 'REMINDER_SENT');

-- CreateTable
CREATE TABLE "BookingRequestAuditLog" (
    "id" TEXT NOT NULL,
    "businessId" TEXT NOT NULL,
    "bookingRequestId" TEXT NOT NULL,
    "action" "BookingAuditAction" NOT NULL,
    "actorUserId" TEXT,
    "actorLabel" TEXT NOT NULL DEFAULT 'system',
    "before" JSONB,
    "after" JSONB,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "BookingRequestAuditLog_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "BookingRequestAuditLog_bookingRequestId_createdAt_idx" ON "BookingRequestAuditLog"("bookingRequestId", "createdAt");

-- CreateIndex
CREATE INDEX "BookingRequestAuditLog_businessId_createdAt_idx" ON "BookingRequestAuditLog"("businessId", "createdAt" DESC);

-- AddForeignKey
ALTER TABLE "BookingRequestAuditLog" ADD CONSTRAINT "BookingRequestAuditLog_bookingRequestId_fkey" FOREIGN KEY ("bookingRequestId") REFERENCES "BookingRequest"("id") ON DELETE CASCADE ON UPDATE CASCADE;
