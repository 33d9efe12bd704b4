-- Consents with an id, the words that were read, the way they were given, and an end. One rule says whether a consent stands,
-- and every door that tells a partner of a member asks it.

ALTER TABLE consent
    ADD COLUMN consent_id uuid NOT NULL DEFAULT gen_random_uuid(),
    ADD COLUMN text_version int NOT NULL DEFAULT 0,
    ADD COLUMN given_through varchar NOT NULL DEFAULT 'COUNTER',
    ADD COLUMN expires_at timestamptz,
    DROP CONSTRAINT pk_consent,
    ADD CONSTRAINT pk_consent PRIMARY KEY (wallet_id, consent_id);

-- What a counter had written down of spending in a member's name was never the member's own act: it ends here.
SET LOCAL ROLE hansa_ledger;
UPDATE consent SET revoked_at = GREATEST(given_at, now()) WHERE purpose IN ('REDEMPTION', 'CODES') AND revoked_at IS NULL;

-- Members merged before now: their consents were copied, and end where they were; a partner's only id goes over.
UPDATE consent c SET revoked_at = GREATEST(c.given_at, now()) FROM member m
WHERE m.wallet_id = c.wallet_id AND m.member_id = c.member_id AND m.status = 'MERGED' AND c.revoked_at IS NULL;
UPDATE link s SET wallet_id = x.wallet_id, member_id = x.member_id FROM (
    SELECT DISTINCT ON (l.partner_id, t.member_id) l.pairwise_id, t.wallet_id, t.member_id
    FROM link l JOIN member o ON o.wallet_id = l.wallet_id AND o.member_id = l.member_id JOIN member t ON t.member_id = o.merged_into
    WHERE NOT EXISTS (SELECT FROM link k
        WHERE k.wallet_id = t.wallet_id AND k.member_id = t.member_id AND k.partner_id = l.partner_id)
    ORDER BY l.partner_id, t.member_id, l.since, l.pairwise_id) x
WHERE s.pairwise_id = x.pairwise_id;
RESET ROLE;

ALTER TABLE consent
    ALTER COLUMN consent_id DROP DEFAULT,
    ALTER COLUMN text_version DROP DEFAULT,
    ALTER COLUMN given_through DROP DEFAULT,
    ADD CONSTRAINT ck_consent_text_version CHECK (text_version >= 0),
    ADD CONSTRAINT ck_consent_given_through CHECK (given_through IN ('PAGE', 'COUNTER', 'ENROLMENT')),
    ADD CONSTRAINT ck_consent_expires CHECK (expires_at > given_at),
    ADD CONSTRAINT ck_consent_acts_are_members_own
        CHECK (purpose NOT IN ('REDEMPTION', 'CODES') OR given_through = 'PAGE' OR revoked_at IS NOT NULL);

CREATE INDEX ix_consent_member_id ON consent (member_id);

-- The coalition's time: a sandbox's clock where it was set, the real time elsewhere.
CREATE FUNCTION coalition_time() RETURNS timestamptz LANGUAGE sql STABLE AS
$$ SELECT COALESCE((SELECT c.clock_at FROM coalition c LIMIT 1), now()) $$;

-- Whether a consent stands: given, not revoked, not past.
CREATE FUNCTION consent_stands(revoked_at timestamptz, expires_at timestamptz) RETURNS boolean LANGUAGE sql STABLE AS
$$ SELECT revoked_at IS NULL AND (expires_at IS NULL OR expires_at > coalition_time()) $$;

-- Whether a partner may meet members: one that trades, or leaves and still honours points. The rule on the status alone is
-- for the hot reads, whose plans take it in; a call of its own would cost as much as all the rest.
CREATE FUNCTION meets_members(status varchar) RETURNS boolean LANGUAGE sql IMMUTABLE AS
$$ SELECT status IN ('ACTIVE', 'LEAVING') $$;

CREATE FUNCTION serves_members(partner uuid) RETURNS boolean LANGUAGE sql STABLE AS
$$ SELECT EXISTS (SELECT FROM partner p WHERE p.partner_id = partner AND meets_members(p.status)) $$;

CREATE OR REPLACE FUNCTION may_see_wallet(sight text, wallet uuid, what text) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT CASE split_part(sight, ':', 1)
        WHEN 'coalition' THEN true
        WHEN 'member' THEN EXISTS (SELECT FROM member m
            WHERE m.wallet_id = wallet AND m.member_id = split_part(sight, ':', 2)::uuid AND m.status = 'ACTIVE')
        WHEN 'partner' THEN EXISTS (SELECT FROM consent c
            JOIN partner p ON p.partner_id = c.partner_id AND meets_members(p.status)
            WHERE c.wallet_id = wallet AND c.partner_id = split_part(sight, ':', 2)::uuid AND c.purpose = what
                AND consent_stands(c.revoked_at, c.expires_at))
        ELSE false END
$$;

-- Writes what a member agrees to. What is told at a counter leaves alone what stands; what the member itself says on a page
-- takes the place of what was said otherwise: at a counter, in older words, or until another day.
CREATE FUNCTION keep_consents(wallet uuid, whose uuid, partner uuid, purposes text[], at timestamptz, through text, version int,
    until timestamptz) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM member m WHERE m.wallet_id = wallet AND m.member_id = whose FOR UPDATE;
    UPDATE consent c SET revoked_at = GREATEST(at, c.given_at)
    WHERE c.wallet_id = wallet AND c.member_id = whose AND c.partner_id = partner AND c.purpose = ANY (purposes)
        AND consent_stands(c.revoked_at, c.expires_at) AND through = 'PAGE'
        AND (c.given_through <> 'PAGE' OR c.text_version < version OR c.expires_at IS DISTINCT FROM until);
    INSERT INTO consent (wallet_id, consent_id, member_id, partner_id, purpose, given_at, given_through, text_version, expires_at)
    SELECT wallet, gen_random_uuid(), whose, partner, p.purpose, at, through, version, until
    FROM (SELECT DISTINCT unnest(purposes) AS purpose) p
    WHERE NOT EXISTS (SELECT FROM consent c WHERE c.wallet_id = wallet AND c.member_id = whose AND c.partner_id = partner
        AND c.purpose = p.purpose AND consent_stands(c.revoked_at, c.expires_at));
