-- The limit holds for new rows; VALIDATE CONSTRAINT follows when the old ones have been looked at.
ALTER TABLE "Post" ADD CONSTRAINT "Post_title_length" CHECK (char_length("title") <= 80) NOT VALID;
