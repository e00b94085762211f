-- Refuses while anything is in it.
CREATE SCHEMA reporting_drafts;
DROP SCHEMA reporting_drafts;
