-- Returns take back what purchases won and counted beside points, and budgets get back what nobody spent of them; merges carry
-- tallies and things won along.

-- What returns take back of points that nobody has spent goes back to where it was drawn from: each point to its campaign's budget,
-- and to its sponsor's credit before packs. Money taken back goes back to the budget too. What was spent stays drawn: it becomes a
-- debt, and is money once it is repaid.
CREATE OR REPLACE FUNCTION give_back_allowances(clawed transfer_draft[], entries entry_draft[], items jsonb, at timestamptz) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    back record;
BEGIN
    FOR back IN
        WITH taken AS (
            SELECT i.purchase_wallet_id AS wallet_id, COALESCE(l.root_lot_id, l.lot_id) AS lot_id, e.entry_id, sum(t.points) AS points
            FROM unnest(clawed) t
            JOIN lot l ON l.wallet_id = t.wallet_id AND l.lot_id = t.lot_id
            JOIN unnest(entries) e ON e.entry_id = t.entry_id
            JOIN jsonb_to_recordset(items) AS i(item int, purchase_wallet_id uuid) ON i.item = e.item
            WHERE t.debit IN ('PENDING', 'AVAILABLE')
            GROUP BY 1, 2, 3
            UNION ALL
            SELECT b.wallet_id, b.benefit_id, b.entry_id, NULL FROM taken_back(entries, items) b
        ), drawn AS (
            SELECT x.wallet_id, x.lot_id, x.entry_id, x.points, d.allowance_id, d.partner_id, a.subject_id, a.kind, a.spread,
                sum(d.points) AS held, sum(d.amount) AS amount, max(d.points) AS first_points, max(d.amount) AS first_amount
            FROM taken x JOIN allowance_draw d ON d.wallet_id = x.wallet_id AND d.lot_id = x.lot_id
            JOIN allowance a ON a.allowance_id = d.allowance_id
            GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9
        )
        SELECT d.*, least(d.held, greatest(0, COALESCE(d.points, d.held) - (d.upto - d.held)))::bigint AS part FROM (
            SELECT x.*, sum(x.held) OVER (PARTITION BY x.lot_id, x.kind = 'BUDGET' ORDER BY x.kind) AS upto FROM drawn x) d
        WHERE d.held > 0 AND COALESCE(d.points, d.held) > d.upto - d.held
        ORDER BY d.kind <> 'BUDGET', d.subject_id, d.kind DESC, slice_of(d.wallet_id, d.spread)
    LOOP
        back.amount := back.amount - ceil(back.first_amount * (back.held - back.part) / back.first_points);
        UPDATE allowance_slice SET left_amount = left_amount + back.amount
        WHERE allowance_id = back.allowance_id AND number = slice_of(back.wallet_id, back.spread);
        INSERT INTO allowance_draw (wallet_id, lot_id, allowance_id, entry_id, partner_id, cycle_id, points, amount, drawn_at)
        VALUES (back.wallet_id, back.lot_id, back.allowance_id, back.entry_id, back.partner_id, open_cycle(), -back.part,
            -back.amount, at);
    END LOOP;
END $$;

-- The digest of what came back, of the benefits taken back, and of what was taken back besides points goes into the return's entry.
CREATE OR REPLACE FUNCTION with_goods(entries entry_draft[], items jsonb) RETURNS entry_draft[] LANGUAGE sql STABLE
SET enable_hashjoin = off SET enable_mergejoin = off AS $$
    SELECT COALESCE(array_agg(carrying(e, concat_ws(chr(30),
        concat_ws(chr(31), i.purchase_wallet_id, i.returns_before + 1, i.numbers::text, i.quantities::text, i.amounts::text, i.facts::text),
        (SELECT string_agg(b.benefit_id::text, chr(30) ORDER BY b.benefit_id) FROM taken_back(entries, items) b
            WHERE b.item = e.item)))), '{}')
    FROM jsonb_to_recordset(items) AS i(item int, purchase_wallet_id uuid, returns_before int, numbers int[],
        quantities numeric[], amounts bigint[], facts jsonb)
    JOIN unnest(entries) e ON e.item = i.item
$$;

