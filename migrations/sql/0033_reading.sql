-- What is told of vouchers: to the partner that may take them, and to the member who has them.

CREATE TYPE voucher_told AS (
    asked int, wallet_id uuid, voucher_id uuid, member_id uuid, state text, uses int, used int, source text, source_id uuid,
    issued_at timestamptz, expires_at timestamptz, sealed bytea, coupon_id uuid, version int, owner_id uuid, terms jsonb, paused boolean,
    public boolean);

CREATE FUNCTION told(asked bigint, v voucher, c coupon) RETURNS voucher_told LANGUAGE sql STABLE AS $$
    SELECT ROW(asked, v.wallet_id, v.voucher_id, v.member_id, v.state, v.uses, v.used, v.source, v.source_id, v.issued_at, v.expires_at,
        v.sealed, c.coupon_id, c.version, c.partner_id, c.terms,
        EXISTS (SELECT FROM coupon p WHERE p.coupon_id = c.coupon_id AND p.state = 'PAUSED'), c.code_lookup IS NOT NULL)::voucher_told
$$;

-- What codes name at a partner's tills: a code is looked for among the coupons that it takes, each owner's in that owner's own scope. Of a
-- public word the coupon is told, without a voucher.
CREATE FUNCTION find_vouchers(partner uuid, digests bytea[]) RETURNS SETOF voucher_told
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH asked AS (
        SELECT d.place, sha256(uuid_send(o.partner_id) || d.digest) AS lookup, o.partner_id = partner AS own
        FROM unnest(digests) WITH ORDINALITY AS d (digest, place),
            (SELECT DISTINCT c.partner_id FROM coupon c WHERE c.partners @> ARRAY[partner] AND c.live_from IS NOT NULL) o
    ), found AS (
        SELECT a.place, a.own, told(a.place, v, c) AS told
        FROM asked a JOIN voucher_code k ON k.lookup = a.lookup AND k.wallet_id IS NOT NULL
        JOIN voucher v ON v.wallet_id = k.wallet_id AND v.voucher_id = k.voucher_id
        JOIN coupon c ON c.coupon_id = v.coupon_id AND c.version = v.version AND c.partners @> ARRAY[partner]
        UNION ALL
        SELECT a.place, a.own, told(a.place, NULL, c)
        FROM asked a JOIN coupon c ON c.code_lookup = a.lookup AND c.state IN ('LIVE', 'PAUSED') AND c.partners @> ARRAY[partner]
    )
    SELECT DISTINCT ON (f.place) (f.told).* FROM found f ORDER BY f.place, f.own DESC, (f.told).owner_id
$$;

-- Vouchers that a partner was told of, by their ids, where it takes them.
CREATE FUNCTION vouchers_named(partner uuid, wallets uuid[], vouchers uuid[]) RETURNS SETOF voucher_told
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT (told(n.place, v, c)).* FROM unnest(wallets, vouchers) WITH ORDINALITY AS n (wallet_id, voucher_id, place)
    JOIN voucher v ON v.wallet_id IN (n.wallet_id, forwarded(n.wallet_id)) AND v.voucher_id = n.voucher_id
    JOIN coupon c ON c.coupon_id = v.coupon_id AND c.version = v.version AND c.partners @> ARRAY[partner]
$$;

-- What a member can use at a partner's tills, what ends first first.
CREATE FUNCTION vouchers_at(partner uuid, wallet uuid, member uuid, at timestamptz) RETURNS SETOF voucher_told
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT (told(0, v, c)).* FROM voucher v
    JOIN coupon c ON c.coupon_id = v.coupon_id AND c.version = v.version AND c.partners @> ARRAY[partner]
    WHERE v.wallet_id = wallet AND v.member_id = member AND v.state = 'OPEN' AND COALESCE(v.expires_at > at, true)
    ORDER BY v.expires_at NULLS LAST, v.issued_at, v.voucher_id LIMIT 200
$$;

-- A member's own, the latest first; all of the wallet's for those who share it.
CREATE FUNCTION read_vouchers(sight text, wallet uuid, open_at timestamptz, before uuid, most int) RETURNS SETOF voucher_told
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT (told(0, v, c)).* FROM voucher v JOIN coupon c ON c.coupon_id = v.coupon_id AND c.version = v.version
    WHERE v.wallet_id = wallet AND split_part(sight, ':', 1) IN ('member', 'coalition') AND may_see_wallet(sight, wallet, 'HISTORY')
        AND (before IS NULL OR v.voucher_id < before) 
        AND (open_at IS NULL OR v.state = 'OPEN' AND (v.expires_at IS NULL OR v.expires_at > open_at))
    ORDER BY v.voucher_id DESC LIMIT most
$$;

