-- Postings that take back or carry over: returns, expiry, lapsed holds, moves between wallets, adjustments.

-- Goods come back (refers_to names the purchase): claims say how many points of which lots the smaller basket would not have
-- earned. What is unspent is taken from its own lot; what was spent is owed, by the policy of the sponsor's contract; what
-- expired stays expired. returns_before guards the re-rating: another return in between makes it STALE.
CREATE FUNCTION post_returns(items jsonb, at timestamptz) RETURNS SETOF posting_result
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    entries entry_draft[] := drafts(items, 'RETURN');
    wallets uuid[] := ARRAY(SELECT e.wallet_id FROM unnest(entries) e);
    verdicts verdict[];
BEGIN
    PERFORM lock_cycle();
    PERFORM lock_wallets(wallets || ARRAY(SELECT i.purchase_wallet_id FROM jsonb_to_recordset(items) AS i(purchase_wallet_id uuid)));
    PERFORM release_due(wallets, at);
    SELECT array_agg(ROW(j.item, COALESCE(j.outcome, CASE
            WHEN p.entry_id IS NULL THEN 'PURCHASE_NOT_FOUND'
            WHEN p.returns <> i.returns_before THEN 'STALE' END),
        j.wallet_id, j.entry_id, NULL)::verdict)
    INTO verdicts
    FROM judged(entries, false) j
    JOIN jsonb_to_recordset(items) AS i(item int, partner_id uuid, refers_to uuid, purchase_wallet_id uuid, returns_before int)
        ON i.item = j.item
    LEFT JOIN purchase p ON p.wallet_id = i.purchase_wallet_id AND p.entry_id = i.refers_to AND p.partner_id = i.partner_id;
    entries := standing(entries, verdicts);
    IF cardinality(entries) > 0 THEN
        PERFORM append_entries(entries, claimed(entries, items, at), at);
        PERFORM keep_returns(entries, items);
        PERFORM repay_debts(ARRAY(SELECT e.wallet_id FROM unnest(entries) e), at);
    END IF;
    RETURN QUERY SELECT * FROM answers(verdicts);
END $$;

