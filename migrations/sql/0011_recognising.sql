-- Members joining, met, merged and gone, as consents and grants follow them.

-- As before; only a partner that may meet members meets new ones.
CREATE OR REPLACE FUNCTION recognise(lookups bytea[], partner uuid, at timestamptz)
RETURNS TABLE (lookup bytea, wallet_id uuid, member_id uuid, kind text, pairwise_id uuid)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
BEGIN
    INSERT INTO link (wallet_id, member_id, partner_id, pairwise_id, since)
    SELECT DISTINCT r.wallet_id, r.member_id, partner, gen_random_uuid(), at FROM recognition r
    JOIN partner p ON p.partner_id = partner AND meets_members(p.status)
    WHERE r.lookup = ANY (lookups) AND NOT EXISTS (SELECT FROM link l WHERE l.wallet_id = r.wallet_id
        AND l.member_id = r.member_id AND l.partner_id = partner)
    ON CONFLICT DO NOTHING;
    RETURN QUERY SELECT r.lookup, r.wallet_id, r.member_id, m.kind::text, l.pairwise_id
    FROM recognition r
    JOIN member m ON m.wallet_id = r.wallet_id AND m.member_id = r.member_id AND m.status = 'ACTIVE'
    JOIN link l ON l.wallet_id = r.wallet_id AND l.member_id = r.member_id AND l.partner_id = partner
    WHERE r.lookup = ANY (lookups);
END $$;

-- As before; what the member agreed to while joining is kept with the words it read.
CREATE OR REPLACE FUNCTION enrol(request jsonb, at timestamptz)
RETURNS TABLE (outcome text, wallet_id uuid, member_id uuid, kind text, pairwise_id uuid)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    r record;
    old record;
    taken text;
BEGIN
    SELECT * INTO r FROM jsonb_to_record(request) AS x(wallet_id uuid, member_id uuid, partner_id uuid, pairwise_id uuid,
        kind text, idempotency_key text, fingerprint bytea, sealed_key bytea, sealed bytea, identifiers jsonb, consents text[],
        text_version int);
    PERFORM pg_advisory_xact_lock(hashtextextended(r.partner_id || r.idempotency_key, 0));
    SELECT l.*, m.kind INTO old FROM link l JOIN member m ON m.wallet_id = l.wallet_id AND m.member_id = l.member_id
    WHERE l.partner_id = r.partner_id AND l.enrolment_key = r.idempotency_key;
    IF FOUND THEN
        RETURN QUERY SELECT CASE WHEN old.enrolment_fingerprint = r.fingerprint THEN 'REPLAYED' ELSE 'IDEMPOTENCY_CONFLICT' END,
            old.wallet_id, old.member_id, old.kind::text, old.pairwise_id;
        RETURN;
    END IF;
    IF NOT EXISTS (SELECT FROM partner p WHERE p.partner_id = r.partner_id AND p.status = 'ACTIVE') THEN
        RETURN QUERY SELECT 'PARTNER_NOT_ACTIVE', NULL::uuid, NULL::uuid, NULL::text, NULL::uuid;
        RETURN;
    END IF;
    WITH wanted AS (SELECT * FROM jsonb_to_recordset(r.identifiers) AS i(lookup bytea, kind text)),
    made AS (INSERT INTO recognition (lookup, kind, wallet_id, member_id)
        SELECT w.lookup, w.kind, r.wallet_id, r.member_id FROM wanted w ORDER BY w.lookup ON CONFLICT DO NOTHING RETURNING lookup)
    SELECT min(w.kind) INTO taken FROM wanted w WHERE w.lookup NOT IN (SELECT m.lookup FROM made m);
    IF taken IS NOT NULL THEN
        DELETE FROM recognition x WHERE x.wallet_id = r.wallet_id AND x.member_id = r.member_id;
        RETURN QUERY SELECT taken, NULL::uuid, NULL::uuid, NULL::text, NULL::uuid;
        RETURN;
    END IF;
    INSERT INTO wallet (wallet_id, head, opened_at, active_at)
    VALUES (r.wallet_id, sha256(convert_to(concat_ws(chr(31), 'hansa-1', r.wallet_id, canonical(at)), 'UTF8')), at, at);
    INSERT INTO member (wallet_id, member_id, kind, status, joined_at, joined_through)
    VALUES (r.wallet_id, r.member_id, r.kind, 'ACTIVE', at, r.partner_id);
    INSERT INTO personal_data (wallet_id, member_id, sealed_key, sealed, changed_at)
    VALUES (r.wallet_id, r.member_id, r.sealed_key, r.sealed, at);
    INSERT INTO link (wallet_id, member_id, partner_id, pairwise_id, since, enrolment_key, enrolment_fingerprint)
    VALUES (r.wallet_id, r.member_id, r.partner_id, r.pairwise_id, at, r.idempotency_key, r.fingerprint);
    PERFORM keep_consents(r.wallet_id, r.member_id, r.partner_id, r.consents, at, 'ENROLMENT', COALESCE(r.text_version, 0), NULL);
    RETURN QUERY SELECT 'JOINED', r.wallet_id, r.member_id, r.kind, r.pairwise_id;
