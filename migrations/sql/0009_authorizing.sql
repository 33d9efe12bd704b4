-- The doors of the authorization server: one-time numbers, and the member behind a grant.

-- Uses a number up, named by its hash: true the first time, false ever after, whichever server asks. It is asked with every
-- request that proves a key, so it waits for no disk: what a crash forgets in its last moments has to be stolen within them.
CREATE FUNCTION use_once(number_hash bytea, until timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM set_config('synchronous_commit', 'off', true);
    INSERT INTO used_jti (jti_hash, expires_at) VALUES (number_hash, until) ON CONFLICT DO NOTHING;
    RETURN FOUND;
END $$;

-- The partner's own id for a member who signed in, given at the first meeting; none for a member who is no more. Where the
-- partner knows the member by a card that was merged into this one, that id stays.
CREATE FUNCTION link_signed_in(member_asked uuid, partner uuid, at timestamptz) RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    known uuid;
BEGIN
    INSERT INTO link (wallet_id, member_id, partner_id, pairwise_id, since)
    SELECT m.wallet_id, m.member_id, partner, gen_random_uuid(), at FROM member m
    WHERE m.member_id = member_asked AND m.status = 'ACTIVE' AND sees_server() AND NOT EXISTS (
        SELECT FROM link l JOIN member o ON o.wallet_id = l.wallet_id AND o.member_id = l.member_id
        WHERE l.partner_id = partner AND COALESCE(o.merged_into, o.member_id) = member_asked)
    ON CONFLICT DO NOTHING;
    SELECT l.pairwise_id INTO known FROM member m
    JOIN member o ON o.member_id = m.member_id OR o.merged_into = m.member_id
    JOIN link l ON l.wallet_id = o.wallet_id AND l.member_id = o.member_id AND l.partner_id = partner
    WHERE m.member_id = member_asked AND m.status = 'ACTIVE' AND sees_server()
    ORDER BY o.member_id = m.member_id DESC, l.since, l.pairwise_id LIMIT 1;
    RETURN known;
END $$;

-- Who stands behind a grant at this moment, a merge followed, and for which purposes the consent stands.
CREATE FUNCTION granting_member(pairwise uuid, partner uuid)
RETURNS TABLE (wallet_id uuid, member_id uuid, kind text, purposes text[])
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT m.wallet_id, m.member_id, m.kind::text, ARRAY(SELECT c.purpose::text FROM consent c
        WHERE c.wallet_id = m.wallet_id AND c.member_id = m.member_id AND c.partner_id = partner AND c.revoked_at IS NULL)
    FROM link l
    JOIN member o ON o.wallet_id = l.wallet_id AND o.member_id = l.member_id
    JOIN member m ON m.member_id = COALESCE(o.merged_into, o.member_id) AND m.status = 'ACTIVE'
    WHERE l.pairwise_id = pairwise AND l.partner_id = partner AND sees_server()
$$;