CREATE FUNCTION keep_returns(entries entry_draft[], items jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    UPDATE purchase p SET returns = p.returns + 1
    FROM unnest(entries) e JOIN jsonb_to_recordset(items) AS i(item int, purchase_wallet_id uuid) ON i.item = e.item
    WHERE p.wallet_id = i.purchase_wallet_id AND p.entry_id = e.refers_to;
    INSERT INTO purchase_return (wallet_id, entry_id, purchase_entry_id, partner_id, number, numbers, quantities, amounts)
    SELECT i.purchase_wallet_id, e.entry_id, e.refers_to, e.partner_id, i.returns_before + 1, i.numbers, i.quantities, i.amounts
    FROM unnest(entries) e JOIN jsonb_to_recordset(items) AS i(item int, purchase_wallet_id uuid, returns_before int,
        numbers int[], quantities numeric[], amounts bigint[]) ON i.item = e.item;
    UPDATE benefit b SET state = 'REVERSED', reversed_entry_id = e.entry_id, reversed_cycle_id = open_cycle()
    FROM unnest(entries) e JOIN jsonb_to_recordset(items) AS i(item int, purchase_wallet_id uuid, benefits uuid[]) ON i.item = e.item
    WHERE b.wallet_id = i.purchase_wallet_id AND b.benefit_id = ANY (i.benefits) AND b.state = 'USED';
END $$;

-- What was spent of a lot (wherever its points were moved), by the contract that honoured it, less what is already owed for it.
CREATE FUNCTION spent_of(home uuid, root uuid) RETURNS TABLE (redeemer_contract_id uuid, points bigint) LANGUAGE sql STABLE AS $$
    SELECT t.redeemer_contract_id, sum(CASE WHEN t.debit = 'AVAILABLE' THEN t.points ELSE -t.points END)::bigint
    FROM lot l JOIN transfer t ON t.wallet_id = l.wallet_id AND t.lot_id = l.lot_id
    WHERE (l.wallet_id = home AND l.lot_id = root OR l.root_lot_id = root)
        AND ((t.debit, t.credit) IN (('AVAILABLE', 'REDEEMED'), ('AVAILABLE', 'HELD'), ('REDEEMED', 'AVAILABLE'), ('HELD', 'AVAILABLE'))
            OR t.kind = 'CLAWBACK' AND t.debit = 'DEBT')
    GROUP BY t.redeemer_contract_id
    HAVING sum(CASE WHEN t.debit = 'AVAILABLE' THEN t.points ELSE -t.points END) > 0
$$;

-- The claw-backs a return makes: from the lot itself; then owed, a transfer for each contract that honoured the points.
-- Sponsors that take only what the wallet has come first, so that what they are owed is repaid at once.
CREATE FUNCTION claimed(entries entry_draft[], items jsonb, at timestamptz) RETURNS transfer_draft[] LANGUAGE sql VOLATILE AS $$
    WITH claim AS (
        SELECT e.wallet_id, e.entry_id, i.purchase_wallet_id AS home, c.lot_id AS root, c.points, o.sponsor_id,
            o.sponsor_contract_id, o.accrual_cycle_id, o.campaign_id, o.campaign_version, l.lot_id, l.released, k.return_policy,
            CASE WHEN l.lot_id IS NULL OR term(l.expires_at, l.inactivity_months, w.active_at) <= at
                    OR k.return_policy = 'PENDING_ONLY' AND l.released THEN 0
                ELSE LEAST(c.points, l.remaining - l.held) END AS take
        FROM unnest(entries) e
        JOIN wallet w ON w.wallet_id = e.wallet_id
        JOIN jsonb_to_recordset(items) AS i(item int, purchase_wallet_id uuid, claims jsonb) ON i.item = e.item
        CROSS JOIN jsonb_to_recordset(i.claims) AS c(lot_id uuid, points bigint)
        JOIN lot o ON o.wallet_id = i.purchase_wallet_id AND o.lot_id = c.lot_id AND o.entry_id = e.refers_to
        JOIN contract k ON k.contract_id = o.sponsor_contract_id
        LEFT JOIN lot l ON l.wallet_id = e.wallet_id AND (l.lot_id = c.lot_id OR l.root_lot_id = c.lot_id)
    ), purse AS (
        SELECT s.wallet_id, sum(s.points) - COALESCE((SELECT sum(c.take) FROM claim c WHERE c.wallet_id = s.wallet_id AND c.released), 0)
            AS points
        FROM spendable_lots(ARRAY(SELECT DISTINCT c.wallet_id FROM claim c), at) s GROUP BY s.wallet_id
    ), owing AS (
        SELECT c.*, s.redeemer_contract_id, LEAST(s.points, c.points - c.take - (s.upto - s.points)) AS owed
        FROM claim c JOIN LATERAL (
            SELECT x.*, sum(x.points) OVER (ORDER BY x.redeemer_contract_id) AS upto FROM spent_of(c.home, c.root) x
        ) s ON c.return_policy <> 'PENDING_ONLY' AND c.points - c.take > s.upto - s.points
    ), bounded AS (
        SELECT o.*, CASE WHEN o.return_policy = 'DEBT' THEN o.owed ELSE LEAST(o.owed, GREATEST(0, COALESCE(p.points, 0)
            - (sum(o.owed) OVER (PARTITION BY o.wallet_id, o.return_policy ORDER BY o.root, o.redeemer_contract_id) - o.owed)))
            END AS debt
        FROM owing o LEFT JOIN purse p ON p.wallet_id = o.wallet_id
    ), line AS (
        SELECT wallet_id, entry_id, 1 AS rank, CASE WHEN released THEN 'AVAILABLE' ELSE 'PENDING' END AS debit, take AS points,
            lot_id, sponsor_id, sponsor_contract_id, accrual_cycle_id, NULL::uuid AS redeemer_contract_id, campaign_id,
            campaign_version, NULL::uuid AS debt_id FROM claim
        UNION ALL
        SELECT wallet_id, entry_id, CASE return_policy WHEN 'WITHIN_BALANCE' THEN 2 ELSE 3 END, 'DEBT', debt, root, sponsor_id,
            sponsor_contract_id, accrual_cycle_id, redeemer_contract_id, campaign_id, campaign_version, gen_random_uuid()
        FROM bounded
    )
    SELECT array_agg(ROW(l.wallet_id, l.entry_id, l.n, 'CLAWBACK', l.debit, 'ISSUED', l.points, l.lot_id, l.sponsor_id,
        l.sponsor_contract_id, l.accrual_cycle_id, NULL, l.redeemer_contract_id, l.campaign_id, l.campaign_version, NULL, NULL,
        l.debt_id, NULL, NULL, NULL)::transfer_draft)
    FROM (SELECT *, row_number() OVER (PARTITION BY wallet_id ORDER BY rank, lot_id, redeemer_contract_id) AS n
        FROM line WHERE points > 0) l
$$;

-- Lots past their term leave the wallet; what is held of them stays until its hold ends.
CREATE FUNCTION post_expiries(wallets uuid[], at timestamptz) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    lapsed transfer_draft[];
    entries entry_draft[];
BEGIN
    PERFORM lock_cycle();
    PERFORM lock_wallets(wallets);
    PERFORM release_due(wallets, at);
    lapsed := ARRAY(SELECT ROW(l.wallet_id, NULL, row_number() OVER (PARTITION BY l.wallet_id ORDER BY l.expires_at, l.lot_id),
        'EXPIRE', 'AVAILABLE', 'EXPIRED', l.remaining - l.held, l.lot_id, l.sponsor_id, l.sponsor_contract_id,
        l.accrual_cycle_id, NULL, NULL, l.campaign_id, l.campaign_version, NULL, NULL, NULL, NULL, NULL, NULL)::transfer_draft
    FROM lot l JOIN wallet w ON w.wallet_id = l.wallet_id
    WHERE l.wallet_id = ANY (wallets) AND l.released AND l.remaining > l.held
        AND term(l.expires_at, l.inactivity_months, w.active_at) <= at);
    IF cardinality(lapsed) = 0 THEN
        RETURN 0;
    END IF;
    SELECT array_agg(system_entry(w.wallet_id, 'EXPIRY', at)) INTO entries
    FROM (SELECT DISTINCT t.wallet_id FROM unnest(lapsed) t) w;
    PERFORM append_entries(entries, named(lapsed, entries), at);
    RETURN cardinality(entries);
END $$;

CREATE FUNCTION post_releases(wallets uuid[], at timestamptz) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM lock_cycle();
    PERFORM lock_wallets(wallets);
    RETURN release_due(wallets, at);
END $$;

-- Holds past their time go back to the wallet, one a wallet at a time.
CREATE FUNCTION post_lapses(wallets uuid[], at timestamptz) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    ending entry_draft[];
    items jsonb;
BEGIN
    PERFORM lock_cycle();
    PERFORM lock_wallets(wallets);
    SELECT array_agg(ROW(s.place, s.wallet_id, s.entry_id, 'LAPSE', NULL, s.partner_id, NULL, NULL, NULL, NULL,
        s.idempotency_key, s.fingerprint, s.hold_id, at)::entry_draft), jsonb_agg(jsonb_build_object('item', s.place, 'points', 0))
    INTO ending, items FROM (
        SELECT DISTINCT ON (h.wallet_id) h.hold_id, (row_number() OVER ())::int AS place, (system_entry(h.wallet_id, 'LAPSE', at)).*
        FROM hold h WHERE h.wallet_id = ANY (wallets) AND h.state = 'OPEN' AND h.expires_at <= at
        ORDER BY h.wallet_id, h.expires_at
    ) s;
    PERFORM end_holds(COALESCE(ending, '{}'), items, at);
    RETURN COALESCE(cardinality(ending), 0);
END $$;

-- Wallets with something due: points to release, lots to expire, holds to give back.
CREATE FUNCTION wallets_due(what text, at timestamptz, most int) RETURNS uuid[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    RETURN CASE what
        WHEN 'RELEASE' THEN ARRAY(SELECT DISTINCT l.wallet_id FROM lot l
            WHERE NOT l.released AND l.remaining > 0 AND l.available_at <= at LIMIT most)
        WHEN 'EXPIRY' THEN ARRAY(SELECT DISTINCT l.wallet_id FROM lot l JOIN wallet w ON w.wallet_id = l.wallet_id
            WHERE l.remaining > l.held AND (l.expires_at <= at OR l.inactivity_months IS NOT NULL)
                AND l.available_at <= at AND term(l.expires_at, l.inactivity_months, w.active_at) <= at LIMIT most)
        WHEN 'LAPSE' THEN ARRAY(SELECT DISTINCT h.wallet_id FROM hold h WHERE h.state = 'OPEN' AND h.expires_at <= at LIMIT most)
    END;
END $$;

-- A wallet joins another: all its lots and debts leave for transit in one entry, and arrive in the other wallet in another.
-- Each half is a posting of one wallet; the second can be repeated until it has happened.
CREATE FUNCTION post_move_out(source uuid, target uuid, member uuid, at timestamptz) RETURNS SETOF posting_result
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    leaving entry_draft := system_entry(source, 'MOVE_OUT', at);
    outcome text;
BEGIN
    PERFORM lock_cycle();
    PERFORM lock_wallets(ARRAY[source]);
    PERFORM release_due(ARRAY[source], at);
    leaving.member_id := member;
    leaving.refers_to := target;
    SELECT CASE WHEN w.wallet_id IS NULL THEN 'MEMBER_NOT_FOUND' WHEN w.merged_into IS NOT NULL THEN 'WALLET_MOVED'
        WHEN w.held > 0 THEN 'HOLD_OPEN' END
    INTO outcome FROM (SELECT source AS wallet_id) s LEFT JOIN wallet w ON w.wallet_id = s.wallet_id;
    IF outcome IS NULL THEN
        PERFORM append_entries(ARRAY[leaving], ARRAY(
            SELECT ROW(source, leaving.entry_id, row_number() OVER (ORDER BY m.debt_id NULLS FIRST, m.earned_at, m.lot_id), 'MOVE',
                m.debit, m.credit, m.points, m.lot_id, m.sponsor_id, m.sponsor_contract_id, m.accrual_cycle_id, NULL,
                m.redeemer_contract_id, m.campaign_id, m.campaign_version, gen_random_uuid(), m.root, m.debt_id, NULL, NULL,
                NULL)::transfer_draft
            FROM (
                SELECT CASE WHEN l.released THEN 'AVAILABLE' ELSE 'PENDING' END AS debit, 'TRANSIT' AS credit, l.remaining AS points,
                    l.lot_id, l.sponsor_id, l.sponsor_contract_id, l.accrual_cycle_id, NULL::uuid AS redeemer_contract_id,
                    l.campaign_id, l.campaign_version, COALESCE(l.root_lot_id, l.lot_id) AS root, NULL::uuid AS debt_id, l.earned_at
                FROM lot l WHERE l.wallet_id = source AND l.remaining > 0
                UNION ALL
                SELECT 'TRANSIT', 'DEBT', d.points - d.repaid, d.lot_id, d.sponsor_id, l.sponsor_contract_id, l.accrual_cycle_id,
                    d.redeemer_contract_id, l.campaign_id, l.campaign_version, NULL, d.debt_id, NULL
                FROM debt d JOIN lot l ON l.wallet_id = d.wallet_id AND l.lot_id = d.lot_id
                WHERE d.wallet_id = source AND d.points > d.repaid
            ) m), at);
        UPDATE wallet SET merged_into = target WHERE wallet_id = source;
    END IF;
    RETURN QUERY SELECT * FROM answers(ARRAY[ROW(0, outcome, source, leaving.entry_id, NULL)::verdict]);
END $$;

CREATE FUNCTION post_move_in(source uuid, departure uuid, at timestamptz) RETURNS SETOF posting_result
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    arriving entry_draft;
    target uuid;
    outcome text;
BEGIN
    PERFORM lock_cycle();
    SELECT e.refers_to INTO STRICT target FROM entry e WHERE e.wallet_id = source AND e.entry_id = departure AND e.kind = 'MOVE_OUT';
    PERFORM lock_wallets(ARRAY[target]);
    arriving := system_entry(target, 'MOVE_IN', at);
    arriving.refers_to := departure;
    arriving.idempotency_key := 'move_in-' || departure;
    SELECT 'REPLAYED', e.entry_id INTO outcome, arriving.entry_id FROM entry e
    WHERE e.wallet_id = target AND e.partner_id = arriving.partner_id AND e.idempotency_key = arriving.idempotency_key;
    IF outcome IS NULL THEN
        arriving.entry_id := gen_random_uuid();
        PERFORM append_entries(ARRAY[arriving], ARRAY(
            SELECT ROW(target, arriving.entry_id, t.n, 'MOVE', t.credit_in, t.debit_in, t.points,
                CASE WHEN t.debt_id IS NULL THEN gen_random_uuid() ELSE t.lot_id END, t.sponsor_id, t.sponsor_contract_id,
                t.accrual_cycle_id, NULL, t.redeemer_contract_id, t.campaign_id, t.campaign_version, t.move_id, t.root_lot_id,
                CASE WHEN t.debt_id IS NOT NULL THEN gen_random_uuid() END, l.available_at, l.expires_at,
                l.inactivity_months)::transfer_draft
            FROM (SELECT x.*, CASE WHEN x.credit = 'TRANSIT' THEN 'TRANSIT' ELSE 'DEBT' END AS credit_in,
                    CASE WHEN x.credit = 'TRANSIT' THEN x.debit ELSE 'TRANSIT' END AS debit_in
                FROM transfer x WHERE x.wallet_id = source AND x.entry_id = departure) t
            LEFT JOIN lot l ON l.wallet_id = t.wallet_id AND l.lot_id = t.lot_id AND t.debt_id IS NULL), at);
        PERFORM repay_debts(ARRAY[target], at);
    END IF;
    RETURN QUERY SELECT * FROM answers(ARRAY[ROW(0, outcome, target, arriving.entry_id, NULL)::verdict]);
END $$;

-- Goodwill and corrections: points a partner gives without a purchase, agreed by two persons (the adjustment row names both).
CREATE FUNCTION post_adjustments(items jsonb, at timestamptz) RETURNS SETOF posting_result
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    entries entry_draft[] := drafts(items, 'ADJUSTMENT');
    cycle uuid;
    verdicts verdict[];
BEGIN
    PERFORM lock_for(entries);
    cycle := open_cycle();
    SELECT array_agg(ROW(j.item, COALESCE(j.outcome, CASE
            WHEN a.approved_by IS NULL OR a.partner_id <> e.partner_id OR a.wallet_id <> e.wallet_id THEN 'ADJUSTMENT_NOT_APPROVED'
            WHEN (contract_in_force(a.partner_id, at)).issues IS NOT TRUE THEN 'SPONSOR_NOT_ACTIVE' END),
        j.wallet_id, j.entry_id, NULL)::verdict)
    INTO verdicts FROM judged(entries, true) j JOIN unnest(entries) e ON e.item = j.item
    LEFT JOIN adjustment a ON a.adjustment_id = e.refers_to;
    entries := standing(entries, verdicts);
    IF cardinality(entries) > 0 THEN
        PERFORM append_entries(entries, ARRAY(
            SELECT ROW(e.wallet_id, e.entry_id, 1, 'ADJUST', 'ISSUED', 'AVAILABLE', a.points, gen_random_uuid(), a.partner_id,
                (contract_in_force(a.partner_id, at)).contract_id, cycle, NULL, NULL, NULL, NULL, NULL, NULL, NULL, at,
                a.expires_at, NULL)::transfer_draft
            FROM unnest(entries) e JOIN adjustment a ON a.adjustment_id = e.refers_to), at);
        PERFORM repay_debts(ARRAY(SELECT e.wallet_id FROM unnest(entries) e), at);
    END IF;
    RETURN QUERY SELECT * FROM answers(verdicts);
END $$;
