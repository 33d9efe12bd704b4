-- A wallet as it stood at an instant of the past, worked out from what was posted until then; its form is that of
-- read_wallet, and it says what read_wallet said then. Whoever may see the wallet's history may see it.

CREATE FUNCTION read_wallet_at(sight text, wallet uuid, at timestamptz)
RETURNS TABLE (wallet_id uuid, version bigint, held bigint, debt bigint, opened_at timestamptz, lots jsonb)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH happened AS (
        SELECT e.version, e.kind AS entry_kind, e.posted_at, t.*
        FROM entry e LEFT JOIN transfer t ON t.wallet_id = e.wallet_id AND t.entry_id = e.entry_id
        WHERE e.wallet_id = wallet AND e.posted_at <= at),
    stood AS (
        SELECT w.wallet_id, w.opened_at, COALESCE(max(h.version), 0) AS version,
            GREATEST(w.opened_at, max(h.posted_at)
                FILTER (WHERE h.entry_kind IN ('PURCHASE', 'REDEMPTION', 'AUTHORIZATION', 'CAPTURE', 'MOVE_IN'))) AS active_at,
            COALESCE(sum((h.credit = 'HELD')::int * h.points - (h.debit = 'HELD')::int * h.points), 0)::bigint AS held,
            COALESCE(sum((h.debit = 'DEBT')::int * h.points - (h.credit = 'DEBT')::int * h.points), 0)::bigint AS debt
        FROM wallet w LEFT JOIN happened h ON true
        WHERE w.wallet_id = wallet AND may_see_wallet(sight, wallet, 'HISTORY')
        GROUP BY w.wallet_id, w.opened_at),
    of_lot AS (  -- a reversal may have given a lot a new term; it was made with its first
        SELECT h.lot_id, h.sponsor_id,
            sum((h.credit IN ('PENDING', 'AVAILABLE'))::int * h.points - (h.debit IN ('PENDING', 'AVAILABLE'))::int * h.points)
                AS points,
            (array_agg(h.available_at ORDER BY h.version, h.n) FILTER (WHERE made))[1] AS available_at,
            (array_agg(h.expires_at ORDER BY again DESC, h.version DESC, h.n DESC) FILTER (WHERE made OR again))[1] AS expires_at,
            CASE WHEN NOT bool_or(again)
                THEN (array_agg(h.inactivity_months ORDER BY h.version, h.n) FILTER (WHERE made))[1] END AS inactivity_months
        FROM happened h
        CROSS JOIN LATERAL (SELECT h.debit IN ('ISSUED', 'TRANSIT') AND h.credit IN ('PENDING', 'AVAILABLE') AS made,
            h.kind = 'UNREDEEM' AND h.expires_at IS NOT NULL AS again) was
        WHERE h.lot_id IS NOT NULL GROUP BY 1, 2)
    SELECT s.wallet_id, s.version, s.held, s.debt, s.opened_at, COALESCE((
        SELECT jsonb_agg(jsonb_build_object('sponsor_id', b.sponsor_id, 'points', b.points, 'waits_until', b.waits_until,
            'expires_at', b.ends))
        FROM (
            SELECT l.sponsor_id, sum(l.points) AS points, CASE WHEN l.available_at > at THEN l.available_at END AS waits_until,
                term(l.expires_at, l.inactivity_months, s.active_at) AS ends
            FROM of_lot l
            WHERE l.points > 0 AND COALESCE(term(l.expires_at, l.inactivity_months, s.active_at) > at, true)
            GROUP BY 1, 3, 4
        ) b), '[]')
    FROM stood s
$$;
