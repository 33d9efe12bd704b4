-- What a look back over past purchases reads. Each door takes whose purchases (NULL: the coalition asks, for all of them), answers
-- nobody else, and tells a partner of its own tills alone. Arrays come as text, so that a COPY of them is columns at once.

CREATE FUNCTION backtest_purchases(owner uuid, since timestamptz, until timestamptz)
RETURNS TABLE (
    entry_id uuid, partner_id uuid, outlet_id uuid, wallet_id uuid, member_id uuid, at bigint, posted bigint, version bigint,
    channel varchar, tier text, joined bigint, tenders text, numbers text, skus text, quantities text, amounts text
)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp SET work_mem = '64MB' AS $$
    SELECT p.entry_id, p.partner_id, p.outlet_id, p.wallet_id, e.member_id, (extract(epoch FROM p.occurred_at) * 1000000)::bigint,
        (extract(epoch FROM e.posted_at) * 1000000)::bigint, e.version, e.channel, p.facts ->> 'tier',
        (extract(epoch FROM m.joined_at) * 1000000)::bigint, (p.facts -> 'tenders')::text, array_to_string(p.numbers, ','),
        array_to_string(p.skus, E'\x1f'), array_to_string(p.quantities, ','), array_to_string(p.amounts, ',')
    FROM purchase p
    JOIN entry e ON e.wallet_id = p.wallet_id AND e.entry_id = p.entry_id
    LEFT JOIN member m ON m.wallet_id = e.wallet_id AND m.member_id = e.member_id
    WHERE sees_owner(owner) AND (owner IS NULL OR p.partner_id = owner) AND p.occurred_at >= since AND p.occurred_at < until
$$;

-- What was taken off lines of the same purchases, in minor units; lines off which nothing was are left out.
CREATE FUNCTION backtest_discounts(owner uuid, since timestamptz, until timestamptz)
RETURNS TABLE (entry_id uuid, number int, discount bigint, coupon bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT p.entry_id, d.key::int, (d.value -> 0)::bigint, (d.value -> 1)::bigint
    FROM purchase p, jsonb_each(p.facts -> 'discounts') d
    WHERE sees_owner(owner) AND (owner IS NULL OR p.partner_id = owner) AND p.occurred_at >= since AND p.occurred_at < until
$$;

-- In which of these segments the members of the same purchases were as they were posted; a segment that nobody had looked at by then
-- counts as it was first found. Another's segment counts for members that allow offers there, as at the tills.
CREATE FUNCTION backtest_segments(owner uuid, since timestamptz, until timestamptz, segments uuid[])
RETURNS TABLE (entry_id uuid, segment_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH first AS (
        SELECT s.segment_id, min(s.since) AS found FROM segment_member s WHERE s.segment_id = ANY (segments) GROUP BY s.segment_id
    ), held AS MATERIALIZED (
        SELECT s.*, CASE WHEN s.since <= f.found THEN '-infinity' ELSE s.since END AS held_since
        FROM segment_member s JOIN first f ON f.segment_id = s.segment_id
    )
    SELECT DISTINCT p.entry_id, h.segment_id
    FROM purchase p
    JOIN entry e ON e.wallet_id = p.wallet_id AND e.entry_id = p.entry_id
    JOIN held h ON h.wallet_id = e.wallet_id AND h.member_id = e.member_id
        AND h.held_since <= e.posted_at AND (h.until IS NULL OR h.until > e.posted_at)
    WHERE sees_owner(owner) AND (owner IS NULL OR p.partner_id = owner) AND p.occurred_at >= since AND p.occurred_at < until
        AND (h.partner_id = p.partner_id OR allows_offers(h.wallet_id, h.member_id, p.partner_id))
$$;
