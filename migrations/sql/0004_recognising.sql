-- The doors to members, as hansa_ledger: look-ups are closed to everything else, so that nobody can walk them.

-- Who is this? A row for each look-up that names an active member; the partner learns its own id for the member, given at
-- the first meeting.
CREATE FUNCTION recognise(lookups bytea[], partner uuid, at timestamptz)
RETURNS TABLE (lookup bytea, wallet_id uuid, member_id uuid, kind text, pairwise_id uuid)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
BEGIN
    INSERT INTO link (wallet_id, member_id, partner_id, pairwise_id, since)
    SELECT DISTINCT r.wallet_id, r.member_id, partner, gen_random_uuid(), at FROM recognition r
    WHERE r.lookup = ANY (lookups) AND NOT EXISTS (SELECT FROM link l WHERE l.wallet_id = r.wallet_id
        AND l.member_id = r.member_id AND l.partner_id = partner)
    ON CONFLICT DO NOTHING;
    RETURN QUERY SELECT r.lookup, r.wallet_id, r.member_id, m.kind::text, l.pairwise_id
    FROM recognition r
    JOIN member m ON m.wallet_id = r.wallet_id AND m.member_id = r.member_id AND m.status = 'ACTIVE'
    JOIN link l ON l.wallet_id = r.wallet_id AND l.member_id = r.member_id AND l.partner_id = partner
    WHERE r.lookup = ANY (lookups);
END $$;

-- The members a partner knows by its own ids.
CREATE FUNCTION recognise_linked(pairwise uuid[], partner uuid)
RETURNS TABLE (asked uuid, wallet_id uuid, member_id uuid, kind text, pairwise_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT l.pairwise_id, m.wallet_id, m.member_id, m.kind::text, l.pairwise_id FROM link l
    JOIN member o ON o.wallet_id = l.wallet_id AND o.member_id = l.member_id
    JOIN member m ON m.member_id = COALESCE(o.merged_into, o.member_id) AND m.status = 'ACTIVE'
    WHERE l.pairwise_id = ANY (pairwise) AND l.partner_id = partner
$$;

-- A member joins: wallet, member, look-ups, personal data and link together, or nothing. Says JOINED, REPLAYED,
-- IDEMPOTENCY_CONFLICT, or the kind of the identifier that already names somebody.
CREATE FUNCTION enrol(request jsonb, at timestamptz)
RETURNS TABLE (outcome text, wallet_id uuid, member_id uuid, kind text, pairwise_id uuid)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    r record;
    old record;
    taken text;
BEGIN
    SELECT * INTO r FROM jsonb_to_record(request) AS x(wallet_id uuid, member_id uuid, partner_id uuid, pairwise_id uuid,
        kind text, idempotency_key text, fingerprint bytea, sealed_key bytea, sealed bytea, identifiers jsonb, consents text[]);
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
    INSERT INTO consent (wallet_id, member_id, partner_id, purpose, given_at)
    SELECT DISTINCT r.wallet_id, r.member_id, r.partner_id, p, at FROM unnest(r.consents) p;
    RETURN QUERY SELECT 'JOINED', r.wallet_id, r.member_id, r.kind, r.pairwise_id;
END $$;

-- Another identifier for a member the partner knows. Says ADDED, ALREADY, or TAKEN.
CREATE FUNCTION identify(pairwise uuid, partner uuid, value bytea, value_kind text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    known record;
    holder uuid;
BEGIN
    SELECT m.wallet_id, m.member_id INTO known FROM recognise_linked(ARRAY[pairwise], partner) m;
    IF NOT FOUND THEN
        RETURN 'MEMBER_NOT_FOUND';
    END IF;
    INSERT INTO recognition (lookup, kind, wallet_id, member_id) VALUES (value, value_kind, known.wallet_id, known.member_id)
    ON CONFLICT DO NOTHING;
    IF FOUND THEN
        RETURN 'ADDED';
    END IF;
    SELECT r.member_id INTO holder FROM recognition r WHERE r.lookup = value;
    RETURN CASE WHEN holder = known.member_id THEN 'ALREADY' ELSE 'TAKEN' END;
END $$;

-- After a merge all that named the one member names the other, and so do those that had been merged into the one.
CREATE FUNCTION repoint(source_wallet uuid, source uuid, target_wallet uuid, target uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    target_wallet := forwarded(target_wallet);
    target := COALESCE((SELECT m.merged_into FROM member m WHERE m.member_id = target AND m.status = 'MERGED'), target);
    UPDATE recognition SET wallet_id = target_wallet, member_id = target WHERE wallet_id = source_wallet AND member_id = source;
    UPDATE member SET status = 'MERGED', merged_into = target WHERE wallet_id = source_wallet AND member_id = source;
    UPDATE member SET merged_into = target WHERE merged_into = source;
    INSERT INTO consent (wallet_id, member_id, partner_id, purpose, given_at, revoked_at)
    SELECT target_wallet, target, c.partner_id, c.purpose, c.given_at, c.revoked_at FROM consent c
    WHERE c.wallet_id = source_wallet AND c.member_id = source ON CONFLICT DO NOTHING;
END $$;

-- A member allows a partner it is known to what it asks for; what stands already stays as it was given.
CREATE FUNCTION consent_to(pairwise uuid, partner uuid, purposes text[], at timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    known record;
BEGIN
    SELECT m.wallet_id, m.member_id INTO known FROM recognise_linked(ARRAY[pairwise], partner) m;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    INSERT INTO consent (wallet_id, member_id, partner_id, purpose, given_at)
    SELECT DISTINCT known.wallet_id, known.member_id, partner, p, at FROM unnest(purposes) p
    WHERE NOT EXISTS (SELECT FROM consent c WHERE c.wallet_id = known.wallet_id AND c.member_id = known.member_id
        AND c.partner_id = partner AND c.purpose = p AND c.revoked_at IS NULL)
    ON CONFLICT DO NOTHING;
    RETURN true;
END $$;

-- A member takes consent back.
CREATE FUNCTION revoke_consent(wallet uuid, member uuid, partner uuid, what text, at timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE consent c SET revoked_at = GREATEST(at, c.given_at) WHERE c.wallet_id = wallet AND c.member_id = member
        AND c.partner_id = partner AND c.purpose = what AND c.revoked_at IS NULL;
    RETURN FOUND;
END $$;
