-- The audit trail: one chain of lines, each written in the transaction of what it tells. The canonical form
-- 'hansa-trail-1' below is recomputed in Python by domain/audit/trail.py; neither uses the other.

-- Write the next line. The row of the head is the lock: it is held to the end of the transaction, so that numbers and
-- hashes follow each other in the order of the commits. It runs with its caller's rights, and only the doors' role may write.
CREATE FUNCTION append_line(line uuid, partner uuid, actor text, actor_id uuid, actor_partner uuid, action text, subject text,
    subject_id uuid, facts jsonb, at timestamptz) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    head trail_head;
    next_hash bytea;
BEGIN
    SELECT * INTO STRICT head FROM trail_head FOR UPDATE;
    next_hash := sha256(head.hash || convert_to(concat_ws(chr(31), head.form, head.number + 1, line,
        COALESCE(partner::text, ''), actor, COALESCE(actor_id::text, ''), COALESCE(actor_partner::text, ''), action, subject,
        COALESCE(subject_id::text, ''), facts::text, canonical(at)), 'UTF8'));
    INSERT INTO trail_line (line_id, number, partner_id, actor, actor_id, actor_partner_id, action, subject, subject_id,
            facts, recorded_at, hash)
        VALUES (line, head.number + 1, partner, actor, actor_id, actor_partner, action, subject, subject_id, facts, at,
            next_hash);
    UPDATE trail_head SET number = head.number + 1, hash = next_hash;
END $$;

-- The door to it: whoever looks for the coalition, as the authorization server, or for the partner or member concerned.
CREATE FUNCTION record_line(line uuid, partner uuid, actor text, actor_id uuid, actor_partner uuid, action text, subject text,
    subject_id uuid, facts jsonb, at timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT (sees_server() OR sees_coalition() OR sees_partner(partner) OR (actor = 'MEMBER' AND sees_member(actor_id))) THEN
        RAISE EXCEPTION 'a line of the trail is recorded with the sight of those it concerns'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    PERFORM append_line(line, partner, actor, actor_id, actor_partner, action, subject, subject_id, facts, at);
END $$;

CREATE TRIGGER trail_line_is_history BEFORE UPDATE OR DELETE ON trail_line FOR EACH ROW EXECUTE FUNCTION refuse_change_of_history();
CREATE TRIGGER trail_line_stays BEFORE TRUNCATE ON trail_line FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_history();
