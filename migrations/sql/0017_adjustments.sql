-- An adjustment in money falls to one cycle and stays there, once two people (or a rule) have agreed to it.

CREATE FUNCTION adjustment_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.cycle_id IS DISTINCT FROM NEW.cycle_id AND OLD.cycle_id IS NOT NULL THEN
        RAISE EXCEPTION 'adjustment % belongs to a cycle already', OLD.adjustment_id USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF OLD.agreed_at IS NOT NULL AND (OLD.agreed_at, OLD.agreed_by) IS DISTINCT FROM (NEW.agreed_at, NEW.agreed_by) THEN
        RAISE EXCEPTION 'adjustment % was agreed to already', OLD.adjustment_id USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER settlement_adjustment_stays BEFORE UPDATE ON settlement_adjustment
    FOR EACH ROW EXECUTE FUNCTION adjustment_stays();
