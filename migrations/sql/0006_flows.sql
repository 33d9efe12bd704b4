-- The sums of a cycle's transfers that settlement prices: one pass over the transfers, joined with nothing.
-- It runs as hansa_ledger, whose wall costs nothing a row, and therefore asks itself who is looking.

CREATE TYPE settlement_flow AS (
    kind text, debit text, sponsor_id uuid, sponsor_contract_id uuid, accrual_cycle_id uuid, redeemer_id uuid,
    redeemer_contract_id uuid, cofunded boolean, points numeric);

CREATE FUNCTION settlement_flows(cycle uuid) RETURNS SETOF settlement_flow
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT sees_coalition() THEN
        RAISE EXCEPTION 'the sums of a cycle are read with the sight of the coalition' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN QUERY
    SELECT t.kind::text, t.debit::text, t.sponsor_id, t.sponsor_contract_id, t.accrual_cycle_id, t.redeemer_id, t.redeemer_contract_id,
        t.kind = 'ACCRUE' AND t.partner_id <> t.sponsor_id, sum(t.points)
    FROM transfer t
    WHERE t.cycle_id = cycle AND t.kind NOT IN ('RELEASE', 'HOLD', 'VOID', 'MOVE')
    GROUP BY 1, 2, 3, 4, 5, 6, 7, 8;
END $$;
