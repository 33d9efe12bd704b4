-- Partners are told of the payments they make or get, in the transaction that moves them.

CREATE FUNCTION tell_of_payment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO event (partner_id, kind, balance_seen, subject_id, detail, occurred_at)
    SELECT side, 'PAYMENT_CHANGED', false, NEW.payment_id, NEW.state, NEW.changed_at
    FROM unnest(ARRAY[NEW.payer_id, NEW.payee_id]) AS side WHERE side IS NOT NULL ORDER BY side;
    RETURN NULL;
END $$;
CREATE TRIGGER planned_payment_is_told AFTER INSERT ON payment FOR EACH ROW EXECUTE FUNCTION tell_of_payment();
CREATE TRIGGER changed_payment_is_told AFTER UPDATE ON payment FOR EACH ROW
    WHEN (OLD.state IS DISTINCT FROM NEW.state OR OLD.paid <> NEW.paid) EXECUTE FUNCTION tell_of_payment();

CREATE FUNCTION tell_of_overdue() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO event (partner_id, kind, balance_seen, subject_id, occurred_at)
    VALUES (NEW.payer_id, 'PAYMENT_OVERDUE', false, NEW.payment_id, NEW.reminded_at);
    RETURN NULL;
END $$;
CREATE TRIGGER overdue_payment_is_told AFTER UPDATE ON payment FOR EACH ROW
    WHEN (NEW.payer_id IS NOT NULL AND NEW.reminded_at IS DISTINCT FROM OLD.reminded_at) EXECUTE FUNCTION tell_of_overdue();
