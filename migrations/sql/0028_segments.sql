-- Segments: what their owners may learn of members. Every door takes the owner (NULL: the coalition), answers nobody who is not
-- the owner, and tells an owner of its own tills alone, but for what members allow by their consent to OFFERS.

ALTER TABLE consent DROP CONSTRAINT ck_consent_purpose,
    ADD CONSTRAINT ck_consent_purpose CHECK (purpose IN ('BALANCE', 'HISTORY', 'REDEMPTION', 'CODES', 'OFFERS'));

-- Purchases come in about the order they occurred, so this index costs postings next to nothing and finds a window's pages.
CREATE INDEX ix_purchase_occurred_at ON purchase USING brin (occurred_at) WITH (pages_per_range = 16, autosummarize = on);

CREATE FUNCTION sees_owner(owner uuid) RETURNS boolean LANGUAGE sql STABLE AS
$$ SELECT CASE WHEN owner IS NULL THEN sees_coalition() ELSE sees_partner(owner) END $$;

-- Members that an owner may mean at all, and since when it knows them.
CREATE FUNCTION segment_members_known(owner uuid) RETURNS TABLE (wallet_id uuid, member_id uuid, since timestamptz)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT sees_owner(owner) THEN
        RETURN;
    ELSIF owner IS NULL THEN
        RETURN QUERY SELECT m.wallet_id, m.member_id, m.joined_at FROM member m WHERE m.status = 'ACTIVE';
    ELSE
        RETURN QUERY SELECT m.wallet_id, m.member_id, l.since FROM link l
            JOIN member m ON m.wallet_id = l.wallet_id AND m.member_id = l.member_id AND m.status = 'ACTIVE'
            WHERE l.partner_id = owner;
    END IF;
END $$;