-- A tally's key as it is now: its member may have become another since.
CREATE FUNCTION key_now(key text) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT COALESCE((SELECT replace(key, '/' || split_part(key, '/', 3) || '/', '/' || replace(m.merged_into::text, '-', '') || '/')
        FROM member m WHERE split_part(key, '/', 3) <> '' AND m.member_id = split_part(key, '/', 3)::uuid AND m.status = 'MERGED'
        LIMIT 1), key)
$$;

-- What returns took back besides points: things won, and what tallies counted. A tally never falls below nothing; one that counts
-- nothing any more is as if nothing had been bought.
CREATE FUNCTION take_back_counted(entries entry_draft[], items jsonb) RETURNS void LANGUAGE plpgsql
SET enable_hashjoin = off SET enable_mergejoin = off AS $$
BEGIN
    UPDATE token t SET taken_back_entry = e.entry_id
    FROM unnest(entries) e JOIN jsonb_to_recordset(items) AS i(item int, purchase_wallet_id uuid, facts jsonb) ON i.item = e.item,
        jsonb_array_elements_text(i.facts -> 'tokens') AS named(id)
    WHERE t.wallet_id IN (e.wallet_id, i.purchase_wallet_id) AND t.token_id = named.id::uuid AND t.home_wallet_id = i.purchase_wallet_id
        AND t.entry_id = e.refers_to AND t.taken_back_entry IS NULL;
    UPDATE tally t SET counted = n.counted, rewarded = n.rewarded, version = t.version + 1,
        since = CASE WHEN n.counted = 0 AND n.rewarded = 0 THEN NULL ELSE t.since END,
        recent = CASE WHEN n.gone IS NULL THEN t.recent ELSE t.recent[: n.gone - 1] || t.recent[n.gone + 1 :] END
    FROM (SELECT x.wallet_id, x.key, greatest(0, x.counted - b.counted) AS counted, greatest(0, x.rewarded - b.rewarded) AS rewarded,
            CASE WHEN b.counted > 0 THEN array_position(x.recent, p.occurred_at) END AS gone
        FROM unnest(entries) e JOIN jsonb_to_recordset(items) AS i(item int, purchase_wallet_id uuid, facts jsonb) ON i.item = e.item
        JOIN purchase p ON p.wallet_id = i.purchase_wallet_id AND p.entry_id = e.refers_to
        CROSS JOIN LATERAL jsonb_to_recordset(i.facts -> 'tallies') AS b(key text, counted bigint, rewarded bigint)
        JOIN tally x ON x.wallet_id = e.wallet_id AND x.key = key_now(b.key)) n
    WHERE t.wallet_id = n.wallet_id AND t.key = n.key;
END $$;

CREATE OR REPLACE FUNCTION keep_returns(entries entry_draft[], items jsonb) RETURNS void LANGUAGE plpgsql
SET enable_hashjoin = off SET enable_mergejoin = off AS $$
BEGIN
    UPDATE purchase p SET returns = p.returns + 1
    FROM unnest(entries) e JOIN jsonb_to_recordset(items) AS i(item int, purchase_wallet_id uuid) ON i.item = e.item
    WHERE p.wallet_id = i.purchase_wallet_id AND p.entry_id = e.refers_to;
    INSERT INTO purchase_return (wallet_id, entry_id, purchase_entry_id, partner_id, number, numbers, quantities, amounts, facts)
    SELECT i.purchase_wallet_id, e.entry_id, e.refers_to, e.partner_id, i.returns_before + 1, i.numbers, i.quantities, i.amounts,
        i.facts
    FROM unnest(entries) e JOIN jsonb_to_recordset(items) AS i(item int, purchase_wallet_id uuid, returns_before int,
        numbers int[], quantities numeric[], amounts bigint[], facts jsonb) ON i.item = e.item;
    UPDATE benefit b SET state = 'REVERSED', reversed_entry_id = e.entry_id, reversed_cycle_id = open_cycle()
    FROM taken_back(entries, items) e WHERE b.wallet_id = e.wallet_id AND b.benefit_id = e.benefit_id;
    IF items @? '$[*].facts.*' THEN
        PERFORM take_back_counted(entries, items);
    END IF;
END $$;

