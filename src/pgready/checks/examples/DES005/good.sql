-- The value stays in the type; no row and no new version uses it any more.
UPDATE "Member" SET "role" = 'MEMBER' WHERE "role" = 'GUEST';
ALTER TABLE "Member" ADD CONSTRAINT "Member_no_guests" CHECK ("role" <> 'GUEST') NOT VALID;
