-- Postings that take back or carry over: returns, expiry, lapsed holds, moves between wallets, adjustments.

-- Goods come back (refers_to names the purchase): claims say how many points of which lots the smaller basket would not have
-- earned. What is unspent is taken from its own lot; what was spent is owed, by the policy of the sponsor's contract; what
-- expired stays expired. returns_before guards the re-rating: another return in between makes it STALE. After a merge the
-- purchase lies in one wallet (purchase_wallet_id) and the return is posted to the wallet that one has become.
CREATE FUNCTION post_returns(items jsonb, at timestamptz) RETURNS SETOF posting_result
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET jit = off AS $$
DECLARE
    entries entry_draft[] := drafts(items, 'RETURN');
    wallets uuid[] := ARRAY(SELECT e.wallet_id FROM unnest(entries) e);
    verdicts verdict[];
BEGIN
    PERFORM lock_cycle();
    PERFORM lock_wallets(wallets || ARRAY(SELECT i.purchase_wallet_id FROM jsonb_to_recordset(items) AS i(purchase_wallet_id uuid)));
    PERFORM release_due(wallets, at);
    SELECT array_agg(ROW(j.item, COALESCE(j.outcome, CASE
            WHEN p.entry_id IS NULL OR i.purchase_wallet_id <> j.wallet_id AND forwarded(i.purchase_wallet_id) <> j.wallet_id
                OR EXISTS (SELECT FROM jsonb_to_recordset(i.claims) AS c(lot_id uuid) WHERE NOT EXISTS (SELECT FROM lot l
                    WHERE l.wallet_id = i.purchase_wallet_id AND l.lot_id = c.lot_id AND l.entry_id = i.refers_to))
                THEN 'PURCHASE_NOT_FOUND'
            WHEN i.purchase_wallet_id <> j.wallet_id AND underway(i.purchase_wallet_id) THEN 'WALLET_MOVED'
            WHEN p.returns <> i.returns_before THEN 'STALE' END),
        j.wallet_id, j.entry_id, NULL)::verdict)
    INTO verdicts
    FROM judged(entries, false) j
    JOIN jsonb_to_recordset(items) AS i(item int, partner_id uuid, refers_to uuid, purchase_wallet_id uuid, returns_before int,
        claims jsonb) ON i.item = j.item
    LEFT JOIN LATERAL (SELECT x.entry_id, x.returns FROM purchase x
        WHERE x.wallet_id = i.purchase_wallet_id AND x.entry_id = i.refers_to AND x.partner_id = i.partner_id LIMIT 1) p ON true;
    entries := with_goods(standing(entries, verdicts), items);
    IF cardinality(entries) > 0 THEN
        PERFORM append_entries(entries, claimed(entries, items, at), at);
        PERFORM keep_returns(entries, items);
        PERFORM repay_debts(ARRAY(SELECT e.wallet_id FROM unnest(entries) e), at);
    END IF;
    RETURN QUERY SELECT * FROM answers(verdicts);
END $$;

-- Which of a purchase's benefits a return takes back.
CREATE FUNCTION taken_back(entries entry_draft[], items jsonb)
RETURNS TABLE (item int, entry_id uuid, wallet_id uuid, benefit_id uuid) LANGUAGE sql STABLE AS $$
    SELECT e.item, e.entry_id, b.wallet_id, b.benefit_id
    FROM unnest(entries) e JOIN jsonb_to_recordset(items) AS i(item int, purchase_wallet_id uuid, benefits uuid[]) ON i.item = e.item
    JOIN benefit b ON b.wallet_id = i.purchase_wallet_id AND b.benefit_id = ANY (i.benefits) AND b.entry_id = e.refers_to
        AND b.state = 'USED'
$$;