-- The lots that an entry made or would have made, had nothing been cut.
CREATE FUNCTION lots_of(wallet uuid, entry uuid) RETURNS jsonb LANGUAGE sql STABLE AS $$
    SELECT COALESCE(jsonb_agg(jsonb_build_object('lot_id', lot_id, 'sponsor_id', COALESCE(l.sponsor_id, c.sponsor_id),
        'campaign_id', COALESCE(l.campaign_id, c.campaign_id), 'version', COALESCE(l.campaign_version, c.campaign_version),
        'points', COALESCE(l.original, 0), 'available_at', l.available_at, 'expires_at', l.expires_at,
        'earned', COALESCE(c.points, l.original), 'why', c.why) ORDER BY lot_id), '[]')
    FROM (SELECT x.* FROM lot x WHERE x.wallet_id = wallet AND x.entry_id = entry) l
    FULL JOIN (SELECT x.* FROM award_cut x WHERE x.wallet_id = wallet AND x.entry_id = entry) c USING (lot_id)
$$;

-- The things that an entry won, wherever they have gone since.
CREATE FUNCTION tokens_of(home uuid, entry uuid) RETURNS jsonb LANGUAGE sql STABLE AS $$
    SELECT COALESCE(jsonb_agg(jsonb_build_object('token_id', t.token_id, 'campaign_id', t.campaign_id, 'version', t.campaign_version,
        'kind', t.kind, 'name', t.name, 'expires_at', t.expires_at, 'taken_back', t.taken_back_entry IS NOT NULL) ORDER BY t.token_id), '[]')
    FROM token t WHERE t.wallet_id IN (home, forwarded(home)) AND t.home_wallet_id = home AND t.entry_id = entry
$$;

DROP FUNCTION purchase_as_rated(uuid, uuid, uuid);

-- As before, with all that rating it again goes by.
CREATE FUNCTION purchase_as_rated(partner uuid, wallet uuid, purchase uuid)
RETURNS TABLE (
    wallet_id uuid, entry_id uuid, current_wallet_id uuid, member_id uuid, partner_id uuid, outlet_id uuid, channel varchar,
    occurred_at timestamptz, currency varchar, numbers int[], skus varchar[], quantities numeric[], amounts bigint[], facts jsonb,
    returns int, returned_numbers int[], returned_quantities numeric[], returned_in int[], lots jsonb, benefits jsonb, tokens jsonb
)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT p.wallet_id, p.entry_id, forwarded(p.wallet_id), e.member_id, p.partner_id, p.outlet_id, e.channel, p.occurred_at,
        p.currency, p.numbers, p.skus, p.quantities, p.amounts, p.facts, p.returns, COALESCE(r.numbers, '{}'),
        COALESCE(r.quantities, '{}'), COALESCE(r.turns, '{}'), lots_of(p.wallet_id, p.entry_id),
        COALESCE((
            SELECT jsonb_agg(jsonb_build_object('benefit_id', b.benefit_id, 'sponsor_id', b.sponsor_id, 'amount', b.amount::text,
                'campaign_id', b.campaign_id, 'version', b.campaign_version, 'kind', b.kind) ORDER BY b.benefit_id)
            FROM benefit b WHERE b.wallet_id = p.wallet_id AND b.entry_id = p.entry_id), '[]'),
        tokens_of(p.wallet_id, p.entry_id)
    FROM purchase p
    JOIN entry e ON e.wallet_id = p.wallet_id AND e.entry_id = p.entry_id
    LEFT JOIN LATERAL (
        SELECT array_agg(u.number ORDER BY b.number, u.place) AS numbers, array_agg(u.quantity ORDER BY b.number, u.place) AS quantities,
            array_agg(b.number ORDER BY b.number, u.place) AS turns
        FROM purchase_return b, unnest(b.numbers, b.quantities) WITH ORDINALITY AS u (number, quantity, place)
        WHERE b.wallet_id = p.wallet_id AND b.purchase_entry_id = p.entry_id
    ) r ON true
    WHERE p.wallet_id = wallet AND p.entry_id = purchase AND p.partner_id = partner
$$;

