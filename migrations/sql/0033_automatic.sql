-- Certificates by themselves: points that become vouchers once they reach a step, unless their member saves them.

CREATE TABLE certificate_choice (
    wallet_id uuid NOT NULL,
    member_id uuid NOT NULL,
    reward_id uuid NOT NULL,
    saving boolean NOT NULL,
    step integer CONSTRAINT ck_certificate_choice_step CHECK (step > 0),
    chosen_at timestamptz NOT NULL,
    CONSTRAINT pk_certificate_choice PRIMARY KEY (wallet_id, member_id, reward_id)
);

-- Wallets that may have so many points, a page of them by their ids: what of it has been there since an instant, what their member chose,
-- and how many pieces came by themselves within a window and since a year began.
CREATE FUNCTION certificates_due(reward uuid, fewest bigint, since timestamptz, at timestamptz, window_start timestamptz,
    window_end timestamptz, year_start timestamptz, after uuid, most int, only_wallet uuid)
RETURNS TABLE (wallet_id uuid, member_id uuid, points bigint, aged bigint, saving boolean, step int, in_window bigint, in_year bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT w.wallet_id, m.member_id, COALESCE(l.points, 0)::bigint, COALESCE(l.aged, 0)::bigint, COALESCE(c.saving, false), c.step,
        COALESCE(r.in_window, 0)::bigint, COALESCE(r.in_year, 0)::bigint
    FROM (SELECT x.* FROM wallet x WHERE x.wallet_id > after AND x.merged_into IS NULL AND x.available + x.pending >= fewest
            AND (only_wallet IS NULL OR x.wallet_id = only_wallet)
        ORDER BY x.wallet_id LIMIT most) w
    CROSS JOIN LATERAL (SELECT x.member_id FROM member x WHERE x.wallet_id = w.wallet_id AND x.status = 'ACTIVE'
        ORDER BY x.joined_at, x.member_id LIMIT 1) m
    CROSS JOIN LATERAL (SELECT sum(x.remaining - x.held) AS points, sum(x.remaining - x.held) FILTER (WHERE x.available_at <= since) AS aged
        FROM lot x WHERE x.wallet_id = w.wallet_id AND x.remaining > x.held AND x.available_at <= at
            AND COALESCE(term(x.expires_at, x.inactivity_months, w.active_at) > at, true)) l
    LEFT JOIN certificate_choice c ON c.wallet_id = w.wallet_id AND c.member_id = m.member_id AND c.reward_id = certificates_due.reward
    CROSS JOIN LATERAL (SELECT sum(x.pieces_left) FILTER (WHERE x.redeemed_at >= window_start AND x.redeemed_at < window_end) AS in_window,
            sum(x.pieces_left) FILTER (WHERE x.redeemed_at >= year_start) AS in_year
        FROM reward_redemption x JOIN entry e ON e.wallet_id = x.home_wallet_id AND e.entry_id = x.entry_id
        WHERE x.wallet_id = w.wallet_id AND x.reward_id = certificates_due.reward AND e.channel = 'BY_ITSELF') r
    ORDER BY w.wallet_id
$$;
