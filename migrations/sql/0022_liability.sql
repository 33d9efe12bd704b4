-- What became of points, month by month: one pass over the transfers. Months are counted by their first instants, from one.
-- It runs as hansa_ledger, whose wall costs nothing a row, and therefore asks itself who is looking: a partner is told of
-- its own points, and not with whom they were spent.

CREATE TYPE liability_flow AS (
    cycle_id uuid, kind text, sponsor_id uuid, sponsor_contract_id uuid, accrual_cycle_id uuid, redeemer_id uuid,
    redeemer_contract_id uuid, cohort integer, month integer, points numeric);

-- The planner thinks that wallet and lot, or wallet and entry, narrow each other down, and would look up each row by itself.
CREATE FUNCTION liability_counted(cycles uuid[], whose uuid, upto timestamptz, starts timestamptz[]) RETURNS SETOF liability_flow
LANGUAGE plpgsql STABLE SET enable_nestloop = off SET enable_sort = off AS $$
BEGIN
    RETURN QUERY
    WITH first_earned AS MATERIALIZED (  -- points that moved are as old as the lot they were first earned in
        SELECT r.lot_id, r.earned_at FROM lot r
        WHERE r.lot_id = ANY (ARRAY(SELECT DISTINCT m.root_lot_id FROM lot m WHERE m.root_lot_id IS NOT NULL)))
    SELECT t.cycle_id, CASE t.kind WHEN 'ADJUST' THEN 'ACCRUE' ELSE t.kind::text END, t.sponsor_id, t.sponsor_contract_id,
        t.accrual_cycle_id, t.redeemer_id, t.redeemer_contract_id,
        greatest(width_bucket(COALESCE(f.earned_at, l.earned_at), starts), 1),
        greatest(width_bucket(e.posted_at, starts), 1), sum(t.points)
    FROM transfer t
    JOIN entry e ON e.wallet_id = t.wallet_id AND e.entry_id = t.entry_id AND e.cycle_id = t.cycle_id
    JOIN lot l ON l.wallet_id = t.wallet_id AND l.lot_id = t.lot_id
    LEFT JOIN first_earned f ON f.lot_id = l.root_lot_id
    WHERE t.cycle_id = ANY (cycles) AND e.cycle_id = ANY (cycles) AND (whose IS NULL OR t.sponsor_id = whose)
        AND e.posted_at <= upto
        AND t.kind IN ('ACCRUE', 'ADJUST', 'CLAWBACK', 'REDEEM', 'UNREDEEM', 'REPAY', 'EXPIRE')
        AND NOT (t.kind = 'CLAWBACK' AND t.debit = 'DEBT')
    GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9;
END $$;

-- Sums of cycles that were cut off are final, so they are counted once and remembered; anew counts all of them again.
CREATE FUNCTION liability_flows(cycles uuid[], whose uuid, upto timestamptz, starts timestamptz[], anew boolean)
RETURNS SETOF liability_flow
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    sees_all boolean := sees_coalition();
    known uuid[];
BEGIN
    IF NOT COALESCE(sees_all OR sees_partner(whose), false) THEN
        RAISE EXCEPTION 'a partner is told what became of its own points alone' USING ERRCODE = 'insufficient_privilege';
    END IF;
    known := ARRAY(SELECT m.cycle_id FROM liability_memory m
        WHERE NOT anew AND m.cycle_id = ANY (cycles) AND (m.last_posted_at IS NULL OR m.last_posted_at <= upto));
    RETURN QUERY
    SELECT c.cycle_id, c.kind, c.sponsor_id, c.sponsor_contract_id, c.accrual_cycle_id,
        CASE WHEN sees_all THEN c.redeemer_id END, CASE WHEN sees_all THEN c.redeemer_contract_id END,
        c.cohort, c.month, sum(c.points)
    FROM (SELECT s.cycle_id, s.kind::text, s.sponsor_id, s.sponsor_contract_id, s.accrual_cycle_id, s.redeemer_id,
            s.redeemer_contract_id, greatest(width_bucket(s.cohort_from, starts), 1) AS cohort,
            greatest(width_bucket(s.month_from, starts), 1) AS month, s.points
        FROM liability_sum s WHERE s.cycle_id = ANY (known) AND (whose IS NULL OR s.sponsor_id = whose)
        UNION ALL
        SELECT * FROM liability_counted(ARRAY(SELECT u FROM unnest(cycles) u WHERE u <> ALL (known)), whose, upto, starts)) c
    GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9;
END $$;

-- Count a cycle once for all; whether it was not remembered yet. The months have to reach beyond its last posting.
CREATE FUNCTION remember_liability(which uuid, starts timestamptz[], at timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT sees_coalition() OR NOT EXISTS (SELECT FROM cycle c WHERE c.cycle_id = which AND c.state <> 'OPEN') THEN
        RAISE EXCEPTION 'the coalition remembers cycles that were cut off' USING ERRCODE = 'insufficient_privilege';
    END IF;
    INSERT INTO liability_memory (cycle_id, last_posted_at, remembered_at)
    SELECT which, (SELECT max(e.posted_at) FROM entry e WHERE e.cycle_id = which), at ON CONFLICT DO NOTHING;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    INSERT INTO liability_sum (cycle_id, number, kind, sponsor_id, sponsor_contract_id, accrual_cycle_id, redeemer_id,
        redeemer_contract_id, cohort_from, month_from, points)
    SELECT c.cycle_id, row_number() OVER (), c.kind, c.sponsor_id, c.sponsor_contract_id, c.accrual_cycle_id, c.redeemer_id,
        c.redeemer_contract_id, starts[c.cohort], starts[c.month], c.points
    FROM liability_counted(ARRAY[which], NULL, 'infinity', starts) c;
    RETURN true;
END $$;

-- What a person wrote down of the reserve's account stays; only a second person's word is added.
CREATE FUNCTION refuse_change_of_reserve() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'movement % of the reserve is booked and never changes', OLD.movement_id
        USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_reserve_movement_booked_never_changes';
END $$;
CREATE TRIGGER reserve_movement_booked_never_changes BEFORE UPDATE OR DELETE ON reserve_movement
    FOR EACH ROW WHEN (OLD.booked_at IS NOT NULL) EXECUTE FUNCTION refuse_change_of_reserve();
