-- Stock of rewards: an allowance whose subject is the reward, counted in pieces. It is drawn inside the redemption that takes them,
-- under the order of locks of 0023_drawing.sql: wallets first; then stock, in the order of the allowances' ids, slices by their
-- numbers. A redemption has all its pieces or none.

-- How many pieces of a reward are left; nothing where it has no stock. Read without waiting for anybody.
CREATE FUNCTION stock_left(reward uuid) RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT sum(s.left_amount)::bigint FROM allowance a JOIN allowance_slice s ON s.allowance_id = a.allowance_id
    WHERE a.subject_id = reward AND a.kind = 'STOCK'
$$;

-- Put a reward's stock there, or change how many pieces were put in by now: more are added, and what is too much taken out again
-- as far as it is left. Asked again it changes nothing.
CREATE FUNCTION open_stock(reward uuid, owner uuid, total bigint, person uuid, at timestamptz) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    stock allowance;
    held bigint;
    put_in bigint;
BEGIN
    IF NOT sees_partner(owner) OR NOT owns_reward(owner, reward) THEN
        RAISE EXCEPTION 'stock is put in with the sight of its reward''s owner' USING ERRCODE = 'insufficient_privilege';
    END IF;
    INSERT INTO allowance (allowance_id, partner_id, kind, subject_id, unit, slices, spread, opened_at)
    VALUES (gen_random_uuid(), owner, 'STOCK', reward, 'PIECES', 16, 1, at) ON CONFLICT DO NOTHING
    RETURNING * INTO stock;
    IF FOUND THEN
        INSERT INTO allowance_slice (allowance_id, number, partner_id, left_amount)
        SELECT stock.allowance_id, n, owner, 0 FROM generate_series(0, 15) n;
    ELSE
        SELECT a.* INTO stock FROM allowance a WHERE a.subject_id = reward AND a.kind = 'STOCK';
    END IF;
    held := held_still(stock.allowance_id);
    put_in := (SELECT COALESCE(sum(c.amount), 0) FROM allowance_change c WHERE c.allowance_id = stock.allowance_id);
    IF total = put_in OR total < put_in AND held = 0 THEN
        RETURN held;
    END IF;
    RETURN move_allowance(stock.allowance_id, gen_random_uuid(), (total - put_in)::bigint, 'STOCK', person, at);
END $$;

CREATE FUNCTION owns_reward(owner uuid, reward uuid) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN EXISTS (SELECT FROM reward r WHERE r.reward_id = reward AND r.partner_id = owner);
END $$;

-- Take pieces from a slice that nobody else is just taking from, the wallet's own first: nobody is waited for. Found none, it holds on
-- to nothing: a slice that was emptied in between is locked by being looked at, and whoever waited while holding it could be waited for.
CREATE FUNCTION taken_unlocked(which uuid, own int, wanted bigint) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    UPDATE allowance_slice s SET left_amount = s.left_amount - wanted
    WHERE s.allowance_id = which AND s.number = (SELECT x.number FROM allowance_slice x
        WHERE x.allowance_id = which AND x.left_amount >= wanted ORDER BY (x.number - own + 64) % 64 LIMIT 1 FOR UPDATE SKIP LOCKED);
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'HA001';
    END IF;
    RETURN true;
EXCEPTION WHEN SQLSTATE 'HA001' THEN
    RETURN false;
END $$;

-- Take pieces for the redemptions that stand: those that come too late are refused, in the order they were asked.
CREATE FUNCTION draw_stock(verdicts verdict[], parts jsonb, at timestamptz) RETURNS verdict[] LANGUAGE plpgsql AS $$
DECLARE
    wanted record;
    left_over bigint;
    judged verdict[] := verdicts;
    late int[];
BEGIN
    FOR wanted IN
        SELECT a.allowance_id, a.spread, a.partner_id, sum(r.pieces)::bigint AS pieces, min(r.pieces) AS fewest,
            min(v.wallet_id::text)::uuid AS wallet_id, array_agg(v.item ORDER BY v.item) AS items,
            array_agg(r.pieces ORDER BY v.item) AS each
        FROM unnest(verdicts) v
        JOIN jsonb_to_recordset(parts) AS r(item int, reward_id uuid, pieces bigint, from_stock boolean) ON r.item = v.item
        LEFT JOIN allowance a ON a.subject_id = r.reward_id AND a.kind = 'STOCK'
        WHERE v.outcome IS NULL AND r.from_stock
        GROUP BY a.allowance_id, a.spread, a.partner_id ORDER BY a.allowance_id
    LOOP
        late := '{}';
        IF wanted.allowance_id IS NULL THEN
            late := wanted.items;
            left_over := 0;
        ELSIF NOT taken_unlocked(wanted.allowance_id, slice_of(wanted.wallet_id, wanted.spread), wanted.pieces)
            AND NOT taken_at_once(wanted.allowance_id, slice_of(wanted.wallet_id, wanted.spread), wanted.pieces)
        THEN
            left_over := (SELECT sum(s.left_amount) FROM allowance_slice s WHERE s.allowance_id = wanted.allowance_id);
            IF left_over < wanted.fewest THEN
                late := wanted.items;  -- known without waiting for anybody
            ELSE
                left_over := held_still(wanted.allowance_id);
                FOR n IN 1 .. cardinality(wanted.items) LOOP
                    IF wanted.each[n] <= left_over THEN
                        left_over := left_over - wanted.each[n];
                    ELSE
                        late := late || wanted.items[n];
                    END IF;
                END LOOP;
                PERFORM spread_out(wanted.allowance_id, left_over, 1);
            END IF;
        END IF;
        judged := ARRAY(SELECT CASE WHEN j.item = ANY (late)
            THEN ROW(j.item, 'OUT_OF_STOCK', j.wallet_id, j.entry_id, left_over)::verdict ELSE j END FROM unnest(judged) j);
        INSERT INTO allowance_draw (wallet_id, lot_id, allowance_id, entry_id, partner_id, cycle_id, points, amount, drawn_at)
        SELECT j.wallet_id, j.entry_id, wanted.allowance_id, j.entry_id, wanted.partner_id, open_cycle(), w.pieces, w.pieces, at
        FROM unnest(wanted.items, wanted.each) AS w(item, pieces) JOIN unnest(judged) j ON j.item = w.item AND j.outcome IS NULL;
    END LOOP;
    RETURN judged;
END $$;
