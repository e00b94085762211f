CREATE SCHEMA reporting;
CREATE TABLE reporting."Daily" ("day" DATE NOT NULL, CONSTRAINT "Daily_pkey" PRIMARY KEY ("day"));