CREATE FUNCTION action_as_rated(partner uuid, wallet uuid, action uuid)
RETURNS TABLE (
    wallet_id uuid, entry_id uuid, member_id uuid, partner_id uuid, outlet_id uuid, channel varchar, occurred_at timestamptz,
    kind varchar, attributes jsonb, facts jsonb, lots jsonb, tokens jsonb
)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT a.wallet_id, a.entry_id, e.member_id, a.partner_id, a.outlet_id, e.channel, a.occurred_at, a.kind, a.attributes, a.facts,
        lots_of(a.wallet_id, a.entry_id), tokens_of(a.wallet_id, a.entry_id)
    FROM action a JOIN entry e ON e.wallet_id = a.wallet_id AND e.entry_id = a.entry_id
    WHERE a.wallet_id = wallet AND a.entry_id = action AND a.partner_id = partner
$$;

-- Counters of one wallet (and member) are added to those of another.
CREATE FUNCTION add_tallies(source uuid, target uuid, member_from text, member_into text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO tally AS t (wallet_id, key, counted, rewarded, since, recent, version)
    SELECT target, replace(s.key, member_from, member_into), s.counted, s.rewarded, s.since, s.recent, s.version
    FROM tally s WHERE s.wallet_id = source AND strpos(s.key, member_from) > 0
    ON CONFLICT (wallet_id, key) DO UPDATE SET counted = t.counted + excluded.counted, rewarded = t.rewarded + excluded.rewarded,
        since = least(t.since, excluded.since), version = t.version + excluded.version,
        recent = ARRAY(SELECT m FROM unnest(t.recent || excluded.recent) m ORDER BY m);
    DELETE FROM tally s WHERE s.wallet_id = source AND strpos(s.key, member_from) > 0 AND (source, member_from) <> (target, member_into);
END $$;

-- What left arrives where its wallet has become part of by now: the oldest lot first, since age counts from arrival; and with it what
-- the wallet had won and counted.
CREATE OR REPLACE FUNCTION post_move_in(source uuid, departure uuid, at timestamptz) RETURNS SETOF posting_result
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
        PERFORM add_tallies(source, target, '/', '/');
        UPDATE token SET wallet_id = target WHERE wallet_id = source;
    END IF;
    RETURN QUERY SELECT * FROM answers(ARRAY[ROW(0, outcome, target, arriving.entry_id, NULL)::verdict]);
END $$;

-- After a merge all that named the one member names the other, and so do those that had been merged into the one.
CREATE OR REPLACE FUNCTION repoint(source_wallet uuid, source uuid, target_wallet uuid, target uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    target_wallet := forwarded(target_wallet);
    PERFORM lock_wallets(ARRAY[target_wallet]);
    target := COALESCE((SELECT m.merged_into FROM member m WHERE m.member_id = target AND m.status = 'MERGED'), target);
    PERFORM FROM member m WHERE m.member_id IN (source, target) ORDER BY m.member_id FOR UPDATE;
    UPDATE recognition SET wallet_id = target_wallet, member_id = target WHERE wallet_id = source_wallet AND member_id = source;
    UPDATE member SET status = 'MERGED', merged_into = target WHERE wallet_id = source_wallet AND member_id = source;
    UPDATE member SET merged_into = target WHERE merged_into = source;
    UPDATE consent SET wallet_id = target_wallet, member_id = target WHERE wallet_id = source_wallet AND member_id = source;
    UPDATE link t SET since = LEAST(t.since, s.since) FROM link s
    WHERE s.wallet_id = source_wallet AND s.member_id = source AND t.partner_id = s.partner_id
        AND t.wallet_id = target_wallet AND t.member_id = target;
    UPDATE link s SET wallet_id = target_wallet, member_id = target
    WHERE s.wallet_id = source_wallet AND s.member_id = source AND NOT EXISTS (SELECT FROM link t
        WHERE t.partner_id = s.partner_id AND t.wallet_id = target_wallet AND t.member_id = target);
    UPDATE oauth_grant SET member_id = target WHERE member_id = source;
    PERFORM add_tallies(target_wallet, target_wallet, '/' || replace(source::text, '-', '') || '/', '/' || replace(target::text, '-', '') || '/');
    UPDATE token SET member_id = target WHERE wallet_id = target_wallet AND member_id = source;
END $$;
