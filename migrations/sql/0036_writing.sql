-- What there is to tell, drawn from the books, and the worker's steps that tell it.

CREATE FUNCTION partner_names(partners uuid[]) RETURNS jsonb LANGUAGE sql STABLE AS
$$ SELECT COALESCE(jsonb_agg(p.name ORDER BY p.name), '[]') FROM partner p WHERE p.partner_id = ANY (partners) $$;

-- What entries did to points, for whoever made them; what time did, for all whose wallet it is.
CREATE FUNCTION entry_drafts(wallets uuid[], entries uuid[]) RETURNS message_draft[] LANGUAGE sql STABLE AS $$
    WITH told AS MATERIALIZED (
        SELECT e.wallet_id, e.entry_id, e.kind, e.member_id, e.partner_id, e.posted_at, e.refers_to,
            sum(t.points) FILTER (WHERE t.kind IN ('ACCRUE', 'ADJUST')) AS earned,
            sum(t.points) FILTER (WHERE t.kind = 'ACCRUE' AND t.credit = 'PENDING') AS waiting,
            max(t.available_at) FILTER (WHERE t.kind = 'ACCRUE' AND t.credit = 'PENDING') AS waits_until,
            sum(t.points) FILTER (WHERE t.kind = 'RELEASE') AS released,
            sum(t.points) FILTER (WHERE t.kind = 'REDEEM') AS spent,
            sum(t.points) FILTER (WHERE t.kind = 'UNREDEEM') AS given_back,
            array_agg(DISTINCT t.sponsor_id) FILTER (WHERE t.kind IN ('ACCRUE', 'ADJUST')) AS sponsors,
            (SELECT jsonb_agg(DISTINCT c.name) FROM transfer x JOIN campaign c ON c.campaign_id = x.campaign_id
                AND c.version = x.campaign_version WHERE x.wallet_id = e.wallet_id AND x.entry_id = e.entry_id) AS campaigns
        FROM unnest(wallets, entries) AS w (wallet_id, entry_id)
        JOIN entry e ON e.wallet_id = w.wallet_id AND e.entry_id = w.entry_id
        JOIN transfer t ON t.wallet_id = e.wallet_id AND t.entry_id = e.entry_id
        GROUP BY e.wallet_id, e.entry_id
    ), whose AS (
        SELECT t.*, COALESCE(t.member_id, m.member_id) AS whom,
            (SELECT p.name FROM partner p WHERE p.partner_id = t.partner_id) AS partner
        FROM told t LEFT JOIN member m ON t.member_id IS NULL AND m.wallet_id = t.wallet_id AND m.status = 'ACTIVE'
    )
    SELECT array_agg(ROW (s.whom, s.topic, s.entry_id::text, s.partner_id, jsonb_strip_nulls(s.params), s.posted_at)::message_draft)
    FROM (
        SELECT w.whom, w.entry_id, w.posted_at, w.partner_id,
            CASE WHEN a.kind = 'BIRTHDAY' AND allows_offers(w.wallet_id, w.whom, w.partner_id) THEN 'BIRTHDAY'
                ELSE 'POINTS_EARNED' END AS topic,
            jsonb_build_object('points', w.earned, 'waiting', w.waiting, 'waits_until', w.waits_until, 'partner', w.partner,
                'sponsors', partner_names(array_remove(w.sponsors, w.partner_id)), 'campaigns', w.campaigns) AS params
        FROM whose w LEFT JOIN action a ON w.kind = 'ACTION' AND a.wallet_id = w.wallet_id AND a.entry_id = w.entry_id
        WHERE w.earned > 0
        UNION ALL
        SELECT w.whom, w.entry_id, w.posted_at, NULL, 'POINTS_RELEASED', jsonb_build_object('points', w.released)
        FROM whose w WHERE w.kind = 'RELEASE' AND w.released > 0
        UNION ALL
        SELECT w.whom, w.entry_id, w.posted_at, w.partner_id, 'POINTS_SPENT',
            jsonb_build_object('points', w.spent, 'partner', w.partner, 'reward', reward_names(r.terms, ''))
        FROM whose w
        LEFT JOIN reward_redemption x ON x.wallet_id = w.wallet_id
            AND x.entry_id = CASE w.kind WHEN 'CAPTURE' THEN w.refers_to ELSE w.entry_id END
        LEFT JOIN reward r ON r.reward_id = x.reward_id AND r.version = x.version
        WHERE w.kind IN ('REDEMPTION', 'CAPTURE') AND w.spent > 0
        UNION ALL
        SELECT w.whom, w.entry_id, w.posted_at, w.partner_id, 'POINTS_GIVEN_BACK',
            jsonb_build_object('points', w.given_back, 'partner', w.partner)
        FROM whose w WHERE w.kind = 'REVERSAL' AND w.given_back > 0
    ) s WHERE s.whom IS NOT NULL
