-- Where new booking requests are announced. Not every environment has the booking tables yet.
DO $$
BEGIN
  IF EXISTS (
    SELECT 1 FROM information_schema.tables
    WHERE table_schema = 'public' AND table_name = 'BookingSettings'
  ) THEN
    ALTER TABLE "BookingSettings" ADD COLUMN IF NOT EXISTS "notificationEmail" TEXT;
  END IF;
END $$;
