-- Hot reads: one call each, as hansa_ledger; they take the viewer's sight and check it themselves;
-- a partner sees what the member has consented to. A wallet that the viewer may
-- not see answers as one that does not exist.

CREATE FUNCTION may_see_wallet(sight text, wallet uuid, what text) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT CASE split_part(sight, ':', 1)
        WHEN 'coalition' THEN true
        WHEN 'member' THEN EXISTS (SELECT FROM member m
            WHERE m.wallet_id = wallet AND m.member_id = split_part(sight, ':', 2)::uuid AND m.status = 'ACTIVE')
        WHEN 'partner' THEN EXISTS (SELECT FROM consent c WHERE c.wallet_id = wallet AND c.revoked_at IS NULL
            AND c.partner_id = split_part(sight, ':', 2)::uuid AND c.purpose = what)
        ELSE false END
$$;

-- A wallet as it stands at an instant, whatever the jobs have or have not swept: its lots summed by sponsor, by whether they
-- still wait, and by the day their term ends.
CREATE FUNCTION read_wallet(sight text, wallet uuid, at timestamptz)
RETURNS TABLE (wallet_id uuid, version bigint, held bigint, debt bigint, opened_at timestamptz, lots jsonb)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT w.wallet_id, w.version, w.held, w.debt, w.opened_at, COALESCE((
        SELECT jsonb_agg(jsonb_build_object('sponsor_id', s.sponsor_id, 'points', s.points, 'waits_until', s.waits_until,
            'expires_at', s.ends))
        FROM (
            SELECT l.sponsor_id, sum(l.remaining - l.held) AS points,
                CASE WHEN l.available_at > at THEN l.available_at END AS waits_until,
                term(l.expires_at, l.inactivity_months, w.active_at) AS ends
            FROM lot l WHERE l.wallet_id = w.wallet_id AND l.remaining > l.held
                AND COALESCE(term(l.expires_at, l.inactivity_months, w.active_at) > at, true)
            GROUP BY 1, 3, 4
        ) s), '[]')
    FROM wallet w WHERE w.wallet_id = wallet AND may_see_wallet(sight, wallet, 'BALANCE')
$$;

-- The wallet's entries, newest first: all of them for its members and the coalition, a partner's own for the partner.
CREATE FUNCTION read_activity(sight text, wallet uuid, before bigint, most int)
RETURNS TABLE (wallet_id uuid, entry_id uuid, version bigint, kind text, partner_id uuid, outlet_id uuid, reference text,
    occurred_at timestamptz, posted_at timestamptz, refers_to uuid, transfers jsonb)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT e.wallet_id, e.entry_id, e.version, e.kind::text, e.partner_id, e.outlet_id, e.reference::text, e.occurred_at,
        e.posted_at, e.refers_to, COALESCE((
            SELECT jsonb_agg(jsonb_build_object('kind', t.kind, 'debit', t.debit, 'credit', t.credit, 'points', t.points,
                'sponsor_id', t.sponsor_id, 'redeemer_id', t.redeemer_id, 'campaign_id', t.campaign_id,
                'campaign_version', t.campaign_version, 'available_at', t.available_at, 'expires_at', t.expires_at) ORDER BY t.n)
            FROM transfer t WHERE t.wallet_id = e.wallet_id AND t.entry_id = e.entry_id), '[]')
    FROM entry e
    WHERE e.wallet_id = wallet AND (before IS NULL OR e.version < before) AND may_see_wallet(sight, wallet, 'HISTORY')
        AND (split_part(sight, ':', 1) <> 'partner' OR e.partner_id = split_part(sight, ':', 2)::uuid)
    ORDER BY e.version DESC LIMIT most
$$;

-- Which of these wallets have moved on: for pages that are open.
CREATE FUNCTION read_versions(wallets uuid[]) RETURNS TABLE (wallet_id uuid, version bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$ SELECT w.wallet_id, w.version FROM wallet w WHERE w.wallet_id = ANY (wallets) $$;

-- A redemption, direct or authorized: what was asked, spent and taken back, and whose points were drawn.
CREATE FUNCTION read_redemption(sight text, wallet uuid, redemption uuid)
RETURNS TABLE (wallet_id uuid, entry_id uuid, member_id uuid, partner_id uuid, outlet_id uuid, occurred_at timestamptz, state text,
    points bigint, spent bigint, reversed bigint, holds_until timestamptz, spent_by uuid, draws jsonb)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT e.wallet_id, e.entry_id, e.member_id, e.partner_id, e.outlet_id, e.occurred_at, COALESCE(h.state, 'CAPTURED')::text,
        COALESCE(h.points, d.spent), COALESCE(d.spent, 0), COALESCE(u.points, 0), h.expires_at, s.entry_id,
        COALESCE(d.draws, '[]')
    FROM entry e
    LEFT JOIN hold h ON h.wallet_id = e.wallet_id AND h.hold_id = e.entry_id
    LEFT JOIN entry c ON e.kind = 'AUTHORIZATION' AND c.wallet_id = e.wallet_id AND c.refers_to = e.entry_id AND c.kind = 'CAPTURE'
    CROSS JOIN LATERAL (SELECT COALESCE(c.entry_id, CASE WHEN e.kind = 'REDEMPTION' THEN e.entry_id END) AS entry_id) s
    LEFT JOIN LATERAL (
        SELECT sum(x.points)::bigint AS spent, jsonb_agg(jsonb_build_object('sponsor_id', x.sponsor_id, 'points', x.points)) AS draws
        FROM (SELECT t.sponsor_id, sum(t.points) AS points FROM transfer t
            WHERE t.wallet_id = e.wallet_id AND t.entry_id = s.entry_id AND t.kind = 'REDEEM' GROUP BY t.sponsor_id) x
    ) d ON true
    LEFT JOIN LATERAL (
        SELECT sum(t.points)::bigint AS points FROM entry r JOIN transfer t ON t.wallet_id = r.wallet_id AND t.entry_id = r.entry_id
        WHERE r.wallet_id = e.wallet_id AND r.refers_to = s.entry_id AND t.kind = 'UNREDEEM'
    ) u ON true
    WHERE e.wallet_id = wallet AND e.entry_id = redemption AND e.kind IN ('REDEMPTION', 'AUTHORIZATION')
        AND (split_part(sight, ':', 1) = 'partner' AND e.partner_id = split_part(sight, ':', 2)::uuid
            OR split_part(sight, ':', 1) <> 'partner' AND may_see_wallet(sight, wallet, 'HISTORY'))
$$;
