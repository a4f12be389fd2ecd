-- When all tokens of the account were last revoked; NULL for never. A host application's tokens know no generation: those
-- that were made before this time, or do not say when, are refused.
ALTER TABLE users ADD COLUMN tokens_valid_from INTEGER;
