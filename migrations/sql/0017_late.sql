-- What of a cycle's transfers happened, by the partner's clock, in the time of an earlier cycle. Runs as hansa_ledger like
-- settlement_flows; entries that came late are few, so their transfers are looked up one by one.

CREATE FUNCTION late_flows(cycle uuid) RETURNS TABLE (of_cycle_id uuid, kind text, debit text, sponsor_id uuid,
    sponsor_contract_id uuid, accrual_cycle_id uuid, redeemer_id uuid, redeemer_contract_id uuid, cofunded boolean, points numeric)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    began timestamptz;
BEGIN
    IF NOT sees_coalition() THEN
        RAISE EXCEPTION 'what came late is read with the sight of the coalition' USING ERRCODE = 'insufficient_privilege';
    END IF;
    SELECT c.opened_at INTO began FROM cycle c WHERE c.cycle_id = cycle AND c.number > 1;
    IF began IS NULL THEN
        RETURN;
    END IF;
    RETURN QUERY
    SELECT (SELECT c.cycle_id FROM cycle c WHERE c.cut_off_at > e.occurred_at ORDER BY c.number LIMIT 1), t.kind::text,
        t.debit::text, t.sponsor_id, t.sponsor_contract_id, t.accrual_cycle_id, t.redeemer_id, t.redeemer_contract_id,
        t.kind = 'ACCRUE' AND t.partner_id <> t.sponsor_id, sum(t.points)
    FROM entry e JOIN transfer t ON t.wallet_id = e.wallet_id AND t.entry_id = e.entry_id
    WHERE e.cycle_id = cycle AND e.occurred_at < began AND t.kind NOT IN ('RELEASE', 'HOLD', 'VOID', 'MOVE')
    GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9;
END $$;
