-- CreateEnum
CREATE TYPE "CrmContactStatus" AS ENUM ('LEAD', 'PROSPECT', 'CUSTOMER', 'ARCHIVED');

-- CreateEnum
CREATE TYPE "CrmActivityType" AS ENUM ('NOTE', 'CALL', 'EMAIL', 'MEETING', 'TASK', 'STATUS_CHANGE');

-- CreateTable
CREATE TABLE "CrmContact" (
    "id" TEXT NOT NULL,
    "businessId" TEXT NOT NULL,
    "firstName" TEXT NOT NULL,
    "lastName" TEXT,
    "email" TEXT,
    "phone" VARCHAR(32),
    "company" TEXT,
    "status" "CrmContactStatus" NOT NULL DEFAULT 'LEAD',
    "source" TEXT NOT NULL DEFAULT 'manual',
    "lifetimeValue" DECIMAL(12,2) NOT NULL DEFAULT 0,
    "birthday" DATE,
    "customFields" JSONB NOT NULL DEFAULT '{}',
    "lastContactAt" TIMESTAMP(3),
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "CrmContact_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "CrmTag" (
    "id" TEXT NOT NULL,
    "businessId" TEXT NOT NULL,
    "name" VARCHAR(60) NOT NULL,
    "color" VARCHAR(9) NOT NULL DEFAULT '#64748b',
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "CrmTag_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "CrmContactTag" (
    "contactId" TEXT NOT NULL,
    "tagId" TEXT NOT NULL,
    "businessId" TEXT NOT NULL,
    "assignedAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "CrmContactTag_pkey" PRIMARY KEY ("contactId","tagId")
);

-- CreateTable
CREATE TABLE "CrmContactActivity" (
    "id" TEXT NOT NULL,
    "businessId" TEXT NOT NULL,
    "contactId" TEXT NOT NULL,
    "type" "CrmActivityType" NOT NULL,
    "subject" TEXT,
    "body" TEXT,
    "metadata" JSONB,
    "occurredAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "dueAt" TIMESTAMP(3),
    "doneAt" TIMESTAMP(3),
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "CrmContactActivity_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "CrmContact_businessId_status_idx" ON "CrmContact"("businessId", "status");

-- CreateIndex
CREATE INDEX "CrmContact_businessId_lastName_firstName_idx" ON "CrmContact"("businessId", "lastName", "firstName");

-- CreateIndex
CREATE UNIQUE INDEX "CrmContact_businessId_email_key" ON "CrmContact"("businessId", "email");

-- CreateIndex
CREATE UNIQUE INDEX "CrmTag_businessId_name_key" ON "CrmTag"("businessId", "name");

-- CreateIndex
CREATE INDEX "CrmContactTag_tagId_idx" ON "CrmContactTag"("tagId");

-- CreateIndex
CREATE INDEX "CrmContactTag_businessId_idx" ON "CrmContactTag"("businessId");

-- CreateIndex
CREATE INDEX "CrmContactActivity_contactId_occurredAt_idx" ON "CrmContactActivity"("contactId", "occurredAt" DESC);

-- CreateIndex
CREATE INDEX "CrmContactActivity_businessId_dueAt_idx" ON "CrmContactActivity"("businessId", "dueAt");

-- AddForeignKey
ALTER TABLE "CrmContactTag" ADD CONSTRAINT "CrmContactTag_contactId_fkey" FOREIGN KEY ("contactId") REFERENCES "CrmContact"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "CrmContactTag" ADD CONSTRAINT "CrmContactTag_tagId_fkey" FOREIGN KEY ("tagId") REFERENCES "CrmTag"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "CrmContactActivity" ADD CONSTRAINT "CrmContactActivity_contactId_fkey" FOREIGN KEY ("contactId") REFERENCES "CrmContact"("id") ON DELETE CASCADE ON UPDATE CASCADE;