END $$;

-- A counter writes down what a member said there. The last arguments are for servers that do not know them yet.
DROP FUNCTION consent_to(uuid, uuid, text[], timestamptz);
CREATE FUNCTION consent_to(pairwise uuid, partner uuid, purposes text[], at timestamptz, version int DEFAULT 0,
    until timestamptz DEFAULT NULL) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    known record;
BEGIN
    SELECT m.wallet_id, m.member_id INTO known FROM recognise_linked(ARRAY[pairwise], partner) m;
    IF NOT FOUND OR NOT serves_members(partner) THEN
        RETURN false;
    END IF;
    PERFORM keep_consents(known.wallet_id, known.member_id, partner, purposes, at, 'COUNTER', version, until);
    RETURN true;
END $$;

-- A member itself agrees, on a page of ours; a partner that did not know the member learns of it by this. Says the partner's
-- own id for the member, or nothing where member or partner are not there to agree. `at` is the coalition's time if not said.
CREATE FUNCTION consent_of(whose uuid, partner uuid, purposes text[], version int, until timestamptz, at timestamptz)
RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    mine record;
    known uuid;
BEGIN
    SELECT m.wallet_id, m.member_id INTO mine FROM member m
    WHERE m.member_id = whose AND m.status = 'ACTIVE' AND (sees_server() OR sees_member(whose));
    IF NOT FOUND OR NOT serves_members(partner) THEN
        RETURN NULL;
    END IF;
    at := COALESCE(at, coalition_time());
    INSERT INTO link (wallet_id, member_id, partner_id, pairwise_id, since)
    VALUES (mine.wallet_id, mine.member_id, partner, gen_random_uuid(), at) ON CONFLICT DO NOTHING;
    PERFORM keep_consents(mine.wallet_id, mine.member_id, partner, purposes, at, 'PAGE', version, until);
    SELECT l.pairwise_id INTO known FROM link l
    WHERE l.wallet_id = mine.wallet_id AND l.member_id = mine.member_id AND l.partner_id = partner;
    RETURN known;
END $$;

-- A member takes consents back: some purposes of a partner, or all. Says how many stood.
CREATE FUNCTION end_consents(whose uuid, partner uuid, purposes text[], at timestamptz) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    ended int;
BEGIN
    UPDATE consent c SET revoked_at = GREATEST(COALESCE(at, coalition_time()), c.given_at)
    WHERE c.member_id = whose AND c.partner_id = partner AND (purposes IS NULL OR c.purpose = ANY (purposes))
        AND consent_stands(c.revoked_at, c.expires_at) AND (sees_server() OR sees_member(whose));
    GET DIAGNOSTICS ended = ROW_COUNT;
    RETURN ended;
END $$;

-- For servers of the release before.
CREATE OR REPLACE FUNCTION revoke_consent(wallet uuid, member uuid, partner uuid, what text, at timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE consent c SET revoked_at = GREATEST(at, c.given_at) WHERE c.wallet_id = wallet AND c.member_id = member
        AND c.partner_id = partner AND c.purpose = what AND consent_stands(c.revoked_at, c.expires_at);
    RETURN FOUND;
END $$;

-- What a member allows a partner at this moment; nothing while the partner may not meet members. Follows merges.
CREATE FUNCTION consents_standing(whose uuid, partner uuid) RETURNS text[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT COALESCE(array_agg(DISTINCT c.purpose::text), '{}')
    FROM member o JOIN consent c ON c.member_id = COALESCE(o.merged_into, o.member_id)
    WHERE o.member_id = whose AND c.partner_id = partner AND consent_stands(c.revoked_at, c.expires_at)
        AND serves_members(partner) AND (sees_server() OR sees_member(whose) OR sees_partner(partner))
$$;

-- All that a member ever allowed, the newest first.
CREATE FUNCTION consents_of(whose uuid) RETURNS SETOF consent
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT c.* FROM consent c WHERE c.member_id = whose AND (sees_server() OR sees_member(whose))
    ORDER BY c.given_at DESC, c.purpose
$$;

-- Which partners know a member, and since when.
CREATE FUNCTION links_of(whose uuid) RETURNS TABLE (partner_id uuid, since timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT l.partner_id, l.since FROM link l WHERE l.member_id = whose AND (sees_server() OR sees_member(whose))
    ORDER BY l.since, l.partner_id
$$;

-- What a member granted to partners' clients and did not take back, the newest first. Grants end by the real time.
CREATE FUNCTION grants_of(whose uuid) RETURNS TABLE (grant_id uuid, partner_id uuid, client_name varchar, scopes text[],
    created_at timestamptz, expires_at timestamptz, last_used_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT g.grant_id, g.partner_id, c.name, g.scopes, g.created_at, g.expires_at, g.last_used_at
    FROM oauth_grant g JOIN client c ON c.client_id = g.client_id
    WHERE g.member_id = whose AND g.revoked_at IS NULL AND g.expires_at > now() AND c.revoked_at IS NULL
        AND (sees_server() OR sees_member(whose))
    ORDER BY g.created_at DESC, g.grant_id
$$;
