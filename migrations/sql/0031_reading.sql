DROP FUNCTION read_redemption(text, uuid, uuid);

-- A redemption, direct or authorized: what was asked, spent and taken back, whose points were drawn, and what it was for.
CREATE FUNCTION read_redemption(sight text, wallet uuid, redemption uuid)
RETURNS TABLE (wallet_id uuid, entry_id uuid, member_id uuid, partner_id uuid, outlet_id uuid, occurred_at timestamptz, state text,
    points bigint, spent bigint, reversed bigint, holds_until timestamptz, spent_by uuid, draws jsonb, reward jsonb)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT e.wallet_id, e.entry_id, e.member_id, e.partner_id, e.outlet_id, e.occurred_at, COALESCE(h.state, 'CAPTURED')::text,
        COALESCE(h.points, d.spent, 0), COALESCE(d.spent, 0), COALESCE(u.points, 0), h.expires_at, s.entry_id,
        COALESCE(d.draws, '[]'), CASE WHEN e.content IS NOT NULL THEN (SELECT to_jsonb(r) FROM reward_of(e.wallet_id, e.entry_id) r) END
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