-- The digest of what came back, and of the benefits taken back, goes into the return's entry.
CREATE FUNCTION with_goods(entries entry_draft[], items jsonb) RETURNS entry_draft[] LANGUAGE sql STABLE
SET enable_hashjoin = off SET enable_mergejoin = off AS $$
    SELECT COALESCE(array_agg(carrying(e, concat_ws(chr(30),
        concat_ws(chr(31), i.purchase_wallet_id, i.returns_before + 1, i.numbers::text, i.quantities::text, i.amounts::text),
        (SELECT string_agg(b.benefit_id::text, chr(30) ORDER BY b.benefit_id) FROM taken_back(entries, items) b
            WHERE b.item = e.item)))), '{}')
    FROM jsonb_to_recordset(items) AS i(item int, purchase_wallet_id uuid, returns_before int, numbers int[],
        quantities numeric[], amounts bigint[])
    JOIN unnest(entries) e ON e.item = i.item
$$;

CREATE FUNCTION keep_returns(entries entry_draft[], items jsonb) RETURNS void LANGUAGE plpgsql
SET enable_hashjoin = off SET enable_mergejoin = off AS $$
BEGIN
    UPDATE purchase p SET returns = p.returns + 1
    FROM unnest(entries) e JOIN jsonb_to_recordset(items) AS i(item int, purchase_wallet_id uuid) ON i.item = e.item
    WHERE p.wallet_id = i.purchase_wallet_id AND p.entry_id = e.refers_to;
    INSERT INTO purchase_return (wallet_id, entry_id, purchase_entry_id, partner_id, number, numbers, quantities, amounts)
    SELECT i.purchase_wallet_id, e.entry_id, e.refers_to, e.partner_id, i.returns_before + 1, i.numbers, i.quantities, i.amounts
    FROM unnest(entries) e JOIN jsonb_to_recordset(items) AS i(item int, purchase_wallet_id uuid, returns_before int,
        numbers int[], quantities numeric[], amounts bigint[]) ON i.item = e.item;
    UPDATE benefit b SET state = 'REVERSED', reversed_entry_id = e.entry_id, reversed_cycle_id = open_cycle()
    FROM taken_back(entries, items) e WHERE b.wallet_id = e.wallet_id AND b.benefit_id = e.benefit_id;
END $$;

-- What was spent of a lot, by the contract that honoured it, less what is already owed for it: wherever its points were moved,
-- and whether they bought something, are held for it, or paid a debt.
CREATE FUNCTION spent_of(home uuid, root uuid) RETURNS TABLE (redeemer_contract_id uuid, points bigint) LANGUAGE sql STABLE AS $$
    WITH place AS (
        SELECT f.wallet_id, root AS lot_id FROM forwards(home) f
        UNION
        SELECT l.wallet_id, l.lot_id FROM lot l WHERE l.root_lot_id = root
    ), spent AS (
        SELECT t.redeemer_contract_id, sum(CASE WHEN t.debit = 'AVAILABLE' THEN t.points ELSE -t.points END) AS points
        FROM place p JOIN transfer t ON t.wallet_id = p.wallet_id AND t.lot_id = p.lot_id
        WHERE (t.debit, t.credit) IN (('AVAILABLE', 'REDEEMED'), ('REDEEMED', 'AVAILABLE'), ('AVAILABLE', 'HELD'),
                ('HELD', 'AVAILABLE'), ('AVAILABLE', 'DEBT'))
            OR t.kind = 'CLAWBACK' AND t.debit = 'DEBT'
        GROUP BY t.redeemer_contract_id
    ), owable AS (
        SELECT s.*, (SELECT sum(a.points) FROM spent a) - (sum(s.points) OVER (ORDER BY s.redeemer_contract_id) - s.points) AS rest
        FROM spent s WHERE s.points > 0
    )
    SELECT o.redeemer_contract_id, LEAST(o.points, o.rest)::bigint FROM owable o WHERE o.rest > 0
$$;