-- A use as the books have it, for the partner that took it, or the wallet's own.
CREATE FUNCTION read_voucher_use(sight text, wallet uuid, entry uuid) RETURNS TABLE (
    wallet_id uuid, entry_id uuid, member_id uuid, partner_id uuid, outlet_id uuid, occurred_at timestamptz, currency varchar,
    reversed_at timestamptz, purchase_entry_id uuid, uses jsonb, benefits jsonb)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT e.wallet_id, e.entry_id, e.member_id, e.partner_id, e.outlet_id, e.occurred_at, u.currency, r.posted_at, u.purchase_entry_id,
        u.uses, COALESCE((SELECT jsonb_agg(jsonb_build_object('sponsor_id', b.sponsor_id, 'amount', b.amount::text) ORDER BY b.benefit_id)
            FROM benefit b WHERE b.wallet_id = e.wallet_id AND b.entry_id = e.entry_id), '[]')
    FROM entry e
    CROSS JOIN LATERAL (SELECT max(x.currency) AS currency, min(x.purchase_entry_id::text)::uuid AS purchase_entry_id,
            min(x.reversed_entry_id::text)::uuid AS reversed_entry_id,
            jsonb_agg(jsonb_build_object('voucher_id', x.voucher_id, 'coupon_id', x.coupon_id, 'version', x.version, 'amount', x.amount,
                'lines', x.lines, 'name', c.name) ORDER BY x.voucher_id) AS uses
        FROM voucher_use x JOIN coupon c ON c.coupon_id = x.coupon_id AND c.version = x.version
        WHERE x.wallet_id = e.wallet_id AND x.entry_id = e.entry_id) u
    LEFT JOIN entry r ON r.wallet_id = e.wallet_id AND r.entry_id = u.reversed_entry_id
    WHERE e.wallet_id = wallet AND e.entry_id = entry AND e.kind = 'VOUCHER'
        AND (split_part(sight, ':', 1) = 'partner' AND e.partner_id = split_part(sight, ':', 2)::uuid
            OR split_part(sight, ':', 1) <> 'partner' AND may_see_wallet(sight, wallet, 'HISTORY'))
$$;

-- What became of the vouchers that an entry promised: issued, or cut.
CREATE FUNCTION vouchers_of_entry(partner uuid, wallet uuid, entry uuid)
RETURNS TABLE (voucher_id uuid, wallet_id uuid, state text, expires_at timestamptz, why text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT COALESCE(v.voucher_id, c.voucher_id), v.wallet_id, v.state::text, v.expires_at, c.why::text
    FROM (SELECT x.* FROM voucher x WHERE x.wallet_id IN (wallet, forwarded(wallet)) AND x.home_wallet_id = wallet AND x.entry_id = entry) v
    FULL JOIN (SELECT x.* FROM voucher_cut x WHERE x.wallet_id = wallet AND x.entry_id = entry) c ON c.voucher_id = v.voucher_id
    WHERE EXISTS (SELECT FROM entry e WHERE e.wallet_id = wallet AND e.entry_id = entry AND e.partner_id = partner)
$$;

-- The vouchers that a coupon's owner gave in one entry.
CREATE FUNCTION vouchers_given(partner uuid, wallet uuid, entry uuid) RETURNS SETOF voucher_told
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT (told(0, v, c)).* FROM voucher v JOIN coupon c ON c.coupon_id = v.coupon_id AND c.version = v.version
    WHERE v.wallet_id IN (wallet, forwarded(wallet)) AND v.home_wallet_id = wallet AND v.entry_id = entry AND v.partner_id = partner
        AND v.source = 'GIVEN'
    ORDER BY v.voucher_id
$$;

-- A purchase names the uses that made its lines cheaper; each is named by one purchase of the same partner and wallet, once.
CREATE FUNCTION name_voucher_uses(partner uuid, wallet uuid, purchase uuid, uses uuid[]) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    done int;
BEGIN
    UPDATE voucher_use u SET purchase_entry_id = purchase
    WHERE u.wallet_id = wallet AND u.entry_id = ANY (uses) AND u.partner_id = partner
        AND COALESCE(u.purchase_entry_id = purchase, true)
        AND EXISTS (SELECT FROM purchase p WHERE p.wallet_id = wallet AND p.entry_id = name_voucher_uses.purchase AND p.partner_id = partner);
    GET DIAGNOSTICS done = ROW_COUNT;
    RETURN done;
END $$;

-- Coupons that are live, for what gives their vouchers.
CREATE FUNCTION coupons_live(coupons uuid[]) RETURNS TABLE (coupon_id uuid, version int, partner_id uuid, terms jsonb, live_from timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT c.coupon_id, c.version, c.partner_id, c.terms, c.live_from FROM coupon c
    WHERE c.coupon_id = ANY (coupons) AND c.state = 'LIVE'
$$;

-- What a return did to vouchers that had been won with its purchase: those that can be used no more, and those that were used before.
CREATE FUNCTION vouchers_taken_back(partner uuid, wallet uuid, entry uuid) RETURNS TABLE (cancelled bigint, used bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT count(*) FILTER (WHERE v.used = 0), count(*) FILTER (WHERE v.used > 0) FROM voucher v
    WHERE v.wallet_id IN (wallet, forwarded(wallet)) AND v.taken_back_entry = entry
        AND EXISTS (SELECT FROM entry e WHERE e.wallet_id = wallet AND e.entry_id = vouchers_taken_back.entry AND e.partner_id = partner)
$$;
