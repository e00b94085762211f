CREATE TYPE "Role" AS ENUM ('USER', 'ADMIN');
CREATE TABLE "Member" (
  "id" INTEGER NOT NULL,
  "role" "Role" NOT NULL DEFAULT 'USER',
  CONSTRAINT "Member_pkey" PRIMARY KEY ("id")
);