$$;

-- Of who joined, and who agreed to what.
CREATE FUNCTION person_drafts(cues message_cue[]) RETURNS message_draft[] LANGUAGE sql STABLE AS $$
    SELECT array_agg(ROW (c.member_id, CASE c.kind WHEN 'JOINED' THEN 'WELCOME' ELSE 'CONSENT_GIVEN' END,
        COALESCE(c.subject_id, c.member_id)::text, c.partner_id, jsonb_strip_nulls(jsonb_build_object('partner', p.name,
            'purposes', to_jsonb(string_to_array(c.detail, ',')))), c.occurred_at)::message_draft)
    FROM unnest(cues) c JOIN partner p ON p.partner_id = c.partner_id WHERE c.kind IN ('JOINED', 'CONSENT')
$$;

-- Takes cues and tells members of them, in one transaction; how many were taken. Cues from before `since` are told to nobody: their
-- news is old. What partners' people are told of, and looks over many wallets, stay for whoever takes those. For the worker alone.
CREATE FUNCTION write_messages(most int, since timestamptz, at timestamptz) RETURNS TABLE (taken int, written int)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    cues message_cue[];
    wallets uuid[];
    entries uuid[];
BEGIN
    IF NOT sees_coalition() THEN
        RAISE EXCEPTION 'messages are written with the sight of the coalition' USING ERRCODE = 'insufficient_privilege';
    END IF;
    WITH gone AS (
        DELETE FROM message_cue c WHERE c.cue_id IN (SELECT d.cue_id FROM message_cue d WHERE d.kind NOT IN ('EVENT', 'LOOK')
            ORDER BY d.cue_id LIMIT most FOR UPDATE SKIP LOCKED)
        RETURNING c
    )
    SELECT array_agg(g.c) INTO cues FROM gone g;
    taken := COALESCE(cardinality(cues), 0);
    cues := ARRAY(SELECT c FROM unnest(cues) c WHERE c.occurred_at >= since);
    SELECT array_agg(c.wallet_id), array_agg(c.subject_id) INTO wallets, entries FROM unnest(cues) c WHERE c.kind = 'ENTRY';
    written := keep_messages(person_drafts(cues), at) + keep_messages(entry_drafts(wallets, entries), at)
        + keep_messages(gift_drafts(cues), at) + keep_messages(reach_drafts(wallets, entries, at), at);
    RETURN NEXT;
END $$;

-- Points that end within so many days, by wallet and by the span they end in: a week, or a month where many days are looked ahead.
-- So whoever earns every day is told once a span, at least so many days before the first of its points end.
CREATE FUNCTION expiring_drafts(wallets uuid[], days int, at timestamptz) RETURNS message_draft[] LANGUAGE sql STABLE AS $$
    WITH zone AS (SELECT c.time_zone AS name, CASE WHEN days > 14 THEN 'month' ELSE 'week' END AS span FROM coalition c LIMIT 1
    ), ending AS (
        SELECT l.wallet_id, l.remaining - l.held AS points, term(l.expires_at, l.inactivity_months, w.active_at) AS ends_at
        FROM lot l JOIN wallet w ON w.wallet_id = l.wallet_id
        WHERE l.wallet_id = ANY (wallets) AND l.remaining > l.held
    ), spans AS (
        SELECT e.wallet_id, date_trunc(z.span, e.ends_at AT TIME ZONE z.name) AS begins, sum(e.points) AS points,
            min(e.ends_at) AS first_at, max(e.ends_at) AS last_at
        FROM ending e CROSS JOIN zone z WHERE e.ends_at > at GROUP BY 1, 2
    ), open AS MATERIALIZED (SELECT * FROM rewards_open(at)
    )
    SELECT array_agg(ROW (m.member_id, 'POINTS_EXPIRING', days || '/' || to_char(s.begins, 'YYYY-MM-DD'), NULL::uuid,
        jsonb_strip_nulls(jsonb_build_object('points', s.points, 'first_at', s.first_at,
            'last_at', CASE WHEN s.last_at > s.first_at THEN s.last_at END, 'reward', o.names, 'price', o.points)), at)::message_draft)
    FROM spans s JOIN member m ON m.wallet_id = s.wallet_id AND m.status = 'ACTIVE'
    JOIN wallet w ON w.wallet_id = s.wallet_id
    LEFT JOIN LATERAL (SELECT r.names, r.points FROM open r JOIN link l ON l.wallet_id = m.wallet_id AND l.member_id = m.member_id
        AND l.partner_id = r.partner_id WHERE r.points <= w.available ORDER BY r.points DESC, r.reward_id LIMIT 1) o ON true
    WHERE s.first_at <= at + make_interval(days => days)
