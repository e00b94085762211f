CREATE TYPE "Role" AS ENUM ('OWNER', 'MEMBER', 'GUEST');
CREATE TABLE "Member" ("id" INTEGER NOT NULL, "role" "Role", CONSTRAINT "Member_pkey" PRIMARY KEY ("id"));
