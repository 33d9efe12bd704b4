-- A dispute moves: both sides are told, each in an event of its own. The row itself says who they are. It runs as the ledger, since
-- a side's own sight may write no event for the other.
CREATE FUNCTION tell_of_dispute() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO event (partner_id, kind, balance_seen, subject_id, detail, occurred_at)
    SELECT whom, 'DISPUTE_CHANGED', false, NEW.dispute_id, NEW.state, NEW.changed_at
    FROM unnest(ARRAY[NEW.partner_id, NEW.other_id]) AS whom WHERE whom IS NOT NULL ORDER BY whom;
    RETURN NULL;
END $$;

CREATE TRIGGER raised_dispute_is_told AFTER INSERT ON dispute FOR EACH ROW EXECUTE FUNCTION tell_of_dispute();
CREATE TRIGGER changed_dispute_is_told AFTER UPDATE ON dispute FOR EACH ROW
    WHEN (OLD.state IS DISTINCT FROM NEW.state) EXECUTE FUNCTION tell_of_dispute();
