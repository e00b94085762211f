-- Audit trail of booking requests.

DO $$ BEGIN
  CREATE TYPE "BookingAuditAction" AS ENUM ('CREATED', 'CONFIRMED', 'DECLINED', 'RESCHEDULED', 'CANCELLED', 'NOTE_ADDED', 'REMINDER_SENT');
EXCEPTION
  WHEN duplicate_object THEN null;
END $$;

DO $$
BEGIN
  IF EXISTS (
    SELECT 1 FROM information_schema.tables
    WHERE table_schema = 'public' AND table_name = 'BookingRequest'
  ) THEN
    CREATE TABLE IF NOT EXISTS "BookingRequestAuditLog" (
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

    CREATE INDEX IF NOT EXISTS "BookingRequestAuditLog_bookingRequestId_createdAt_idx" ON "BookingRequestAuditLog"("bookingRequestId", "createdAt");
    CREATE INDEX IF NOT EXISTS "BookingRequestAuditLog_businessId_createdAt_idx" ON "BookingRequestAuditLog"("businessId", "createdAt" DESC);

    IF NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conname = 'BookingRequestAuditLog_bookingRequestId_fkey') THEN
      ALTER TABLE "BookingRequestAuditLog" ADD CONSTRAINT "BookingRequestAuditLog_bookingRequestId_fkey"
        FOREIGN KEY ("bookingRequestId") REFERENCES "BookingRequest"("id") ON DELETE CASCADE ON UPDATE CASCADE;
    END IF;
  END IF;
END $$;
