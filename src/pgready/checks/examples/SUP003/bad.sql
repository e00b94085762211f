-- pgready: ignore DES02 nobody has sent a fax since 2019
ALTER TABLE "Customer" DROP COLUMN "fax";
