-- Redemptions that name a reward go through the same doors: all that belongs to one (stock, limits, benefits, vouchers, tickets) is
-- taken, and given back, in the very transaction that moves the points. A redemption without a reward does nothing more than before.

-- The parts of requests that concern rewards, as what is shared with other postings reads them.
CREATE FUNCTION reward_parts(items jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT jsonb_agg(CASE jsonb_typeof(i -> 'reward') WHEN 'object' THEN i -> 'reward' ELSE '{}' END
        || jsonb_build_object('item', i -> 'item')) FROM jsonb_array_elements(items) i
$$;

-- Whoever pays for more than the points has to take part still.
CREATE FUNCTION minding_sponsors(verdicts verdict[], parts jsonb) RETURNS verdict[] LANGUAGE sql STABLE AS $$
    SELECT array_agg(CASE WHEN v.outcome IS NULL AND EXISTS (SELECT FROM jsonb_to_recordset(r.benefits) AS b(sponsor_id uuid)
            WHERE NOT EXISTS (SELECT FROM partner p WHERE p.partner_id = b.sponsor_id AND p.status = 'ACTIVE'))
        THEN ROW(v.item, 'SPONSOR_NOT_ACTIVE', v.wallet_id, v.entry_id, v.spendable)::verdict ELSE v END)
    FROM unnest(verdicts) v JOIN jsonb_to_recordset(parts) AS r(item int, benefits jsonb) ON r.item = v.item
$$;

CREATE FUNCTION state_given(kind text, fulfilment text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN kind = 'AUTHORIZATION' THEN 'HELD' WHEN fulfilment = 'AT_THE_TILL' THEN 'DONE' ELSE 'TO_DO' END
$$;

-- Keeps what each redemption is for, and gives its entry the digest of it (docs/ledger.md has the form).
CREATE FUNCTION keep_rewards(items jsonb, parts jsonb, entries entry_draft[], at timestamptz) RETURNS entry_draft[] LANGUAGE sql AS $$
    WITH taken AS MATERIALIZED (
        SELECT e::entry_draft AS entry, i.points, r.*,
            ARRAY(SELECT t ->> 'key' FROM jsonb_array_elements(r.tallies) t ORDER BY 1)::varchar[] AS counts,
            jsonb_build_object('off', r.off, 'total_off', r.total_off, 'benefits', r.benefits, 'vouchers', r.vouchers,
                'tickets', r.tickets, 'name', r.name) AS gives
        FROM unnest(entries) e JOIN jsonb_to_recordset(items) AS i(item int, points bigint) ON i.item = e.item
        LEFT JOIN jsonb_to_recordset(parts) AS r(item int, reward_id uuid, version int, owner_id uuid, step int, pieces int,
            unit_points bigint, money bigint, currency text, worth jsonb, from_stock boolean, fulfilment text, name text,
            off jsonb, total_off bigint, tallies jsonb, benefits jsonb, vouchers jsonb, tickets jsonb) ON r.item = e.item AND r.reward_id IS NOT NULL
    ), kept AS (
        INSERT INTO reward_redemption (wallet_id, entry_id, home_wallet_id, member_id, partner_id, owner_id, reward_id, version, step,
            pieces, pieces_left, points, unit_points, money, currency, worth, from_stock, counts, gives, fulfilment, state,
            redeemed_at, changed_at)
        SELECT (t.entry).wallet_id, (t.entry).entry_id, (t.entry).wallet_id, (t.entry).member_id, (t.entry).partner_id, t.owner_id,
            t.reward_id, t.version, t.step, t.pieces, t.pieces, t.points, t.unit_points, t.money, t.currency, t.worth, t.from_stock,
            t.counts, t.gives, t.fulfilment, state_given((t.entry).kind, t.fulfilment), at, at
        FROM taken t WHERE t.reward_id IS NOT NULL
    )
    SELECT array_agg(CASE WHEN t.reward_id IS NULL THEN t.entry ELSE carrying(t.entry, concat_ws(chr(31), t.reward_id, t.version,
        t.owner_id, COALESCE(t.step::text, ''), t.pieces, t.points, t.unit_points, t.money, t.currency, t.worth::text,
        t.from_stock::text, t.counts::text, t.gives::text, t.fulfilment)) END) FROM taken t
$$;

-- Once points are spent, at once or by the capture of a hold, what the reward gives beside them is given.
CREATE FUNCTION give_rewards(entries entry_draft[], at timestamptz) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    gifts jsonb := (SELECT jsonb_agg(jsonb_build_object('item', e.item, 'home', r.wallet_id, 'of', r.entry_id, 'gives', r.gives,
            'currency', r.currency, 'reward_id', r.reward_id, 'version', r.version, 'state', state_given(e.kind, r.fulfilment)))
        FROM unnest(entries) e JOIN reward_redemption r ON r.wallet_id = e.wallet_id
            AND r.entry_id = CASE e.kind WHEN 'CAPTURE' THEN e.refers_to ELSE e.entry_id END
        WHERE e.kind IN ('REDEMPTION', 'CAPTURE'));
    wants jsonb;
BEGIN
    IF gifts IS NULL THEN
        RETURN;
    END IF;
    INSERT INTO benefit (wallet_id, benefit_id, entry_id, kind, sponsor_id, redeemer_id, amount, currency, state, used_entry_id,
        cycle_id)
    SELECT e.wallet_id, b.benefit_id, e.entry_id, b.kind, b.sponsor_id, e.partner_id, b.amount, g.currency, 'USED', e.entry_id,
        open_cycle()
    FROM jsonb_to_recordset(gifts) AS g(item int, gives jsonb, currency text) JOIN unnest(entries) e ON e.item = g.item,
        jsonb_to_recordset(g.gives -> 'benefits') AS b(benefit_id uuid, kind text, sponsor_id uuid, amount numeric);
    INSERT INTO token (wallet_id, token_id, home_wallet_id, entry_id, member_id, partner_id, reward_id, reward_version, kind, name,
        given_at)
    SELECT e.wallet_id, t.id::uuid, e.wallet_id, g.of, e.member_id, e.partner_id, g.reward_id, g.version, 'TICKET',
        g.gives ->> 'name', at
    FROM jsonb_to_recordset(gifts) AS g(item int, of uuid, gives jsonb, reward_id uuid, version int)
    JOIN unnest(entries) e ON e.item = g.item, jsonb_array_elements_text(g.gives -> 'tickets') AS t(id);
    SELECT jsonb_agg(v || jsonb_build_object('item', g.item)) INTO wants
    FROM jsonb_to_recordset(gifts) AS g(item int, gives jsonb), jsonb_array_elements(g.gives -> 'vouchers') v;
    IF wants IS NOT NULL AND jsonb_array_length(issue_vouchers(wants, entries, at)) > 0 THEN
        RAISE EXCEPTION 'no code is left for a voucher that the reward gives' USING ERRCODE = 'HA004';  -- nothing is given by halves
    END IF;
    UPDATE reward_redemption r SET state = g.state FROM jsonb_to_recordset(gifts) AS g(home uuid, of uuid, state text)
    WHERE r.wallet_id = g.home AND r.entry_id = g.of AND r.state = 'HELD';
END $$;

-- Whether any redemption of these wallets named a reward: what follows is done only then.
CREATE FUNCTION rewarded(wallets uuid[]) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN EXISTS (SELECT FROM reward_redemption r WHERE r.home_wallet_id = ANY (wallets));
END $$;

-- What a redemption was for, wherever its wallet has gone since; it is named by the entry that made or authorized it, or captured it.
CREATE FUNCTION reward_of(home uuid, redemption uuid) RETURNS SETOF reward_redemption LANGUAGE sql STABLE AS $$
    SELECT r.* FROM reward_redemption r WHERE r.home_wallet_id = home AND r.entry_id = redemption_of(entry_of(home, redemption))
$$;

-- Vouchers of a reward are the vouchers' own affair (0033_vouchers.sql): they are asked only where a reward gave any.
CREATE FUNCTION voucher_used_of(r reward_redemption) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF r.gives @? '$.vouchers[*]' THEN
        RETURN EXISTS (SELECT FROM jsonb_to_recordset(r.gives -> 'vouchers') AS w(voucher_id uuid)
            JOIN voucher v ON v.wallet_id = r.wallet_id AND v.voucher_id = w.voucher_id WHERE v.used > 0);
    END IF;
    RETURN false;
END $$;

-- A reward is taken, and taken back, by whole pieces; and not once somebody used its voucher.
CREATE FUNCTION minding_rewards(verdicts verdict[], items jsonb) RETURNS verdict[] LANGUAGE sql STABLE AS $$
    SELECT array_agg(CASE WHEN r.entry_id IS NULL THEN v
        WHEN r.unit_points > 0 AND i.points % r.unit_points <> 0
            THEN ROW(v.item, 'REWARD_INDIVISIBLE', v.wallet_id, v.entry_id, r.unit_points)::verdict
        WHEN voucher_used_of(r) THEN ROW(v.item, 'VOUCHER_USED', v.wallet_id, v.entry_id, NULL)::verdict
        ELSE v END)
    FROM unnest(verdicts) v JOIN jsonb_to_recordset(items) AS i(item int, refers_to uuid, points bigint) ON i.item = v.item
    LEFT JOIN LATERAL reward_of(v.wallet_id, i.refers_to) r ON v.outcome IS NULL
$$;

-- The end of a reward's redemption, or of a part of it: so many points of it stand, and by whose entry.
CREATE TYPE reward_end AS (wallet_id uuid, home_wallet_id uuid, entry_id uuid, ended_by uuid, points_left bigint);

CREATE TYPE reward_back AS (
    wallet_id uuid, home_wallet_id uuid, entry_id uuid, ended_by uuid, reward_id uuid, from_stock boolean, counts varchar[],
    pieces_left int, pieces int);

-- Of so many points, whole pieces: all that stand for any of their points.
CREATE FUNCTION end_rewards(ends reward_end[], at timestamptz) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    back reward_back[] := ARRAY(
        SELECT ROW(r.wallet_id, r.home_wallet_id, r.entry_id, n.ended_by, r.reward_id, r.from_stock, r.counts, n.pieces_left,
            r.pieces_left - n.pieces_left)::reward_back
        FROM (SELECT x.*, n.ended_by,
                CASE x.points WHEN 0 THEN 0 ELSE ceil(x.pieces::numeric * n.points_left / x.points)::int END AS left_over
            FROM unnest(ends) n JOIN reward_redemption x ON x.wallet_id = n.wallet_id AND x.entry_id = n.entry_id) r
        CROSS JOIN LATERAL (SELECT r.ended_by, r.left_over AS pieces_left) n
        WHERE n.pieces_left < r.pieces_left);
    over reward_back[] := ARRAY(SELECT b FROM unnest(back) b WHERE b.pieces_left = 0);
BEGIN
    PERFORM stock_back(back, at);
    UPDATE tally t SET counted = greatest(0, t.counted - n.pieces), version = t.version + 1,
        since = CASE WHEN t.counted <= n.pieces THEN NULL ELSE t.since END
    FROM (SELECT b.wallet_id, key_now(k) AS key, sum(b.pieces) AS pieces FROM unnest(back) b, unnest(b.counts) k GROUP BY 1, 2) n
    WHERE t.wallet_id = n.wallet_id AND t.key = n.key;
    UPDATE benefit g SET state = 'REVERSED', reversed_entry_id = b.ended_by, reversed_cycle_id = open_cycle()
    FROM unnest(over) b JOIN reward_redemption r ON r.wallet_id = b.wallet_id AND r.entry_id = b.entry_id,
        jsonb_to_recordset(r.gives -> 'benefits') AS x(benefit_id uuid)
    WHERE g.wallet_id = b.home_wallet_id AND g.benefit_id = x.benefit_id AND g.state = 'USED';
    UPDATE token t SET taken_back_entry = b.ended_by FROM unnest(over) b
    WHERE t.wallet_id = b.wallet_id AND t.home_wallet_id = b.home_wallet_id AND t.entry_id = b.entry_id
        AND t.reward_id = b.reward_id;
    PERFORM vouchers_back(over);
    UPDATE reward_redemption r SET pieces_left = b.pieces_left, changed_at = at, changed_by = NULL,
        state = CASE b.pieces_left WHEN 0 THEN 'CANCELLED' ELSE r.state END
    FROM unnest(back) b WHERE r.wallet_id = b.wallet_id AND r.entry_id = b.entry_id;
END $$;

-- Pieces go back into stock: each into the slice its wallet draws from, the slices locked in the order that all keep.
CREATE FUNCTION stock_back(back reward_back[], at timestamptz) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    part record;
BEGIN
    FOR part IN
        SELECT a.allowance_id, a.partner_id, slice_of(b.home_wallet_id, a.spread) AS slice, b.home_wallet_id, b.entry_id, b.ended_by,
            b.pieces
        FROM unnest(back) b JOIN allowance a ON a.subject_id = b.reward_id AND a.kind = 'STOCK'
        WHERE b.from_stock ORDER BY 1, 3
    LOOP
        UPDATE allowance_slice SET left_amount = left_amount + part.pieces
        WHERE allowance_id = part.allowance_id AND number = part.slice;
        INSERT INTO allowance_draw (wallet_id, lot_id, allowance_id, entry_id, partner_id, cycle_id, points, amount, drawn_at)
        VALUES (part.home_wallet_id, part.entry_id, part.allowance_id, part.ended_by, part.partner_id, open_cycle(), -part.pieces,
            -part.pieces, at);
    END LOOP;
END $$;

-- Holds end: what was set aside for a reward is given, or goes back.
CREATE FUNCTION end_held_rewards(entries entry_draft[], items jsonb, at timestamptz) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF NOT rewarded(wallets_of(entries)) THEN
        RETURN;
    END IF;
    PERFORM end_rewards(ARRAY(SELECT ROW(e.wallet_id, e.wallet_id, e.refers_to, e.entry_id,
            CASE e.kind WHEN 'CAPTURE' THEN i.points ELSE 0 END)::reward_end
        FROM unnest(entries) e JOIN jsonb_to_recordset(items) AS i(item int, points bigint) ON i.item = e.item), at);
    PERFORM give_rewards(entries, at);
END $$;

-- Wallets and all that they have become since: what a redemption gave has gone with them.
CREATE FUNCTION lock_forwards(wallets uuid[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    way uuid[] := ARRAY(SELECT f.wallet_id FROM unnest(wallets) w, forwards(w) f);
BEGIN
    PERFORM lock_wallets(way);
    IF EXISTS (SELECT FROM unnest(wallets) w, forwards(w) f WHERE f.wallet_id <> ALL (way)) THEN
        RAISE EXCEPTION 'a wallet moved on meanwhile' USING ERRCODE = 'serialization_failure';
    END IF;
END $$;

CREATE FUNCTION vouchers_back(over reward_back[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM unnest(over) b JOIN reward_redemption r ON r.wallet_id = b.wallet_id AND r.entry_id = b.entry_id
        WHERE r.gives @? '$.vouchers[*]')
    THEN
        UPDATE voucher v SET state = 'CANCELLED', taken_back_entry = b.ended_by
        FROM unnest(over) b JOIN reward_redemption r ON r.wallet_id = b.wallet_id AND r.entry_id = b.entry_id,
            jsonb_to_recordset(r.gives -> 'vouchers') AS w(voucher_id uuid)
        WHERE v.wallet_id = b.wallet_id AND v.voucher_id = w.voucher_id AND v.state = 'OPEN';
    END IF;
END $$;

-- The doors of 0004 again.
CREATE OR REPLACE FUNCTION post_redemptions(items jsonb, at timestamptz) RETURNS SETOF posting_result
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET jit = off AS $$
DECLARE
    entries entry_draft[] := drafts(items, 'REDEMPTION');
    wallets uuid[] := ARRAY(SELECT e.wallet_id FROM unnest(entries) e);
    rewarding boolean := items @? '$[*].reward.reward_id';
    parts jsonb;
    verdicts verdict[];
    drawn transfer_draft[];
BEGIN
    PERFORM lock_for(entries);
    PERFORM release_due(wallets, at);
    PERFORM expire_idle(wallets, at);
    SELECT array_agg(ROW(j.item, COALESCE(j.outcome, CASE
            WHEN COALESCE(i.points, 0) <= 0 AND NOT (rewarding AND i.points = 0 AND i.reward IS NOT NULL AND i.hold_until IS NULL)
                THEN 'INVALID_VALUE'
            WHEN i.points > 0 AND (contract_in_force(i.partner_id, at)).redeems IS NOT TRUE THEN 'PARTNER_NOT_ACTIVE'
            WHEN i.points > COALESCE(s.points, 0) THEN 'INSUFFICIENT_POINTS' END),
        j.wallet_id, j.entry_id, COALESCE(s.points, 0))::verdict)
    INTO verdicts
    FROM judged(entries, false) j
    JOIN jsonb_to_recordset(items) AS i(item int, partner_id uuid, points bigint, hold_until timestamptz, reward jsonb)
        ON i.item = j.item
    LEFT JOIN (SELECT l.wallet_id, sum(l.points)::bigint AS points FROM spendable_lots(wallets, at) l GROUP BY l.wallet_id) s
        ON s.wallet_id = j.wallet_id;
    IF rewarding THEN
        parts := reward_parts(items);
        verdicts := draw_stock(minding_tallies(minding_sponsors(verdicts, parts), parts), parts, at);
    END IF;
    entries := standing(entries, verdicts);
    IF cardinality(entries) > 0 THEN
        SELECT array_agg(ROW(e.wallet_id, e.entry_id, row_number, CASE WHEN held THEN 'HOLD' ELSE 'REDEEM' END, 'AVAILABLE',
            CASE WHEN held THEN 'HELD' ELSE 'REDEEMED' END, take, (lot).lot_id, (lot).sponsor_id, (lot).sponsor_contract_id,
            (lot).accrual_cycle_id, e.partner_id, (contract_in_force(e.partner_id, at)).contract_id, (lot).campaign_id,
            (lot).campaign_version, NULL, NULL, NULL, NULL, hold_until, NULL)::transfer_draft)
        INTO drawn FROM (
            SELECT e.*, i.hold_until, i.hold_until IS NOT NULL AS held, l.lot, LEAST(l.points, i.points - (l.upto - l.points)) AS take,
                row_number() OVER (PARTITION BY e.wallet_id ORDER BY l.upto)
            FROM unnest(entries) e
            JOIN jsonb_to_recordset(items) AS i(item int, points bigint, hold_until timestamptz) ON i.item = e.item
            JOIN spendable_lots(wallets, at) l ON l.wallet_id = e.wallet_id AND l.upto - l.points < i.points) e;
        IF rewarding THEN
            entries := keep_rewards(items, parts, entries, at);
        END IF;
        PERFORM append_entries(entries, drawn, at);
        INSERT INTO hold (wallet_id, hold_id, partner_id, points, captured, state, expires_at)
        SELECT e.wallet_id, e.entry_id, e.partner_id, i.points, 0, 'OPEN', i.hold_until FROM unnest(entries) e
        JOIN jsonb_to_recordset(items) AS i(item int, points bigint, hold_until timestamptz)
            ON i.item = e.item AND i.hold_until IS NOT NULL;
        IF rewarding THEN
            PERFORM keep_tallies(parts, entries);
            PERFORM give_rewards(entries, at);
        END IF;
    END IF;
    RETURN QUERY SELECT * FROM answers(verdicts);
END $$;

CREATE OR REPLACE FUNCTION post_captures(items jsonb, at timestamptz) RETURNS SETOF posting_result
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET jit = off AS $$
DECLARE
    entries entry_draft[] := drafts(items, 'CAPTURE');
    verdicts verdict[];
BEGIN
    PERFORM lock_for(entries);
    SELECT array_agg(ROW(j.item, COALESCE(j.outcome, CASE
            WHEN h.hold_id IS NULL THEN 'HOLD_NOT_FOUND'
            WHEN h.state <> 'OPEN' OR h.expires_at <= at THEN 'HOLD_NOT_OPEN'
            WHEN COALESCE(i.points, -1) < 0 THEN 'INVALID_VALUE'
            WHEN i.points > h.points THEN 'CAPTURE_EXCEEDS_HOLD' END),
        j.wallet_id, j.entry_id, h.points)::verdict)
    INTO verdicts
    FROM judged(entries, false) j
    JOIN jsonb_to_recordset(items) AS i(item int, partner_id uuid, refers_to uuid, points bigint) ON i.item = j.item
    LEFT JOIN LATERAL (SELECT x.* FROM hold x
        WHERE x.wallet_id = j.wallet_id AND x.hold_id = i.refers_to AND x.partner_id = i.partner_id LIMIT 1) h ON true;
    IF rewarded(wallets_of(entries)) THEN
        verdicts := minding_rewards(verdicts, items);
    END IF;
    entries := standing(entries, verdicts);
    PERFORM expire_idle(ARRAY(SELECT e.wallet_id FROM unnest(entries) e WHERE e.kind = 'CAPTURE'), at);
    PERFORM end_holds(entries, items, at);
    RETURN QUERY SELECT * FROM answers(verdicts);
END $$;

CREATE OR REPLACE FUNCTION end_holds(entries entry_draft[], items jsonb, at timestamptz) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    moves transfer_draft[];
BEGIN
    IF cardinality(entries) = 0 THEN
        RETURN;
    END IF;
    SELECT array_agg(ROW(d.wallet_id, d.into_entry, row_number, part.kind, 'HELD', part.credit, part.points, d.lot_id,
        d.sponsor_id, d.sponsor_contract_id, d.accrual_cycle_id, d.redeemer_id,
        d.redeemer_contract_id, d.campaign_id, d.campaign_version, NULL, NULL, NULL, NULL, NULL, NULL)::transfer_draft)
    INTO moves FROM (
        SELECT t.*, e.entry_id AS into_entry, LEAST(t.points, GREATEST(i.points - (t.upto - t.points), 0)) AS captured,
            row_number() OVER (PARTITION BY t.wallet_id ORDER BY t.n) * 2 AS place
        FROM unnest(entries) e
        JOIN jsonb_to_recordset(items) AS i(item int, points bigint) ON i.item = e.item
        JOIN LATERAL (SELECT x.*, sum(x.points) OVER (ORDER BY x.n) AS upto FROM transfer x
            WHERE x.wallet_id = e.wallet_id AND x.entry_id = e.refers_to AND x.kind = 'HOLD') t ON true
    ) d CROSS JOIN LATERAL (VALUES ('REDEEM', 'REDEEMED', d.captured, d.place), ('VOID', 'AVAILABLE', d.points - d.captured, d.place + 1))
        AS part(kind, credit, points, row_number) WHERE part.points > 0;
    PERFORM append_entries(entries, moves, at);
    UPDATE hold h SET captured = i.points, state = CASE e.kind WHEN 'LAPSE' THEN 'LAPSED' WHEN 'VOID' THEN 'VOIDED'
        ELSE 'CAPTURED' END
    FROM unnest(entries) e JOIN jsonb_to_recordset(items) AS i(item int, points bigint) ON i.item = e.item
    WHERE h.wallet_id = e.wallet_id AND h.hold_id = e.refers_to
        AND h.wallet_id = ANY (ARRAY(SELECT x.wallet_id FROM unnest(entries) x));
    PERFORM end_held_rewards(entries, items, at);
    PERFORM repay_debts(ARRAY(SELECT e.wallet_id FROM unnest(entries) e), at);
END $$;

CREATE OR REPLACE FUNCTION post_reversals(items jsonb, at timestamptz) RETURNS SETOF posting_result
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET jit = off AS $$
DECLARE
    entries entry_draft[] := drafts(items, 'REVERSAL');
    grace timestamptz := at + make_interval(days => (SELECT grace_days FROM coalition));
    rewarding boolean;
    verdicts verdict[];
    back transfer_draft[];
BEGIN
    PERFORM lock_cycle();
    PERFORM lock_forwards(wallets_of(entries));
    rewarding := rewarded(wallets_of(entries));
    SELECT array_agg(ROW(j.item, COALESCE(j.outcome, CASE
            WHEN d.drawn IS NULL AND f.pieces_left IS NULL THEN 'REDEMPTION_NOT_FOUND'
            WHEN i.points <= 0 THEN 'INVALID_VALUE'
            WHEN COALESCE(i.points, 1) > d.left_over OR f.pieces_left = 0 OR d.drawn IS NULL AND i.points > 0
                THEN 'REVERSAL_EXCEEDS_REDEMPTION' END),
        j.wallet_id, j.entry_id, d.left_over)::verdict)
    INTO verdicts
    FROM judged(entries, false, moved => true) j
    JOIN jsonb_to_recordset(items) AS i(item int, partner_id uuid, refers_to uuid, points bigint) ON i.item = j.item
    LEFT JOIN LATERAL (SELECT max(r.drawn) AS drawn, sum(r.points)::bigint AS left_over
        FROM redeemed_of(j.wallet_id, i.refers_to) r WHERE r.redeemer_id = i.partner_id) d ON true
    LEFT JOIN LATERAL (SELECT x.pieces_left FROM reward_redemption x
        WHERE rewarding AND x.home_wallet_id = j.wallet_id AND x.entry_id = i.refers_to AND x.partner_id = i.partner_id
            AND x.points = 0 LIMIT 1) f ON true;
    IF rewarding THEN
        verdicts := minding_rewards(verdicts, items);
    END IF;
    entries := standing(entries, verdicts);
    IF cardinality(entries) > 0 THEN
        PERFORM expire_due(ARRAY(SELECT e.wallet_id FROM unnest(entries) e), at);
        SELECT array_agg(ROW(e.wallet_id, e.entry_id, r.place, 'UNREDEEM', 'REDEEMED', 'AVAILABLE',
            LEAST(r.points, COALESCE(i.points, r.upto) - (r.upto - r.points)), r.lot_id, r.sponsor_id, r.sponsor_contract_id,
            r.accrual_cycle_id, r.redeemer_id, r.redeemer_contract_id, r.campaign_id, r.campaign_version, NULL, NULL, NULL, NULL,
            CASE WHEN term(l.expires_at, l.inactivity_months, w.active_at) <= at THEN grace END, NULL)::transfer_draft)
        INTO back FROM unnest(entries) e
        JOIN jsonb_to_recordset(items) AS i(item int, points bigint) ON i.item = e.item
        CROSS JOIN LATERAL (SELECT x.active_at FROM wallet x WHERE x.wallet_id = e.wallet_id LIMIT 1) w
        JOIN LATERAL redeemed_of(e.wallet_id, e.refers_to) r
            ON r.points > 0 AND COALESCE(i.points, r.upto) > r.upto - r.points
        CROSS JOIN LATERAL (SELECT x.expires_at, x.inactivity_months FROM lot x
            WHERE x.wallet_id = e.wallet_id AND x.lot_id = r.lot_id LIMIT 1) l;
        PERFORM append_entries(entries, back, at);
        IF rewarding THEN
            PERFORM end_rewards(ARRAY(
                SELECT ROW(r.wallet_id, r.home_wallet_id, r.entry_id, e.entry_id, (SELECT COALESCE(sum(x.points), 0)::bigint
                    FROM redeemed_of(e.wallet_id, e.refers_to) x))::reward_end
                FROM unnest(entries) e CROSS JOIN LATERAL reward_of(e.wallet_id, e.refers_to) r), at);
        END IF;
        PERFORM repay_debts(ARRAY(SELECT e.wallet_id FROM unnest(entries) e), at);
        PERFORM depart(w.wallet_id, w.merged_into, e.member_id, NULL, at)
        FROM unnest(entries) e
        CROSS JOIN LATERAL (SELECT x.wallet_id, x.merged_into FROM wallet x WHERE x.wallet_id = e.wallet_id LIMIT 1) w
        WHERE w.merged_into IS NOT NULL;
    END IF;
    RETURN QUERY SELECT * FROM answers(verdicts);
END $$;
