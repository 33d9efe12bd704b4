-- A partner is told that its time to answer a statement runs out, in the transaction that writes the reminder down.

CREATE FUNCTION tell_of_reminder() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO event (partner_id, kind, balance_seen, subject_id, occurred_at)
    VALUES (NEW.partner_id, 'ANSWER_DUE', false, NEW.cycle_id, NEW.taken_at);
    RETURN NULL;
END $$;
CREATE TRIGGER reminder_is_told AFTER INSERT ON settlement_step FOR EACH ROW
    WHEN (NEW.step = 'REMIND') EXECUTE FUNCTION tell_of_reminder();
