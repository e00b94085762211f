"""Schemas whose names clash and schemas whose names only look like it, each with what Prisma writes for it."""

from dataclasses import dataclass

__all__ = ["CLASHES", "HEAD", "NO_CLASHES", "USER", "Case"]

HEAD = """
datasource db {
  provider = "postgresql"
}
"""
USER = """
model User {
  id    Int @id
  email Int @unique
}
"""
USER_SQL = 'CREATE TABLE "User" (id INT NOT NULL, email INT, CONSTRAINT "User_pkey" PRIMARY KEY (id));'


@dataclass(frozen=True)
class Case:
    """A schema, what Prisma writes for it (in short), the error of the server and the objects of the findings."""

    prisma: str
    sql: str
    sqlstate: str | None = None
    found: tuple[str, ...] = ()


CLASHES = {
    "an enum as a table": Case(
        prisma=USER
        + """
enum Role {
  A
  @@map("User")
}
""",
        sql=f"""
CREATE TYPE "User" AS ENUM ('A');
{USER_SQL}
""",
        sqlstate="42710",
        found=("public.User",),
    ),
    "an index as a table": Case(
        prisma=USER
        + """
model Post {
  id Int @id
  a Int
  @@index([a], map: "User")
}
""",
        sql=f"""
{USER_SQL}
CREATE TABLE "Post" (a INT);
CREATE INDEX "User" ON "Post" (a);
""",
        sqlstate="42P07",
        found=("public.Post.User",),
    ),
    "a table as the index that Prisma names": Case(
        prisma=USER
        + """
model User_email_key {
  id Int @id
}
""",
        sql=f"""
{USER_SQL}
CREATE TABLE "User_email_key" (id INT);
CREATE UNIQUE INDEX "User_email_key" ON "User" (email);
""",
        sqlstate="42P07",
        found=("public.User_email_key",),
    ),
    "a table as a primary key": Case(
        prisma=USER
        + """
model User_pkey {
  id Int @id
}
""",
        sql=f"""
{USER_SQL}
CREATE TABLE "User_pkey" (id INT);
""",
        sqlstate="42P07",
        found=("public.User_pkey",),
    ),
    "a primary key as its own table": Case(
        prisma="""
model Post {
  id Int @id(map: "Post")
}
""",
        sql="""
CREATE TABLE "Post" (id INT, CONSTRAINT "Post" PRIMARY KEY (id));
""",
        sqlstate="42P07",
        found=("public.Post.Post",),
    ),
    "an enum as the table of a many-to-many relation": Case(
        prisma="""
model A {
  id Int @id
  b B[]
}
model B {
  id Int @id
  a A[]
}
enum E {
  X
  @@map("_AToB")
}
""",
        sql="""
CREATE TYPE "_AToB" AS ENUM ('X');
CREATE TABLE "_AToB" ("A" INT, "B" INT);
""",
        sqlstate="42710",
        found=("public._AToB",),
    ),
    "an enum as a view": Case(
        prisma=USER
        + """
generator client {
  provider = "prisma-client-js"
  previewFeatures = ["views"]
}
view V {
  id Int @unique
  @@map("R")
}
enum R {
  A
}
""",
        sql="""
CREATE TYPE "R" AS ENUM ('A');
CREATE VIEW "R" AS SELECT 1;
""",
        sqlstate="42710",
        found=("public.R",),
    ),
    "two values of an enum": Case(
        prisma=USER
        + """
enum Role {
  A @map("a")
  B @map("a")
}
""",
        sql="""
CREATE TYPE "Role" AS ENUM ('a', 'a');
""",
        sqlstate="23505",
        found=("public.Role.a",),
    ),
    "a column as a system column": Case(
        prisma="""
model T {
  id Int @id
  version Int @map("xmin")
}
""",
        sql="""
CREATE TABLE "T" (id INT, "xmin" INT);
""",
        sqlstate="42701",
        found=("public.T.xmin",),
    ),
}

NO_CLASHES = {
    "a table as the array type of an enum": Case(
        prisma="""
model A {
  id Int @id
  @@map("_role")
}
enum role {
  A
}
""",
        sql="""
CREATE TYPE "role" AS ENUM ('A');
CREATE TABLE "_role" (id INT);
""",
    ),
    "a foreign key as a table, and one of another table": Case(
        prisma="""
model User {
  id Int @id
  a A[]
  b B[]
}
model A {
  id Int @id
  u Int
  user User @relation(fields: [u], references: [id], map: "User")
}
model B {
  id Int @id
  u Int
  user User @relation(fields: [u], references: [id], map: "User")
}
""",
        sql="""
CREATE TABLE "User" (id INT PRIMARY KEY);
CREATE TABLE "A" (u INT);
CREATE TABLE "B" (u INT);
ALTER TABLE "A" ADD CONSTRAINT "User" FOREIGN KEY (u) REFERENCES "User" (id);
ALTER TABLE "B" ADD CONSTRAINT "User" FOREIGN KEY (u) REFERENCES "User" (id);
""",
    ),
    "an enum as an index": Case(
        prisma=USER
        + """
enum User_email_key {
  A
}
""",
        sql=f"""
CREATE TYPE "User_email_key" AS ENUM ('A');
{USER_SQL}CREATE UNIQUE INDEX "User_email_key" ON "User" (email);
""",
    ),
    "a table and an enum that differ by case, as @@map makes them": Case(
        prisma="""
model Role {
  id Int @id
  kind Kind
  @@map("kind")
}
enum Kind {
  A
}
""",
        sql="""
CREATE TYPE "Kind" AS ENUM ('A');
CREATE TABLE "kind" (id INT);
""",
    ),
    "reserved words": Case(
        prisma="""
model order {
  id Int @id
  select Int
  oid Int
}
""",
        sql="""
CREATE TABLE "order" (id INT, "select" INT, "oid" INT);
""",
    ),
    "letters that PostgreSQL does not fold": Case(
        prisma="""
model A {
  id Int @id
  a Int @map("ä")
  b Int @map("Ä")
}
""",
        sql="""
CREATE TABLE a (ä INT, Ä INT);
""",
    ),
}