$$;

-- The wallets, after one, whose points may end within so many days.
CREATE FUNCTION wallets_expiring(behind uuid, days int, at timestamptz, most int) RETURNS uuid[] LANGUAGE sql STABLE AS $$
    SELECT ARRAY(
        SELECT l.wallet_id FROM lot l JOIN wallet w ON w.wallet_id = l.wallet_id
        WHERE l.wallet_id > behind AND l.remaining > l.held
            AND term(l.expires_at, l.inactivity_months, w.active_at) > at
            AND term(l.expires_at, l.inactivity_months, w.active_at) <= at + make_interval(days => days)
        GROUP BY l.wallet_id ORDER BY l.wallet_id LIMIT most)
$$;

-- Those whom a partner knows that leaves; all, where the coalition ends.
CREATE FUNCTION leaving_drafts(wallets uuid[], what text, told text, whom uuid, at timestamptz) RETURNS message_draft[]
LANGUAGE sql STABLE AS $$
    SELECT array_agg(ROW (m.member_id, CASE what WHEN 'LEAVING' THEN 'PARTNER_LEAVING' ELSE 'COALITION_ENDING' END, told, whom,
        jsonb_strip_nulls(jsonb_build_object('partner', p.name, 'coalition', c.name, 'earning_until', COALESCE(p.leaves_at, c.earning_ends_at),
            'spending_until', COALESCE(p.honours_until, c.spending_ends_at))), at)::message_draft)
    FROM member m CROSS JOIN coalition c LEFT JOIN partner p ON p.partner_id = whom
    WHERE m.wallet_id = ANY (wallets) AND m.status = 'ACTIVE' AND COALESCE(p.leaves_at, c.earning_ends_at) IS NOT NULL
        AND (whom IS NULL OR EXISTS (SELECT FROM link l WHERE l.wallet_id = m.wallet_id AND l.member_id = m.member_id
            AND l.partner_id = whom))
$$;

-- One step of a look that is not through: so many wallets. Says how many it came by; nothing, when no look is open. For the worker.
CREATE FUNCTION look_on(most int, at timestamptz) RETURNS TABLE (wallets int, written int)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    look message_look;
    next uuid[];
    drafts message_draft[];
BEGIN
    IF NOT sees_coalition() THEN
        RAISE EXCEPTION 'looks are for the coalition' USING ERRCODE = 'insufficient_privilege';
    END IF;
    SELECT l.* INTO look FROM message_look l WHERE l.finished_at IS NULL ORDER BY l.looks_at, l.kind, l.subject LIMIT 1
        FOR UPDATE SKIP LOCKED;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    IF look.kind = 'EXPIRING' THEN
        next := wallets_expiring(look.after, look.days, look.looks_at, most);
        drafts := expiring_drafts(next, look.days, look.looks_at);
    ELSIF look.kind = 'VOUCHERS' THEN
        next := ARRAY(SELECT v.wallet_id FROM voucher v WHERE v.wallet_id > look.after AND v.state = 'OPEN'
            AND v.expires_at > look.looks_at AND v.expires_at <= look.looks_at + make_interval(days => look.days)
            GROUP BY v.wallet_id ORDER BY v.wallet_id LIMIT most);
        drafts := voucher_drafts(next, look.days, look.looks_at);
    ELSE
        next := ARRAY(SELECT m.wallet_id FROM member m WHERE m.wallet_id > look.after AND m.status = 'ACTIVE'
            GROUP BY m.wallet_id ORDER BY m.wallet_id LIMIT most);
        drafts := leaving_drafts(next, look.kind, look.subject, look.partner_id, look.looks_at);
    END IF;
    wallets := cardinality(next);
    written := keep_messages(drafts, at);
    UPDATE message_look l SET after = COALESCE(next[cardinality(next)], l.after), written = l.written + look_on.written,
        finished_at = CASE WHEN look_on.wallets < most THEN at END
    WHERE l.kind = look.kind AND l.subject = look.subject;
    RETURN NEXT;
