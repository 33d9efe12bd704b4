-- Cues, by trigger, from all that members or partners' people may have to be told of.

-- Entries are written by the ledger's own functions, so this runs with their rights.
CREATE FUNCTION cue_entries() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO message_cue (kind, wallet_id, member_id, subject_id, occurred_at)
    SELECT 'ENTRY', e.wallet_id, e.member_id, e.entry_id, LEAST(e.posted_at, e.occurred_at + interval '30 days') FROM posted e
    WHERE e.kind IN ('PURCHASE', 'ACTION', 'REDEMPTION', 'CAPTURE', 'REVERSAL', 'ADJUSTMENT', 'RELEASE');
    RETURN NULL;
END $$;
CREATE TRIGGER entry_gives_cue AFTER INSERT ON entry REFERENCING NEW TABLE AS posted
    FOR EACH STATEMENT EXECUTE FUNCTION cue_entries();

CREATE FUNCTION cue_member() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO message_cue (kind, wallet_id, member_id, partner_id, occurred_at)
    VALUES ('JOINED', NEW.wallet_id, NEW.member_id, NEW.joined_through, NEW.joined_at);
    RETURN NULL;
END $$;
CREATE TRIGGER member_gives_cue AFTER INSERT ON member FOR EACH ROW EXECUTE FUNCTION cue_member();

-- What was agreed to in one step is one cue.
CREATE FUNCTION cue_consents() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO message_cue (kind, wallet_id, member_id, partner_id, subject_id, detail, occurred_at)
    SELECT 'CONSENT', c.wallet_id, c.member_id, c.partner_id, (array_agg(c.consent_id))[1], string_agg(c.purpose, ',' ORDER BY c.purpose),
        c.given_at
    FROM given c WHERE c.revoked_at IS NULL GROUP BY c.wallet_id, c.member_id, c.partner_id, c.given_at;
    RETURN NULL;
END $$;
CREATE TRIGGER consent_gives_cue AFTER INSERT ON consent REFERENCING NEW TABLE AS given
    FOR EACH STATEMENT EXECUTE FUNCTION cue_consents();

-- What partners' people are told follows from what partners are told. Whoever does what happens may not write cues, so this does.
CREATE FUNCTION cue_event() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO message_cue (kind, partner_id, subject_id, detail, occurred_at)
    VALUES ('EVENT', NEW.partner_id, NEW.subject_id, concat_ws(' ', NEW.kind, NEW.detail), NEW.occurred_at);
    RETURN NULL;
END $$;
CREATE TRIGGER event_gives_cue AFTER INSERT ON event FOR EACH ROW
    WHEN (NEW.kind IN ('ANSWER_DUE', 'PAYMENT_OVERDUE', 'DISPUTE_CHANGED', 'ALLOWANCE_LOW', 'CAMPAIGN_BUDGET_LOW')
        OR NEW.kind = 'CYCLE_CHANGED' AND NEW.detail = 'PROPOSED')
    EXECUTE FUNCTION cue_event();

-- A partner gave notice, or a coalition's end was confirmed: many members are to be told, in steps.
CREATE FUNCTION cue_exit() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO message_cue (kind, partner_id, subject_id, detail, occurred_at)
    VALUES ('LOOK', NEW.partner_id, NEW.exit_id, 'LEAVING', NEW.noticed_at);
    RETURN NULL;
END $$;
CREATE TRIGGER exit_gives_cue AFTER INSERT ON partner_exit FOR EACH ROW WHEN (NEW.wind_down_id IS NULL)
    EXECUTE FUNCTION cue_exit();

CREATE FUNCTION cue_wind_down() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO message_cue (kind, subject_id, detail, occurred_at)
    VALUES ('LOOK', NEW.wind_down_id, 'ENDING', NEW.confirmed_at);
    RETURN NULL;
END $$;
CREATE TRIGGER wind_down_gives_cue AFTER UPDATE ON wind_down FOR EACH ROW
    WHEN (OLD.confirmed_at IS NULL AND NEW.confirmed_at IS NOT NULL) EXECUTE FUNCTION cue_wind_down();

-- Whoever two members turn out to be has one inbox; what both were told stays once. A member that is gone is told nothing more.
CREATE FUNCTION move_messages() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    target member;
BEGIN
    IF NEW.status = 'MERGED' THEN
        SELECT * INTO STRICT target FROM member m WHERE m.member_id = NEW.merged_into;
        UPDATE message s SET wallet_id = target.wallet_id, member_id = target.member_id
        WHERE s.wallet_id = NEW.wallet_id AND s.member_id = NEW.member_id AND NOT EXISTS (SELECT FROM message t
            WHERE t.wallet_id = target.wallet_id AND t.member_id = target.member_id AND t.topic = s.topic AND t.subject = s.subject);
        UPDATE message_preference s SET wallet_id = target.wallet_id, member_id = target.member_id
        WHERE s.wallet_id = NEW.wallet_id AND s.member_id = NEW.member_id AND NOT EXISTS (SELECT FROM message_preference t
            WHERE t.wallet_id = target.wallet_id AND t.member_id = target.member_id);
        UPDATE message_address s SET wallet_id = target.wallet_id, member_id = target.member_id
        WHERE s.wallet_id = NEW.wallet_id AND s.member_id = NEW.member_id AND NOT EXISTS (SELECT FROM message_address t
            WHERE t.wallet_id = target.wallet_id AND t.member_id = target.member_id AND t.lookup = s.lookup);
    END IF;
    UPDATE message_mail SET state = 'DROPPED', finished_at = now(), problem = 'the member is gone'
    WHERE wallet_id = NEW.wallet_id AND member_id = NEW.member_id AND state = 'WAITING';
    DELETE FROM message s WHERE s.wallet_id = NEW.wallet_id AND s.member_id = NEW.member_id;
    DELETE FROM message_preference s WHERE s.wallet_id = NEW.wallet_id AND s.member_id = NEW.member_id;
    DELETE FROM message_address s WHERE s.wallet_id = NEW.wallet_id AND s.member_id = NEW.member_id;
    RETURN NULL;
END $$;
CREATE TRIGGER member_gone_moves_messages AFTER UPDATE OF status ON member FOR EACH ROW
    WHEN (NEW.status IN ('MERGED', 'CLOSED') AND OLD.status = 'ACTIVE') EXECUTE FUNCTION move_messages();
