-- pgready: ignore DES002 until 2025-12-31 nobody has sent a fax since 2019
ALTER TABLE "Customer" DROP COLUMN "fax";
