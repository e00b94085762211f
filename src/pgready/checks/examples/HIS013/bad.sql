-- Saved as Latin-1: the name of the city becomes another one.
CREATE TABLE "City" ("name" TEXT NOT NULL);
INSERT INTO "City" VALUES ('Köln');
