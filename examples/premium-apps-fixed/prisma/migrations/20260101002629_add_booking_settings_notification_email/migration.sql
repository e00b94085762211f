-- Where new booking requests are announced.
ALTER TABLE "BookingSettings" ADD COLUMN "notificationEmail" TEXT;
