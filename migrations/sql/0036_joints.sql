-- Cues and drafts of what other contexts give members: vouchers, tiers, friends, and rewards that came into reach. The triggers run with
-- the ledger's rights, whoever does what happens.

CREATE FUNCTION cue_vouchers() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO message_cue (kind, wallet_id, member_id, subject_id, occurred_at)
    SELECT 'VOUCHER', v.wallet_id, v.member_id, v.voucher_id, v.issued_at FROM made v WHERE v.source <> 'PUBLIC';
    RETURN NULL;
END $$;
CREATE TRIGGER voucher_gives_cue AFTER INSERT ON voucher REFERENCING NEW TABLE AS made
    FOR EACH STATEMENT EXECUTE FUNCTION cue_vouchers();

-- Everybody begins with the lowest tier, which is no news.
CREATE FUNCTION cue_tier_steps() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO message_cue (kind, wallet_id, member_id, partner_id, subject_id, detail, occurred_at)
    SELECT 'TIER', s.wallet_id, s.member_id, s.partner_id, s.programme_id, s.number::text, s.noted_at
    FROM made s WHERE s.was IS DISTINCT FROM s.tier AND NOT (s.was IS NULL AND s.why = 'BASE');
    RETURN NULL;
END $$;
CREATE TRIGGER tier_step_gives_cue AFTER INSERT ON tier_step REFERENCING NEW TABLE AS made
    FOR EACH STATEMENT EXECUTE FUNCTION cue_tier_steps();

-- A friend joined: its referrer is told. It was rewarded: whoever was.
CREATE FUNCTION cue_referral() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO message_cue (kind, member_id, partner_id, subject_id, detail, occurred_at)
    SELECT 'REFERRAL', t.member, NEW.host, NEW.referral_id, t.news, COALESCE(NEW.ended_at, NEW.joined_at, NEW.invited_at)
    FROM (VALUES (NEW.referrer_id, 'JOINED', NEW.state = 'JOINED'),
        (NEW.referrer_id, 'REWARDED', NEW.state = 'REWARDED' AND NEW.referrer_entry IS NOT NULL),
        (NEW.friend_id, 'FRIEND_REWARDED', NEW.state = 'REWARDED' AND NEW.friend_entry IS NOT NULL)) AS t (member, news, told)
    WHERE t.told;
    RETURN NULL;
END $$;
CREATE TRIGGER made_referral_gives_cue AFTER INSERT ON referral FOR EACH ROW WHEN (NEW.state = 'JOINED')
    EXECUTE FUNCTION cue_referral();
CREATE TRIGGER referral_gives_cue AFTER UPDATE OF state ON referral FOR EACH ROW
    WHEN (NEW.state IN ('JOINED', 'REWARDED') AND OLD.state <> NEW.state) EXECUTE FUNCTION cue_referral();

-- What a reward or one of its steps is called, by language; '' is its own name.
CREATE FUNCTION reward_names(terms jsonb, step text) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN step <> '' THEN jsonb_build_object('', step) ELSE jsonb_build_object('', terms ->> 'name') || COALESCE(
        (SELECT jsonb_object_agg(t.key, t.value ->> 'name') FROM jsonb_each(terms -> 'texts') t), '{}') END
$$;

-- Steps of rewards that are open to everybody now, with what they cost.
CREATE FUNCTION rewards_open(at timestamptz) RETURNS TABLE (reward_id uuid, partner_id uuid, points bigint, names jsonb)
LANGUAGE sql STABLE AS $$
    SELECT r.reward_id, r.partner_id, (s.value ->> 'points')::bigint, reward_names(r.terms, COALESCE(s.value ->> 'name', ''))
    FROM reward r CROSS JOIN LATERAL jsonb_array_elements(r.terms -> 'steps') s
    WHERE r.state = 'LIVE' AND NOT r.personal AND (r.terms -> 'tiers') IS NULL AND (r.terms ->> 'starts_at')::timestamptz <= at
        AND COALESCE((r.terms ->> 'ends_at')::timestamptz > at, true) AND (s.value ->> 'points')::bigint > 0
        AND NOT EXISTS (SELECT FROM allowance a WHERE a.kind = 'STOCK' AND a.subject_id = r.reward_id
            AND (SELECT sum(x.left_amount) FROM allowance_slice x WHERE x.allowance_id = a.allowance_id) <= 0)
$$;