END $$;

-- As before, and consents, links and grants go over to the other member. A partner that knew only the one keeps its own id;
-- one that knew both keeps both ids, and each names the member that is left.
CREATE OR REPLACE FUNCTION repoint(source_wallet uuid, source uuid, target_wallet uuid, target uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    target_wallet := forwarded(target_wallet);
    target := COALESCE((SELECT m.merged_into FROM member m WHERE m.member_id = target AND m.status = 'MERGED'), target);
    PERFORM FROM member m WHERE m.member_id IN (source, target) ORDER BY m.member_id FOR UPDATE;
    UPDATE recognition SET wallet_id = target_wallet, member_id = target WHERE wallet_id = source_wallet AND member_id = source;
    UPDATE member SET status = 'MERGED', merged_into = target WHERE wallet_id = source_wallet AND member_id = source;
    UPDATE member SET merged_into = target WHERE merged_into = source;
    UPDATE consent SET wallet_id = target_wallet, member_id = target WHERE wallet_id = source_wallet AND member_id = source;
    UPDATE link t SET since = LEAST(t.since, s.since) FROM link s
    WHERE s.wallet_id = source_wallet AND s.member_id = source AND t.partner_id = s.partner_id
        AND t.wallet_id = target_wallet AND t.member_id = target;
    UPDATE link s SET wallet_id = target_wallet, member_id = target
    WHERE s.wallet_id = source_wallet AND s.member_id = source AND NOT EXISTS (SELECT FROM link t
        WHERE t.partner_id = s.partner_id AND t.wallet_id = target_wallet AND t.member_id = target);
    UPDATE oauth_grant SET member_id = target WHERE member_id = source;
END $$;

-- A member that is gone allows nothing any more.
CREATE FUNCTION end_with_member() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE consent c SET revoked_at = GREATEST(coalition_time(), c.given_at)
    WHERE c.wallet_id = NEW.wallet_id AND c.member_id = NEW.member_id AND c.revoked_at IS NULL;
    UPDATE oauth_grant SET revoked_at = now() WHERE member_id = NEW.member_id AND revoked_at IS NULL;
    RETURN NULL;
END $$;

CREATE TRIGGER member_closed_ends_consents AFTER UPDATE OF status ON member
    FOR EACH ROW WHEN (NEW.status = 'CLOSED' AND OLD.status <> 'CLOSED') EXECUTE FUNCTION end_with_member();

-- Whether a look-up names this very member: for a client that acts on the member's behalf and may meet nobody else.
CREATE FUNCTION is_named(value bytea, whose uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$ SELECT EXISTS (SELECT FROM recognition r WHERE r.lookup = value AND r.member_id = whose) $$;

-- Whether one member is, or has become, the other.
CREATE FUNCTION has_become(one uuid, other uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$ SELECT one = other OR EXISTS (SELECT FROM member m WHERE m.member_id = one AND m.merged_into = other) $$;