END $$;

-- Messages that want a mail, with what decides when it goes; nobody else plans them meanwhile. For the worker.
CREATE FUNCTION messages_to_plan(most int)
RETURNS TABLE (wallet_id uuid, message_id uuid, member_id uuid, topic text, partner_id uuid, digest boolean, quiet_from time,
    quiet_until time, time_zone text)
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT m.wallet_id, m.message_id, m.member_id, m.topic::text, m.partner_id, COALESCE(f.digest, false), f.quiet_from, f.quiet_until,
        f.time_zone::text
    FROM (SELECT x.* FROM message x WHERE x.mail = 'WANTED' AND sees_coalition() ORDER BY x.written_at LIMIT most
        FOR UPDATE SKIP LOCKED) m
    LEFT JOIN message_preference f ON f.wallet_id = m.wallet_id AND f.member_id = m.member_id
$$;

-- Each of these messages goes by a mail of its own, or by the member's digest that still waits. For the worker.
CREATE FUNCTION plan_mails(plans jsonb, at timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT sees_coalition() THEN
        RAISE EXCEPTION 'mails are planned with the sight of the coalition' USING ERRCODE = 'insufficient_privilege';
    END IF;
    WITH plan AS (
        SELECT p.* FROM jsonb_to_recordset(plans) AS p (wallet_id uuid, message_id uuid, member_id uuid, mail_id uuid, digest boolean,
            due_at timestamptz)
    ), digests AS (
        INSERT INTO message_mail AS d (mail_id, wallet_id, member_id, digest, state, due_at, attempts, made_at)
        SELECT DISTINCT ON (p.wallet_id, p.member_id) p.mail_id, p.wallet_id, p.member_id, true, 'WAITING', p.due_at, 0, at
        FROM plan p WHERE p.digest ORDER BY p.wallet_id, p.member_id, p.due_at
        ON CONFLICT (wallet_id, member_id) WHERE digest AND state = 'WAITING' DO UPDATE SET due_at = d.due_at
        RETURNING d.mail_id, d.wallet_id, d.member_id
    ), singles AS (
        INSERT INTO message_mail (mail_id, wallet_id, member_id, digest, state, due_at, attempts, made_at)
        SELECT p.mail_id, p.wallet_id, p.member_id, false, 'WAITING', p.due_at, 0, at FROM plan p WHERE NOT p.digest
    )
    UPDATE message m SET mail = 'PLANNED', mail_id = COALESCE(d.mail_id, p.mail_id)
    FROM plan p LEFT JOIN digests d ON p.digest AND d.wallet_id = p.wallet_id AND d.member_id = p.member_id
    WHERE m.wallet_id = p.wallet_id AND m.message_id = p.message_id AND m.mail = 'WANTED';
END $$;

-- How far inboxes have come, by their wallets: for pages that are open. Nothing is told of what is in them.
CREATE FUNCTION inbox_versions(wallets uuid[]) RETURNS TABLE (wallet_id uuid, version bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT m.wallet_id, count(*) + count(m.read_at) FROM message m WHERE m.wallet_id = ANY (wallets) AND m.inbox GROUP BY m.wallet_id
$$;

-- Forgets messages that are old, in steps. For the worker.
CREATE FUNCTION forget_messages(before timestamptz, most int) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    gone int;
BEGIN
    DELETE FROM message m USING (SELECT x.wallet_id, x.message_id FROM message x WHERE x.written_at < before AND sees_coalition()
        LIMIT most) o
    WHERE m.wallet_id = o.wallet_id AND m.message_id = o.message_id;
    GET DIAGNOSTICS gone = ROW_COUNT;
    RETURN gone;
END $$;

-- A member has shown that mail to this address reaches it: by typing the code that was mailed there.
CREATE FUNCTION verify_address(whose uuid, address bytea, at timestamptz) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    INSERT INTO message_address (wallet_id, member_id, lookup, verified_at)
    SELECT m.wallet_id, m.member_id, address, at FROM member m WHERE m.member_id = whose AND m.status = 'ACTIVE' AND sees_server()
    ON CONFLICT (wallet_id, member_id, lookup) DO UPDATE SET verified_at = EXCLUDED.verified_at, refused_at = NULL, refusal = NULL
$$;