-- What entries brought into reach: of each owner's rewards the dearest that the balance came to, once for each crossing.
CREATE FUNCTION reach_drafts(wallets uuid[], entries uuid[], at timestamptz) RETURNS message_draft[] LANGUAGE sql STABLE AS $$
    WITH open AS MATERIALIZED (SELECT * FROM rewards_open(at)),
    gained AS (
        SELECT e.wallet_id, e.entry_id, e.version, e.member_id, e.posted_at,
            sum(CASE WHEN t.credit = 'AVAILABLE' THEN t.points ELSE 0 END - CASE WHEN t.debit = 'AVAILABLE' THEN t.points ELSE 0 END)
                AS gain
        FROM unnest(wallets, entries) AS w (wallet_id, entry_id)
        JOIN entry e ON e.wallet_id = w.wallet_id AND e.entry_id = w.entry_id
        JOIN transfer t ON t.wallet_id = e.wallet_id AND t.entry_id = e.entry_id
        WHERE EXISTS (SELECT FROM open) GROUP BY e.wallet_id, e.entry_id
    ), stood AS (
        SELECT g.*, x.available - COALESCE((
            SELECT sum(CASE WHEN t.credit = 'AVAILABLE' THEN t.points ELSE 0 END - CASE WHEN t.debit = 'AVAILABLE' THEN t.points ELSE 0 END)
            FROM entry l JOIN transfer t ON t.wallet_id = l.wallet_id AND t.entry_id = l.entry_id
            WHERE l.wallet_id = g.wallet_id AND l.version > g.version), 0) AS balance
        FROM gained g JOIN wallet x ON x.wallet_id = g.wallet_id WHERE g.gain > 0
    ), reached AS (
        SELECT DISTINCT ON (s.wallet_id, s.entry_id, o.partner_id) s.*, o.reward_id, o.partner_id, o.points, o.names
        FROM stood s JOIN open o ON o.points > s.balance - s.gain AND o.points <= s.balance
        ORDER BY s.wallet_id, s.entry_id, o.partner_id, o.points DESC, o.reward_id
    )
    SELECT array_agg(ROW (COALESCE(r.member_id, m.member_id), 'REWARD_IN_REACH', concat_ws('/', r.reward_id, r.points, r.entry_id),
        r.partner_id, jsonb_build_object('reward', r.names, 'price', r.points, 'balance', r.balance, 'partner', p.name),
        r.posted_at)::message_draft)
    FROM reached r JOIN partner p ON p.partner_id = r.partner_id
    LEFT JOIN member m ON r.member_id IS NULL AND m.wallet_id = r.wallet_id AND m.status = 'ACTIVE'
    WHERE COALESCE(r.member_id, m.member_id) IS NOT NULL
$$;

-- Of vouchers, tiers and friends.
CREATE FUNCTION gift_drafts(cues message_cue[]) RETURNS message_draft[] LANGUAGE sql STABLE AS $$
    SELECT array_agg(d.draft) FROM (
        SELECT ROW (c.member_id, 'VOUCHER_ISSUED', v.voucher_id::text, v.partner_id, jsonb_strip_nulls(jsonb_build_object(
            'voucher', k.name, 'partner', p.name, 'expires_at', v.expires_at)), c.occurred_at)::message_draft AS draft
        FROM unnest(cues) c JOIN voucher v ON v.wallet_id = c.wallet_id AND v.voucher_id = c.subject_id
        JOIN coupon k ON k.coupon_id = v.coupon_id AND k.version = v.version JOIN partner p ON p.partner_id = v.partner_id
        WHERE c.kind = 'VOUCHER' AND v.state = 'OPEN'
        UNION ALL
        SELECT ROW (c.member_id, 'TIER_CHANGED', concat_ws('/', s.programme_id, s.number), s.partner_id, jsonb_strip_nulls(
            jsonb_build_object('tier', s.tier, 'before', s.was, 'programme', g.name, 'until', s.until)), c.occurred_at)::message_draft
        FROM unnest(cues) c JOIN tier_step s ON s.wallet_id = c.wallet_id AND s.member_id = c.member_id
            AND s.programme_id = c.subject_id AND s.number = c.detail::int
        JOIN tier_programme g ON g.programme_id = s.programme_id WHERE c.kind = 'TIER'
        UNION ALL
        SELECT ROW (c.member_id, 'REFERRAL', concat_ws('/', c.subject_id, c.detail), c.partner_id,
            jsonb_build_object('news', c.detail), c.occurred_at)::message_draft
        FROM unnest(cues) c WHERE c.kind = 'REFERRAL'
    ) d
$$;

-- Vouchers in hand that end within so many days.
CREATE FUNCTION voucher_drafts(wallets uuid[], days int, at timestamptz) RETURNS message_draft[] LANGUAGE sql STABLE AS $$
    SELECT array_agg(ROW (v.member_id, 'VOUCHER_ENDING', v.voucher_id::text, v.partner_id, jsonb_build_object('voucher', k.name,
        'partner', p.name, 'expires_at', v.expires_at), at)::message_draft)
    FROM voucher v JOIN coupon k ON k.coupon_id = v.coupon_id AND k.version = v.version JOIN partner p ON p.partner_id = v.partner_id
    WHERE v.wallet_id = ANY (wallets) AND v.state = 'OPEN' AND v.expires_at > at AND v.expires_at <= at + make_interval(days => days)
$$;
