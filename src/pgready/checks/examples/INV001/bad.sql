-- Customer was once made with `prisma db push`: no migration makes it.
DO $$
BEGIN
    IF to_regclass('"Customer"') IS NOT NULL THEN
        CREATE UNIQUE INDEX "Customer_email_key" ON "Customer" ("email");
    END IF;
END
$$;
