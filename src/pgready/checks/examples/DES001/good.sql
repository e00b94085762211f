-- Out of the way first, with all rows; it is dropped when nobody has missed it. The view keeps the old name working.
ALTER TABLE "Session" RENAME TO "Session_retired";
CREATE VIEW "Session" AS SELECT * FROM "Session_retired";
