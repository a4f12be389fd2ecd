-- What a member is, said once: active, or muted without having left or been removed (a mute outlives the membership).
ALTER TABLE members ADD COLUMN is_member INTEGER
    GENERATED ALWAYS AS (status = 'active' OR (status = 'muted' AND role <> 'none')) VIRTUAL;

UPDATE rooms SET member_count = (SELECT count(*) FROM members WHERE members.room = rooms.no AND is_member);
