-- What moved on each day of a cycle, between two instants; runs as hansa_ledger like settlement_flows. Entries are appended in
-- the order of their instants, so an index of block ranges finds those of today among millions, and costs postings nothing.

CREATE INDEX ix_entry_posted_at ON entry USING brin (posted_at);

CREATE FUNCTION daily_flows(cycle uuid, since timestamptz, until timestamptz, zone text) RETURNS TABLE (day date, kind text,
    debit text, sponsor_id uuid, sponsor_contract_id uuid, accrual_cycle_id uuid, redeemer_id uuid, redeemer_contract_id uuid,
    cofunded boolean, points numeric)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT sees_coalition() THEN
        RAISE EXCEPTION 'what moved on a day is read with the sight of the coalition' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN QUERY
    SELECT (e.posted_at AT TIME ZONE zone)::date, t.kind::text, t.debit::text, t.sponsor_id, t.sponsor_contract_id,
        t.accrual_cycle_id, t.redeemer_id, t.redeemer_contract_id, t.kind = 'ACCRUE' AND t.partner_id <> t.sponsor_id, sum(t.points)
    FROM entry e JOIN transfer t ON t.wallet_id = e.wallet_id AND t.entry_id = e.entry_id
    WHERE e.cycle_id = cycle AND e.posted_at >= since AND e.posted_at < until
        AND t.kind NOT IN ('RELEASE', 'HOLD', 'VOID', 'MOVE')
    GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9;
END $$;