-- The claw-backs a return makes: from the lot itself; then owed, a transfer for each contract that honoured the points.
-- Sponsors that take only what the wallet has come first, so that what they are owed is repaid at once.
CREATE FUNCTION claimed(entries entry_draft[], items jsonb, at timestamptz) RETURNS transfer_draft[] LANGUAGE sql VOLATILE
SET enable_hashjoin = off SET enable_mergejoin = off AS $$
    WITH claim AS (
        SELECT e.wallet_id, e.entry_id, i.purchase_wallet_id AS home, o.lot_id AS root, sum(c.points) AS points, o.sponsor_id,
            o.sponsor_contract_id, o.accrual_cycle_id, o.campaign_id, o.campaign_version, k.return_policy
        FROM unnest(entries) e
        JOIN jsonb_to_recordset(items) AS i(item int, purchase_wallet_id uuid, claims jsonb) ON i.item = e.item
        CROSS JOIN jsonb_to_recordset(i.claims) AS c(lot_id uuid, points bigint)
        JOIN lot o ON o.wallet_id = i.purchase_wallet_id AND o.lot_id = c.lot_id AND o.entry_id = e.refers_to
        JOIN contract k ON k.contract_id = o.sponsor_contract_id
        WHERE c.points > 0
        GROUP BY e.wallet_id, e.entry_id, i.purchase_wallet_id, o.wallet_id, o.lot_id, k.contract_id
    ), unspent AS (
        SELECT c.*, l.lot_id, l.released, l.remaining - l.held AS left_over,
            sum(l.remaining - l.held) OVER (PARTITION BY c.wallet_id, c.root ORDER BY l.earned_at, l.lot_id) AS upto
        FROM claim c
        JOIN wallet w ON w.wallet_id = c.wallet_id
        JOIN lot l ON l.wallet_id = c.wallet_id AND (l.lot_id = c.root OR l.root_lot_id = c.root)
        WHERE COALESCE(term(l.expires_at, l.inactivity_months, w.active_at) > at, true)
            AND NOT (c.return_policy = 'PENDING_ONLY' AND l.released)
    ), taken AS (
        SELECT u.*, LEAST(u.left_over, u.points - (u.upto - u.left_over))::bigint AS take
        FROM unspent u WHERE u.left_over > 0 AND u.points > u.upto - u.left_over
    ), purse AS (
        SELECT s.wallet_id, sum(s.points) - COALESCE((SELECT sum(t.take) FROM taken t WHERE t.wallet_id = s.wallet_id AND t.released), 0)
            AS points
        FROM spendable_lots(ARRAY(SELECT DISTINCT c.wallet_id FROM claim c WHERE c.return_policy = 'WITHIN_BALANCE'), at) s
        GROUP BY s.wallet_id
    ), owing AS (
        SELECT c.*, s.redeemer_contract_id, LEAST(s.points, c.rest - (s.upto - s.points))::bigint AS owed
        FROM (SELECT x.*, x.points - COALESCE((SELECT sum(t.take) FROM taken t WHERE t.wallet_id = x.wallet_id AND t.root = x.root), 0)
            AS rest FROM claim x WHERE x.return_policy <> 'PENDING_ONLY') c
        CROSS JOIN LATERAL (
            SELECT x.*, sum(x.points) OVER (ORDER BY x.redeemer_contract_id) AS upto FROM spent_of(c.home, c.root) x
        ) s WHERE c.rest > s.upto - s.points
    ), bounded AS (
        SELECT o.*, CASE WHEN o.return_policy = 'DEBT' THEN o.owed ELSE LEAST(o.owed, GREATEST(0, COALESCE(p.points, 0)
            - (sum(o.owed) OVER (PARTITION BY o.wallet_id, o.return_policy ORDER BY o.root, o.redeemer_contract_id) - o.owed)))
            END AS debt
        FROM owing o LEFT JOIN purse p ON p.wallet_id = o.wallet_id
    ), line AS (
        SELECT wallet_id, entry_id, 1 AS rank, CASE WHEN released THEN 'AVAILABLE' ELSE 'PENDING' END AS debit, take AS points,
            lot_id, sponsor_id, sponsor_contract_id, accrual_cycle_id, NULL::uuid AS redeemer_contract_id, campaign_id,
            campaign_version, NULL::uuid AS debt_id FROM taken
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

-- The sweep: terms end, points become available, holds lapse.
CREATE FUNCTION post_expiries(wallets uuid[], at timestamptz) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET jit = off AS $$
BEGIN
    PERFORM lock_cycle();
    PERFORM lock_wallets(wallets);
    RETURN expire_due(wallets, at);
END $$;

CREATE FUNCTION post_releases(wallets uuid[], at timestamptz) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET jit = off AS $$
BEGIN
    PERFORM lock_cycle();
    PERFORM lock_wallets(wallets);
    RETURN release_due(wallets, at);
END $$;

-- Holds past their time go back to the wallet, one a wallet at a time.
CREATE FUNCTION post_lapses(wallets uuid[], at timestamptz) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET jit = off AS $$
DECLARE
    ending entry_draft[];
    items jsonb;
BEGIN
    PERFORM lock_cycle();
    PERFORM lock_wallets(wallets);
    SELECT array_agg(ROW(s.place, s.wallet_id, (s.fresh).entry_id, 'LAPSE', NULL, (s.fresh).partner_id, NULL, NULL, NULL, NULL,
        (s.fresh).idempotency_key, (s.fresh).fingerprint, s.hold_id, at, NULL)::entry_draft),
        jsonb_agg(jsonb_build_object('item', s.place, 'points', 0))
    INTO ending, items FROM (
        SELECT h.*, (row_number() OVER ())::int AS place, system_entry(h.wallet_id, 'LAPSE', at) AS fresh
        FROM (SELECT DISTINCT ON (x.wallet_id) x.wallet_id, x.hold_id FROM hold x
            WHERE x.wallet_id = ANY (wallets) AND x.state = 'OPEN' AND x.expires_at <= at
            ORDER BY x.wallet_id, x.expires_at, x.hold_id) h
        OFFSET 0
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
        WHEN 'EXPIRY' THEN ARRAY(
            SELECT l.wallet_id FROM lot l WHERE l.remaining > 0 AND l.remaining > l.held AND l.expires_at <= at AND l.available_at <= at
            UNION
            SELECT l.wallet_id FROM lot l JOIN wallet w ON w.wallet_id = l.wallet_id
            WHERE l.inactivity_months IS NOT NULL AND l.remaining > 0 AND l.remaining > l.held AND l.available_at <= at
                AND term(l.expires_at, l.inactivity_months, w.active_at) <= at
            LIMIT most)
        WHEN 'LAPSE' THEN ARRAY(SELECT DISTINCT h.wallet_id FROM hold h WHERE h.state = 'OPEN' AND h.expires_at <= at LIMIT most)
    END;
END $$;

-- A wallet joins another: all its lots and debts leave for transit in one entry, and arrive in the other wallet in another.
-- Each half can be repeated until it has happened: leaving again answers with the entry that left.
CREATE FUNCTION post_move_out(source uuid, target uuid, member uuid, into_member uuid, at timestamptz) RETURNS SETOF posting_result
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET jit = off AS $$
DECLARE
    outcome text;
    departure uuid;
BEGIN
    PERFORM lock_cycle();
    PERFORM lock_wallets(ARRAY[source, target]);
    SELECT CASE WHEN source = target THEN 'SAME_MEMBER'
        WHEN s.wallet_id IS NULL OR t.wallet_id IS NULL THEN 'MEMBER_NOT_FOUND'
        WHEN s.merged_into = target THEN 'REPLAYED'
        WHEN s.merged_into IS NOT NULL OR t.merged_into IS NOT NULL THEN 'WALLET_MOVED'
        WHEN s.held > 0 THEN 'HOLD_OPEN' END
    INTO outcome FROM (SELECT) one LEFT JOIN wallet s ON s.wallet_id = source LEFT JOIN wallet t ON t.wallet_id = target;
    IF outcome IS NULL THEN
        PERFORM expire_due(ARRAY[source], at);
        departure := depart(source, target, member, into_member, at);
        UPDATE wallet SET merged_into = target WHERE wallet_id = source;
    ELSIF outcome = 'REPLAYED' THEN
        SELECT e.entry_id INTO departure FROM entry e WHERE e.wallet_id = source AND e.kind = 'MOVE_OUT' ORDER BY e.version LIMIT 1;
    END IF;
    RETURN QUERY SELECT * FROM answers(ARRAY[ROW(0, outcome, source, departure, NULL)::verdict]);
END $$;

-- All that a wallet has leaves for another; its reference names the member it goes to.
CREATE FUNCTION depart(source uuid, target uuid, member uuid, into_member uuid, at timestamptz) RETURNS uuid LANGUAGE plpgsql AS $$
DECLARE
    leaving entry_draft := system_entry(source, 'MOVE_OUT', at);
BEGIN
    leaving.member_id := member;
    leaving.refers_to := target;
    leaving.reference := into_member;
    PERFORM append_entries(ARRAY[leaving], ARRAY(
        SELECT ROW(source, leaving.entry_id, row_number() OVER (ORDER BY m.owed NULLS FIRST, m.earned_at, m.lot_id, m.debt_id), 'MOVE',
            m.debit, m.credit, m.points, m.lot_id, m.sponsor_id, m.sponsor_contract_id, m.accrual_cycle_id, NULL,
            m.redeemer_contract_id, m.campaign_id, m.campaign_version, gen_random_uuid(), m.root, m.debt_id, NULL, NULL,
            NULL)::transfer_draft
        FROM (
            SELECT CASE WHEN l.released THEN 'AVAILABLE' ELSE 'PENDING' END AS debit, 'TRANSIT' AS credit, l.remaining AS points,
                l.lot_id, l.sponsor_id, l.sponsor_contract_id, l.accrual_cycle_id, NULL::uuid AS redeemer_contract_id,
                l.campaign_id, l.campaign_version, COALESCE(l.root_lot_id, l.lot_id) AS root, NULL::uuid AS debt_id, l.earned_at,
                NULL::bigint AS owed
            FROM lot l WHERE l.wallet_id = source AND l.remaining > 0
            UNION ALL
            SELECT 'TRANSIT', 'DEBT', d.points - d.repaid, d.lot_id, d.sponsor_id, t.sponsor_contract_id, t.accrual_cycle_id,
                d.redeemer_contract_id, t.campaign_id, t.campaign_version, NULL, d.debt_id, e.posted_at, e.version * 10000 + d.n
            FROM debt d JOIN transfer t ON t.wallet_id = d.wallet_id AND t.entry_id = d.entry_id AND t.n = d.n
            JOIN entry e ON e.wallet_id = d.wallet_id AND e.entry_id = d.entry_id
            WHERE d.wallet_id = source AND d.points > d.repaid
        ) m), at);
    RETURN leaving.entry_id;
END $$;

-- What left arrives where its wallet has become part of by now: the oldest lot first, since age counts from arrival.
CREATE FUNCTION post_move_in(source uuid, departure uuid, at timestamptz) RETURNS SETOF posting_result
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET jit = off AS $$
DECLARE
    arriving entry_draft;
    target uuid;
    outcome text;
BEGIN
    PERFORM lock_cycle();
    FOR attempt IN 1 .. 10 LOOP
        target := forwarded(source);
        PERFORM lock_wallets(ARRAY[target]);
        EXIT WHEN (SELECT w.merged_into IS NULL FROM wallet w WHERE w.wallet_id = target);
        IF attempt = 10 THEN
            RAISE EXCEPTION 'where wallet % goes keeps moving on', source USING ERRCODE = 'serialization_failure';
        END IF;
    END LOOP;
    arriving := system_entry(target, 'MOVE_IN', at);
    arriving.refers_to := departure;
    arriving.idempotency_key := 'move_in-' || departure;
    arriving.fingerprint := sha256(convert_to('MOVE_IN' || departure, 'UTF8'));
    SELECT e.member_id INTO STRICT arriving.member_id FROM entry e
    WHERE e.wallet_id = source AND e.entry_id = departure AND e.kind = 'MOVE_OUT';
    SELECT 'REPLAYED', e.entry_id, e.wallet_id INTO outcome, arriving.entry_id, target FROM entry e
    WHERE e.partner_id = arriving.partner_id AND e.idempotency_key = arriving.idempotency_key;
    IF outcome IS NULL THEN
        arriving.entry_id := gen_random_uuid();
        target := arriving.wallet_id;
        PERFORM expire_due(ARRAY[target], at);
        PERFORM append_entries(ARRAY[arriving], ARRAY(
            SELECT ROW(target, arriving.entry_id, t.n, 'MOVE', t.credit_in, t.debit_in, t.points,
                CASE WHEN t.debt_id IS NULL THEN f.id ELSE t.lot_id END, t.sponsor_id, t.sponsor_contract_id,
                t.accrual_cycle_id, NULL, t.redeemer_contract_id, t.campaign_id, t.campaign_version, t.move_id, t.root_lot_id,
                CASE WHEN t.debt_id IS NOT NULL THEN f.id END, l.available_at, l.expires_at,
                l.inactivity_months)::transfer_draft
            FROM (SELECT x.*, CASE WHEN x.credit = 'TRANSIT' THEN 'TRANSIT' ELSE 'DEBT' END AS credit_in,
                    CASE WHEN x.credit = 'TRANSIT' THEN x.debit ELSE 'TRANSIT' END AS debit_in, row_number() OVER (ORDER BY x.n) AS place
                FROM transfer x WHERE x.wallet_id = source AND x.entry_id = departure) t
            JOIN (SELECT r.id, row_number() OVER (ORDER BY r.id) AS place FROM (SELECT gen_random_uuid() AS id FROM transfer x
                WHERE x.wallet_id = source AND x.entry_id = departure OFFSET 0) r) f ON f.place = t.place
            LEFT JOIN lot l ON l.wallet_id = t.wallet_id AND l.lot_id = t.lot_id AND t.debt_id IS NULL), at);
        PERFORM repay_debts(ARRAY[target], at);
    END IF;
    RETURN QUERY SELECT * FROM answers(ARRAY[ROW(0, outcome, target, arriving.entry_id, NULL)::verdict]);
END $$;

-- Moves that a crash left half done: what has not arrived, and members who are still called by their old wallet.
CREATE FUNCTION moves_due(most int)
RETURNS TABLE (source uuid, departure uuid, member_id uuid, target uuid, into_member_id uuid, arrived boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT d.wallet_id, d.entry_id, d.member_id, d.refers_to, d.reference::uuid, a.entry_id IS NOT NULL
    FROM entry d
    LEFT JOIN entry a ON a.partner_id = d.partner_id AND a.idempotency_key = 'move_in-' || d.entry_id
    WHERE d.kind = 'MOVE_OUT' AND (a.entry_id IS NULL OR d.reference IS NOT NULL AND EXISTS (SELECT FROM member m
        WHERE m.wallet_id = d.wallet_id AND m.member_id = d.member_id AND m.status = 'ACTIVE'))
    ORDER BY d.posted_at LIMIT most
$$;

-- Goodwill and corrections: points a partner gives without a purchase, agreed by two persons (the adjustment row names both).
CREATE FUNCTION post_adjustments(items jsonb, at timestamptz) RETURNS SETOF posting_result
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET jit = off AS $$
DECLARE
    entries entry_draft[] := drafts(items, 'ADJUSTMENT');
    cycle uuid;
    verdicts verdict[];
BEGIN
    PERFORM lock_for(entries);
    cycle := open_cycle();
    SELECT array_agg(ROW(j.item, COALESCE(j.outcome, CASE
            WHEN a.approved_by IS NULL OR a.partner_id <> e.partner_id
                OR a.wallet_id <> e.wallet_id AND forwarded(a.wallet_id) <> e.wallet_id THEN 'ADJUSTMENT_NOT_APPROVED'
            WHEN a.expires_at <= at THEN 'ADJUSTMENT_TOO_LATE'
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
