-- What the two sides of a firm did in a cycle: as a maker through all shops, and as a seller at its own tills. Of other shops it is told
-- sums over so many members at least, by cycles alone, so that no two spans differ by one basket; never whose basket, or which.

-- A firm's own goods as they were sold and kept, in its own shop and in all others together; and all that its own tills sold.
CREATE FUNCTION side_sales(firm uuid, since timestamptz, until timestamptz, fewest int)
RETURNS TABLE (side text, baskets bigint, members bigint, units numeric, amount bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH sold AS (
        SELECT p.wallet_id, p.entry_id, e.member_id, p.partner_id = firm AS own_till, l.quantity - COALESCE(b.quantity, 0) AS units,
            l.amount - COALESCE(b.amount, 0) AS amount, d.product_id IS NOT NULL AS own_goods
        FROM purchase p
        JOIN entry e ON e.wallet_id = p.wallet_id AND e.entry_id = p.entry_id
        CROSS JOIN LATERAL unnest(p.numbers, p.skus, p.quantities, p.amounts) AS l (number, sku, quantity, amount)
        LEFT JOIN product d ON d.partner_id = p.partner_id AND d.sku = l.sku
            AND (d.maker_id = firm OR d.maker_id IS NULL AND d.partner_id = firm AND d.private_label)
        LEFT JOIN LATERAL (SELECT sum(x.quantity) AS quantity, sum(x.amount) AS amount FROM purchase_return g
            CROSS JOIN LATERAL unnest(g.numbers, g.quantities, g.amounts) AS x (number, quantity, amount)
            WHERE g.wallet_id = p.wallet_id AND g.purchase_entry_id = p.entry_id AND x.number = l.number) b ON true
        WHERE e.posted_at >= since AND e.posted_at < until AND sees_partner(firm) AND (p.partner_id = firm OR d.product_id IS NOT NULL)
    ), sides AS (
        SELECT CASE WHEN own_till THEN 'OWN_GOODS_HERE' ELSE 'OWN_GOODS_ELSEWHERE' END AS side, s.* FROM sold s WHERE own_goods
        UNION ALL
        SELECT 'ALL_GOODS_HERE', s.* FROM sold s WHERE own_till
    )
    SELECT s.side, count(DISTINCT (s.wallet_id, s.entry_id)), count(DISTINCT s.member_id), sum(s.units), sum(s.amount)::bigint
    FROM sides s GROUP BY s.side HAVING s.side <> 'OWN_GOODS_ELSEWHERE' OR count(DISTINCT s.member_id) >= fewest
$$;

-- Points of a cycle that were awarded or spent where a firm had to do with it: here or elsewhere, paid by it or by others.
CREATE FUNCTION side_points(firm uuid, of_cycle uuid) RETURNS TABLE (kind text, here boolean, ours boolean, points bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT CASE WHEN t.kind = 'ACCRUE' THEN 'AWARDED' ELSE 'SPENT' END,
        CASE WHEN t.kind = 'ACCRUE' THEN t.partner_id = firm ELSE t.redeemer_id = firm END, t.sponsor_id = firm,
        sum(CASE WHEN t.kind = 'UNREDEEM' THEN -t.points ELSE t.points END)::bigint
    FROM transfer t
    WHERE t.cycle_id = of_cycle AND t.kind IN ('ACCRUE', 'REDEEM', 'UNREDEEM') AND sees_partner(firm)
        AND (t.sponsor_id = firm OR CASE WHEN t.kind = 'ACCRUE' THEN t.partner_id ELSE t.redeemer_id END = firm)
    GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
$$;

-- What members did with a maker besides buying, and vouchers taken at a seller's tills; what fewer members did is not counted.
CREATE FUNCTION side_deeds(firm uuid, since timestamptz, until timestamptz, fewest int) RETURNS TABLE (deed text, count bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT d.deed, count(*) FROM (
        SELECT 'CODES_ENTERED' AS deed, u.member_id FROM code_use u JOIN code_batch b ON b.batch_id = u.batch_id
        WHERE b.partner_id = firm AND u.used_at >= since AND u.used_at < until
        UNION ALL
        SELECT 'SURVEYS_ANSWERED', r.member_id FROM survey_response r
        WHERE r.partner_id = firm AND r.completed_at >= since AND r.completed_at < until
        UNION ALL
        SELECT 'REVIEWS_WRITTEN', r.member_id FROM review r WHERE r.maker_id = firm AND r.written_at >= since AND r.written_at < until
        UNION ALL
        SELECT 'TRADED_IN', t.member_id FROM trade_in t
        WHERE t.owner_id = firm AND t.recorded_at >= since AND t.recorded_at < until AND t.reversed_at IS NULL
        UNION ALL
        SELECT 'REGISTERED', r.member_id FROM registration r
        WHERE r.partner_id = firm AND r.registered_at >= since AND r.registered_at < until
    ) d WHERE sees_partner(firm) GROUP BY d.deed HAVING count(DISTINCT d.member_id) >= fewest
    UNION ALL
    SELECT 'VOUCHERS_TAKEN', count(*) FROM voucher_use v
    WHERE v.partner_id = firm AND v.used_at >= since AND v.used_at < until AND v.reversed_entry_id IS NULL AND sees_partner(firm)
$$;
