-- Vouchers at the till. A use is an entry of the wallet's chain; what it took off is owed by the coupon's sponsors to the partner that took
-- it, as benefits like all others. The order of locks: wallets, vouchers by their ids, then the coupons' allowances by theirs.

CREATE FUNCTION refuse(code text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION USING ERRCODE = 'HA003', MESSAGE = code;
END $$;

-- The member's own row of a public coupon: there from the first use on. Its limit counts over all that the member has become.
CREATE FUNCTION keep_public_voucher(e entry_draft, voucher uuid, coupon uuid, most int, term timestamptz, at timestamptz) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    c coupon;
BEGIN
    SELECT x.* INTO c FROM coupon x WHERE x.coupon_id = keep_public_voucher.coupon AND x.state = 'LIVE' AND x.code_lookup IS NOT NULL;
    IF NOT FOUND THEN
        PERFORM refuse('VOUCHER_NOT_FOUND');
    END IF;
    IF (SELECT sum(v.used) FROM voucher v WHERE v.wallet_id = e.wallet_id AND v.member_id = e.member_id AND v.source = 'PUBLIC'
        AND v.coupon_id = c.coupon_id) >= most
    THEN
        PERFORM refuse('VOUCHER_USED');
    END IF;
    INSERT INTO voucher (wallet_id, voucher_id, home_wallet_id, entry_id, member_id, coupon_id, version, partner_id, state, uses, used,
        source, issued_at, expires_at)
    VALUES (e.wallet_id, keep_public_voucher.voucher, e.wallet_id, e.entry_id, e.member_id, c.coupon_id, c.version, c.partner_id, 'OPEN', most,
        0, 'PUBLIC', at, term) ON CONFLICT DO NOTHING;
END $$;

-- Use up what one request names, or refuse it (HA003, with the code of the refusal).
CREATE FUNCTION use_up(request jsonb, e entry_draft, cycle uuid, at timestamptz) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    u record;
    v voucher;
    why text;
BEGIN
    IF EXISTS (SELECT FROM jsonb_to_recordset(request -> 'benefits') AS b(sponsor_id uuid)
        WHERE NOT EXISTS (SELECT FROM partner p WHERE p.partner_id = b.sponsor_id AND p.status = 'ACTIVE'))
    THEN
        PERFORM refuse('SPONSOR_NOT_ACTIVE');
    END IF;
    FOR u IN SELECT * FROM jsonb_to_recordset(request -> 'uses') AS i(voucher_id uuid, coupon_id uuid, public boolean, uses int,
        expires_at timestamptz) ORDER BY i.voucher_id
    LOOP
        IF u.public THEN
            PERFORM keep_public_voucher(e, u.voucher_id, u.coupon_id, u.uses, u.expires_at, at);
        END IF;
        SELECT x.* INTO v FROM voucher x WHERE x.wallet_id = e.wallet_id AND x.voucher_id = u.voucher_id FOR UPDATE;
        SELECT CASE WHEN v.voucher_id IS NULL OR c.coupon_id IS NULL THEN 'VOUCHER_NOT_FOUND'
            WHEN v.state = 'CANCELLED' THEN 'VOUCHER_CANCELLED'
            WHEN v.state = 'USED' THEN 'VOUCHER_USED'
            WHEN v.state = 'EXPIRED' OR v.expires_at <= at THEN 'VOUCHER_EXPIRED'
            WHEN EXISTS (SELECT FROM coupon p WHERE p.coupon_id = v.coupon_id AND p.state = 'PAUSED') THEN 'COUPON_PAUSED' END
        INTO why FROM (SELECT) one LEFT JOIN coupon c
            ON c.coupon_id = v.coupon_id AND c.version = v.version AND c.partners @> ARRAY[e.partner_id];
        IF why IS NOT NULL THEN
            PERFORM refuse(why);
        END IF;
        UPDATE voucher x SET used = x.used + 1, state = CASE WHEN x.used + 1 = x.uses THEN 'USED' ELSE x.state END
        WHERE x.wallet_id = v.wallet_id AND x.voucher_id = v.voucher_id;
    END LOOP;
    FOR u IN SELECT i.voucher_id, i.coupon_id FROM jsonb_to_recordset(request -> 'uses') AS i(voucher_id uuid, coupon_id uuid)
        JOIN allowance a ON a.subject_id = i.coupon_id AND a.kind = 'USES' ORDER BY i.coupon_id, i.voucher_id
    LOOP
        IF (SELECT w.rest FROM unnest(draw_allowance(u.coupon_id, 'USES', 1,
            ARRAY[ROW(e.wallet_id, e.entry_id, u.voucher_id, 1, 1)::award_want], cycle, at)) w) > 0
        THEN
            PERFORM refuse('VOUCHERS_USED_UP');
        END IF;
    END LOOP;
END $$;

-- What an entry carries: each use, and the money that is owed for it (docs/vouchers.md has the form).
CREATE FUNCTION with_uses(e entry_draft, request jsonb) RETURNS entry_draft LANGUAGE sql STABLE AS $$
    SELECT carrying(e, concat_ws(chr(30),
        (SELECT string_agg(concat_ws(chr(31), u.voucher_id, u.coupon_id, u.version, request ->> 'currency', u.amount, u.lines::text), chr(30)
            ORDER BY u.voucher_id)
        FROM jsonb_to_recordset(request -> 'uses') AS u(voucher_id uuid, coupon_id uuid, version int, amount bigint, lines jsonb)),
        (SELECT string_agg(concat_ws(chr(31), g.benefit_id, g.kind, g.sponsor_id, g.amount), chr(30) ORDER BY g.benefit_id)
        FROM jsonb_to_recordset(request -> 'benefits') AS g(benefit_id uuid, kind text, sponsor_id uuid, amount numeric(18, 6)))))
$$;

-- The vouchers of one basket, used together or not at all.
CREATE FUNCTION post_voucher_uses(items jsonb, at timestamptz) RETURNS SETOF posting_result
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET jit = off AS $$
DECLARE
    entries entry_draft[] := drafts(items, 'VOUCHER');
    cycle uuid;
    verdicts verdict[];
    used entry_draft[] := '{}';
    e entry_draft;
    request jsonb;
BEGIN
    PERFORM lock_for(entries);
    cycle := open_cycle();
    SELECT array_agg(ROW(j.item, j.outcome, j.wallet_id, j.entry_id, NULL)::verdict) INTO verdicts FROM judged(entries, false) j;
    FOREACH e IN ARRAY standing(entries, verdicts) LOOP
        BEGIN
            SELECT i INTO STRICT request FROM jsonb_array_elements(items) i WHERE (i ->> 'item')::int = e.item;
            PERFORM use_up(request, e, cycle, at);
            used := used || with_uses(e, request);
        EXCEPTION WHEN SQLSTATE 'HA003' THEN
            verdicts := ARRAY(SELECT ROW(v.item, CASE v.item WHEN e.item THEN SQLERRM ELSE v.outcome END, v.wallet_id, v.entry_id,
                v.spendable)::verdict FROM unnest(verdicts) v);
        END;
    END LOOP;
    IF cardinality(used) > 0 THEN
        PERFORM append_entries(used, '{}', at);
        PERFORM keep_benefits(items, used, cycle);
        INSERT INTO voucher_use (wallet_id, entry_id, voucher_id, coupon_id, version, partner_id, currency, amount, lines, benefits, used_at)
        SELECT x.wallet_id, x.entry_id, u.voucher_id, u.coupon_id, u.version, x.partner_id, i.currency, u.amount, u.lines,
            COALESCE(u.benefits, '{}'), at
        FROM unnest(used) x JOIN jsonb_to_recordset(items) AS i(item int, currency text, uses jsonb) ON i.item = x.item,
            jsonb_to_recordset(i.uses) AS u(voucher_id uuid, coupon_id uuid, version int, amount bigint, lines jsonb, benefits uuid[]);
    END IF;
    RETURN QUERY SELECT * FROM answers(verdicts);
END $$;

-- A use (refers_to names it) is taken back: its vouchers can be used again while their term lasts, or for the coalition's days of grace;
-- those that a return took back meanwhile cannot. Vouchers stand where their member is now, the use where it was.
CREATE FUNCTION post_voucher_reversals(items jsonb, at timestamptz) RETURNS SETOF posting_result
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET jit = off AS $$
DECLARE
    entries entry_draft[] := drafts(items, 'VOUCHER_REVERSAL');
    grace timestamptz := at + make_interval(days => (SELECT grace_days FROM coalition));
    verdicts verdict[];
    back record;
BEGIN
    PERFORM lock_cycle();
    PERFORM lock_wallets(ARRAY(SELECT w FROM unnest(entries) e, LATERAL (VALUES (e.wallet_id), (forwarded(e.wallet_id))) AS v(w)));
    SELECT array_agg(ROW(j.item, COALESCE(j.outcome, CASE
            WHEN u.uses = 0 THEN 'VOUCHER_USE_NOT_FOUND'
            WHEN u.reversed > 0 THEN 'VOUCHER_USE_REVERSED' END), j.wallet_id, j.entry_id, NULL)::verdict)
    INTO verdicts FROM judged(entries, false, moved => true) j
    JOIN jsonb_to_recordset(items) AS i(item int, partner_id uuid, refers_to uuid) ON i.item = j.item
    CROSS JOIN LATERAL (SELECT count(*) AS uses, count(x.reversed_entry_id) AS reversed FROM voucher_use x
        WHERE x.wallet_id = j.wallet_id AND x.entry_id = i.refers_to AND x.partner_id = i.partner_id) u;
    entries := standing(entries, verdicts);
    IF cardinality(entries) > 0 THEN
        entries := ARRAY(SELECT carrying(e, (SELECT string_agg(u.voucher_id::text, chr(30) ORDER BY u.voucher_id) FROM voucher_use u
            WHERE u.wallet_id = e.wallet_id AND u.entry_id = e.refers_to)) FROM unnest(entries) e);
        PERFORM append_entries(entries, '{}', at);
        UPDATE voucher_use u SET reversed_entry_id = e.entry_id FROM unnest(entries) e
        WHERE u.wallet_id = e.wallet_id AND u.entry_id = e.refers_to;
        UPDATE benefit b SET state = 'REVERSED', reversed_entry_id = e.entry_id, reversed_cycle_id = open_cycle() FROM unnest(entries) e
        WHERE b.wallet_id = e.wallet_id AND b.entry_id = e.refers_to;
        UPDATE voucher v SET used = v.used - 1,
            state = CASE WHEN v.taken_back_entry IS NOT NULL THEN 'CANCELLED' WHEN v.expires_at <= at AND grace <= at THEN 'EXPIRED'
                ELSE 'OPEN' END,
            expires_at = CASE WHEN v.expires_at <= at AND grace > at THEN grace ELSE v.expires_at END
        FROM unnest(entries) e JOIN voucher_use u ON u.wallet_id = e.wallet_id AND u.entry_id = e.refers_to
        WHERE v.wallet_id IN (e.wallet_id, forwarded(e.wallet_id)) AND v.voucher_id = u.voucher_id;
        FOR back IN SELECT d.*, e.entry_id AS reversal, slice_of(e.wallet_id, a.spread) AS slice FROM unnest(entries) e
            JOIN allowance_draw d ON d.wallet_id = e.wallet_id AND d.entry_id = e.refers_to AND d.points > 0
            JOIN allowance a ON a.allowance_id = d.allowance_id AND a.kind = 'USES' ORDER BY a.subject_id, slice_of(e.wallet_id, a.spread)
        LOOP
            UPDATE allowance_slice SET left_amount = left_amount + back.amount
            WHERE allowance_id = back.allowance_id AND number = back.slice;
            INSERT INTO allowance_draw (wallet_id, lot_id, allowance_id, entry_id, partner_id, cycle_id, points, amount, drawn_at)
            VALUES (back.wallet_id, back.lot_id, back.allowance_id, back.reversal, back.partner_id, open_cycle(), -back.points,
                -back.amount, at);
        END LOOP;
    END IF;
    RETURN QUERY SELECT * FROM answers(verdicts);
END $$;

-- Vouchers past their term, so many at once; whoever is just using one is waited for by nobody.
CREATE FUNCTION post_voucher_expiries(at timestamptz, most int) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    done int;
BEGIN
    WITH due AS (SELECT v.wallet_id, v.voucher_id FROM voucher v WHERE v.state = 'OPEN' AND v.expires_at <= at
        ORDER BY v.expires_at LIMIT most FOR UPDATE SKIP LOCKED)
    UPDATE voucher v SET state = 'EXPIRED' FROM due d WHERE v.wallet_id = d.wallet_id AND v.voucher_id = d.voucher_id;
    GET DIAGNOSTICS done = ROW_COUNT;
    RETURN done;
END $$;

-- How often a coupon may be used in all: put there, or brought to so many by now, like a campaign's budget. Answers what is left.
CREATE FUNCTION open_uses(coupon uuid, total bigint, person uuid, at timestamptz) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    owner uuid := (SELECT c.partner_id FROM coupon c WHERE c.coupon_id = open_uses.coupon ORDER BY c.version DESC LIMIT 1);
    uses allowance;
    held bigint;
    put_in bigint;
BEGIN
    IF owner IS NULL OR NOT sees_partner(owner) THEN
        RAISE EXCEPTION 'uses are opened with the sight of their coupon''s owner' USING ERRCODE = 'insufficient_privilege';
    END IF;
    INSERT INTO allowance (allowance_id, partner_id, kind, subject_id, unit, slices, spread, opened_at)
    VALUES (gen_random_uuid(), owner, 'USES', open_uses.coupon, 'PIECES', 16, 1, at) ON CONFLICT DO NOTHING RETURNING * INTO uses;
    IF FOUND THEN
        INSERT INTO allowance_slice (allowance_id, number, partner_id, left_amount)
        SELECT uses.allowance_id, n, owner, 0 FROM generate_series(0, 15) n;
    ELSE
        SELECT a.* INTO uses FROM allowance a WHERE a.subject_id = open_uses.coupon AND a.kind = 'USES';
    END IF;
    held := held_still(uses.allowance_id);
    put_in := (SELECT COALESCE(sum(c.amount), 0) FROM allowance_change c WHERE c.allowance_id = uses.allowance_id);
    IF total = put_in OR total < put_in AND held = 0 THEN
        RETURN held;
    END IF;
    RETURN move_allowance(uses.allowance_id, gen_random_uuid(), (total - put_in)::bigint, 'USES', person, at);
END $$;

-- An entry's deed, as before; the use of a voucher, and that it was taken back, are told to who took it.
CREATE OR REPLACE FUNCTION deed(kind text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE kind WHEN 'PURCHASE' THEN 'PURCHASE_RECORDED' WHEN 'RETURN' THEN 'PURCHASE_RETURNED'
        WHEN 'AUTHORIZATION' THEN 'REDEMPTION_AUTHORIZED' WHEN 'CAPTURE' THEN 'REDEMPTION_CAPTURED'
        WHEN 'REDEMPTION' THEN 'REDEMPTION_CAPTURED' WHEN 'VOID' THEN 'REDEMPTION_VOIDED' WHEN 'LAPSE' THEN 'REDEMPTION_LAPSED'
        WHEN 'REVERSAL' THEN 'REDEMPTION_REVERSED' WHEN 'VOUCHER' THEN 'VOUCHER_USED'
        WHEN 'VOUCHER_REVERSAL' THEN 'VOUCHER_REVERSED' END
$$;

CREATE OR REPLACE FUNCTION subject(e entry) RETURNS uuid LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN e.kind IN ('PURCHASE', 'AUTHORIZATION', 'REDEMPTION', 'VOUCHER') THEN e.entry_id
        WHEN e.kind = 'REVERSAL' THEN redemption_of(entry_of(e.wallet_id, e.refers_to)) ELSE e.refers_to END
$$;
