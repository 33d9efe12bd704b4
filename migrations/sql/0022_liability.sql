-- What became of points, month by month: one pass over the transfers. Months are counted by their first instants, from one.
-- It runs as hansa_ledger, whose wall costs nothing a row, and therefore asks itself who is looking: a partner is told of
-- its own points, and not with whom they were spent.

CREATE TYPE liability_flow AS (
    cycle_id uuid, kind text, sponsor_id uuid, sponsor_contract_id uuid, accrual_cycle_id uuid, redeemer_id uuid,
    redeemer_contract_id uuid, cohort integer, month integer, points numeric);

CREATE FUNCTION liability_flows(cycles uuid[], whose uuid, upto timestamptz, starts timestamptz[]) RETURNS SETOF liability_flow
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT COALESCE(sees_coalition() OR sees_partner(whose), false) THEN
        RAISE EXCEPTION 'a partner is told what became of its own points alone' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN QUERY
    WITH first_earned AS MATERIALIZED (  -- points that moved are as old as the lot they were first earned in
        SELECT r.lot_id, r.earned_at FROM lot r
        WHERE r.lot_id = ANY (ARRAY(SELECT DISTINCT m.root_lot_id FROM lot m WHERE m.root_lot_id IS NOT NULL)))
    SELECT t.cycle_id, CASE t.kind WHEN 'ADJUST' THEN 'ACCRUE' ELSE t.kind::text END, t.sponsor_id, t.sponsor_contract_id,
        t.accrual_cycle_id,
        CASE WHEN sees_coalition() THEN t.redeemer_id END, CASE WHEN sees_coalition() THEN t.redeemer_contract_id END,
        greatest(width_bucket(COALESCE(f.earned_at, l.earned_at), starts), 1),
        greatest(width_bucket(e.posted_at, starts), 1), sum(t.points)
    FROM transfer t
    JOIN entry e ON e.wallet_id = t.wallet_id AND e.entry_id = t.entry_id
    JOIN lot l ON l.wallet_id = t.wallet_id AND l.lot_id = t.lot_id
    LEFT JOIN first_earned f ON f.lot_id = l.root_lot_id
    WHERE t.cycle_id = ANY (cycles) AND (whose IS NULL OR t.sponsor_id = whose) AND e.posted_at <= upto
        AND t.kind IN ('ACCRUE', 'ADJUST', 'CLAWBACK', 'REDEEM', 'UNREDEEM', 'REPAY', 'EXPIRE')
        AND NOT (t.kind = 'CLAWBACK' AND t.debit = 'DEBT')
    GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9;
END $$;

-- What a person wrote down of the reserve's account stays; only a second person's word is added.
CREATE FUNCTION refuse_change_of_reserve() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'movement % of the reserve is booked and never changes', OLD.movement_id
        USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_reserve_movement_booked_never_changes';
END $$;
CREATE TRIGGER reserve_movement_booked_never_changes BEFORE UPDATE OR DELETE ON reserve_movement
    FOR EACH ROW WHEN (OLD.booked_at IS NOT NULL) EXECUTE FUNCTION refuse_change_of_reserve();
