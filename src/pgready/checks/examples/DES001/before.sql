CREATE TABLE "Session" ("id" INTEGER NOT NULL, "token" TEXT, CONSTRAINT "Session_pkey" PRIMARY KEY ("id"));