-- What members bought in a time, less what came back; a purchase of which all came back is none. Follows merges. An owner other
-- than the coalition is told of its own tills, whatever partners are named.
CREATE FUNCTION segment_purchases(owner uuid, places uuid[], since timestamptz, until timestamptz)
RETURNS TABLE (member_id uuid, purchases bigint, amount bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_custom_plan AS $$
BEGIN
    IF NOT sees_owner(owner) THEN
        RETURN;
    END IF;
    RETURN QUERY
    SELECT COALESCE(m.merged_into, m.member_id), count(*), sum(b.net)::bigint
    FROM (
        SELECT p.wallet_id, p.entry_id, p.total - COALESCE(r.back, 0) AS net, p.returns
        FROM purchase p LEFT JOIN LATERAL (
            SELECT sum(a.amount) AS back FROM purchase_return b, unnest(b.amounts) AS a (amount)
            WHERE p.returns > 0 AND b.wallet_id = p.wallet_id AND b.purchase_entry_id = p.entry_id) r ON p.returns > 0
        WHERE p.occurred_at >= since AND p.occurred_at <= until AND (owner IS NULL OR p.partner_id = owner)
            AND (places IS NULL OR p.partner_id = ANY (places))
    ) b
    JOIN entry e ON e.wallet_id = b.wallet_id AND e.entry_id = b.entry_id
    JOIN member m ON m.wallet_id = e.wallet_id AND m.member_id = e.member_id
    WHERE b.returns = 0 OR b.net > 0
    GROUP BY 1;
END $$;

-- The same of goods: of one of the categories and of one of the brands, as far as either is said.
CREATE FUNCTION segment_goods(owner uuid, places uuid[], since timestamptz, until timestamptz, categories text[], brands text[])
RETURNS TABLE (member_id uuid, amount bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_custom_plan AS $$
BEGIN
    IF NOT sees_owner(owner) THEN
        RETURN;
    END IF;
    RETURN QUERY
    WITH wanted AS MATERIALIZED (
        SELECT g.partner_id, g.sku FROM product g
        WHERE (owner IS NULL OR g.partner_id = owner) AND (places IS NULL OR g.partner_id = ANY (places))
            AND (categories IS NULL OR g.category = ANY (categories)) AND (brands IS NULL OR g.brand = ANY (brands))
    ), sold AS (
        SELECT p.wallet_id, p.entry_id, p.returns, sum(l.amount) AS amount, array_agg(l.number) AS numbers
        FROM purchase p CROSS JOIN LATERAL unnest(p.numbers, p.skus, p.amounts) AS l (number, sku, amount)
        JOIN wanted w ON w.partner_id = p.partner_id AND w.sku = l.sku
        WHERE p.occurred_at >= since AND p.occurred_at <= until AND (owner IS NULL OR p.partner_id = owner)
            AND (places IS NULL OR p.partner_id = ANY (places))
        GROUP BY p.wallet_id, p.entry_id
    )
    SELECT COALESCE(m.merged_into, m.member_id), sum(s.amount - COALESCE(r.back, 0))::bigint
    FROM sold s LEFT JOIN LATERAL (
        SELECT sum(a.amount) AS back FROM purchase_return b, unnest(b.numbers, b.amounts) AS a (number, amount)
        WHERE b.wallet_id = s.wallet_id AND b.purchase_entry_id = s.entry_id AND a.number = ANY (s.numbers)) r ON s.returns > 0
    JOIN entry e ON e.wallet_id = s.wallet_id AND e.entry_id = s.entry_id
    JOIN member m ON m.wallet_id = e.wallet_id AND m.member_id = e.member_id
    WHERE s.returns = 0 OR s.amount > COALESCE(r.back, 0)
    GROUP BY 1;
END $$;

-- Whether a member allows a partner offers by what it told and where it shops; the coalition: whether it allows any partner.
CREATE FUNCTION allows_offers(wallet uuid, member uuid, partner uuid) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT FROM consent c WHERE c.wallet_id = wallet AND c.member_id = member AND c.purpose = 'OFFERS'
        AND (partner IS NULL OR c.partner_id = partner) AND consent_stands(c.revoked_at, c.expires_at))
$$;

-- At which partners members bought; a partner is told of those that allow it.
CREATE FUNCTION segment_mix(owner uuid, places uuid[], since timestamptz, until timestamptz)
RETURNS TABLE (member_id uuid, partners uuid[])
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_custom_plan AS $$
BEGIN
    IF NOT sees_owner(owner) THEN
        RETURN;
    END IF;
    RETURN QUERY
    SELECT t.member_id, array_agg(DISTINCT p.partner_id)
    FROM purchase p
    JOIN entry e ON e.wallet_id = p.wallet_id AND e.entry_id = p.entry_id
    JOIN member m ON m.wallet_id = e.wallet_id AND m.member_id = e.member_id
    JOIN member t ON t.member_id = COALESCE(m.merged_into, m.member_id) AND t.status = 'ACTIVE'
    WHERE p.occurred_at >= since AND p.occurred_at <= until AND (places IS NULL OR p.partner_id = ANY (places))
        AND (p.returns = 0 OR p.total > (SELECT COALESCE(sum(a.amount), 0)
            FROM purchase_return b, unnest(b.amounts) AS a (amount)
            WHERE b.wallet_id = p.wallet_id AND b.purchase_entry_id = p.entry_id))
        AND (owner IS NULL OR (t.wallet_id, t.member_id) IN (SELECT c.wallet_id, c.member_id FROM consent c
            WHERE c.partner_id = owner AND c.purpose = 'OFFERS' AND consent_stands(c.revoked_at, c.expires_at)))
    GROUP BY t.member_id;
END $$;

-- What members told of themselves, sealed as it is kept, of those that allow the owner offers by it.
CREATE FUNCTION segment_profiles(owner uuid) RETURNS TABLE (member_id uuid, sealed_key bytea, sealed bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT m.member_id, d.sealed_key, d.sealed FROM member m
    JOIN personal_data d ON d.wallet_id = m.wallet_id AND d.member_id = m.member_id
    WHERE sees_owner(owner) AND m.status = 'ACTIVE' AND allows_offers(m.wallet_id, m.member_id, owner)
$$;

-- In which of these segments members are, at whose tills they stand. At its own tills a segment always counts; at another's it
-- counts for members that allow offers there, since what they earn would tell of them. `at`: as it was then; NULL: as it is.
CREATE FUNCTION segments_held(partners uuid[], wallets uuid[], members uuid[], segments uuid[], at timestamptz)
RETURNS TABLE (place bigint, segment_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT DISTINCT a.place, s.segment_id
    FROM unnest(partners, wallets, members) WITH ORDINALITY AS a (partner, wallet, member, place)
    JOIN segment_member s ON s.wallet_id = a.wallet AND s.member_id = a.member AND s.segment_id = ANY (segments)
        AND CASE WHEN at IS NULL THEN s.until IS NULL ELSE s.since <= at AND (s.until IS NULL OR s.until > at) END
    WHERE s.partner_id = a.partner OR allows_offers(a.wallet, a.member, a.partner)
$$;
