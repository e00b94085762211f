CREATE TABLE "User" ("id" INTEGER NOT NULL, "email" TEXT, "fullName" TEXT, CONSTRAINT "User_pkey" PRIMARY KEY ("id"));
