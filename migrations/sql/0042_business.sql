-- Business members: firms whose wallet several people use, each as its role lets it. The firm is a member as any other, so what it
-- buys, has and spends stands in the books as everybody's does; here stands who it is, who serves it, and who acts for it.

CREATE TABLE business (
    business_id uuid CONSTRAINT pk_business PRIMARY KEY,
    wallet_id uuid NOT NULL,
    member_id uuid NOT NULL CONSTRAINT uq_business_member_id UNIQUE,
    kind varchar NOT NULL CONSTRAINT ck_business_kind CHECK (kind IN ('DISTRIBUTOR', 'WHOLESALER', 'RETAILER', 'CATERER', 'OFFICE', 'OTHER')),
    name varchar NOT NULL CONSTRAINT ck_business_name_length CHECK (length(name) BETWEEN 1 AND 200),
    registered_by uuid NOT NULL CONSTRAINT fk_business_registered_by REFERENCES partner,
    registered_at timestamptz NOT NULL,
    registration bytea CONSTRAINT uq_business_registration UNIQUE,
    vat bytea CONSTRAINT uq_business_vat UNIQUE,
    ends_in varchar,
    closed_at timestamptz
);

CREATE TABLE business_service (
    business_id uuid NOT NULL CONSTRAINT fk_business_service_business_id REFERENCES business,
    partner_id uuid NOT NULL CONSTRAINT fk_business_service_partner_id REFERENCES partner,
    state varchar NOT NULL CONSTRAINT ck_business_service_state CHECK (state IN ('PENDING', 'ACTIVE', 'ENDED')),
    registered_at timestamptz NOT NULL,
    decided_at timestamptz,
    decided_by uuid,
    ended_at timestamptz,
    CONSTRAINT pk_business_service PRIMARY KEY (business_id, partner_id),
    CONSTRAINT ck_business_service_decided CHECK (state <> 'ACTIVE' OR decided_at IS NOT NULL),
    CONSTRAINT ck_business_service_ended CHECK ((state = 'ENDED') = (ended_at IS NOT NULL))
);
CREATE INDEX ix_business_service_partner_id_business_id ON business_service (partner_id, business_id);

CREATE TABLE business_user (
    user_id uuid CONSTRAINT pk_business_user PRIMARY KEY,
    business_id uuid NOT NULL CONSTRAINT fk_business_user_business_id REFERENCES business,
    member_id uuid,
    role varchar NOT NULL CONSTRAINT ck_business_user_role CHECK (role IN ('OWNER', 'BUYER', 'VIEWER')),
    state varchar NOT NULL CONSTRAINT ck_business_user_state CHECK (state IN ('INVITED', 'ACTIVE', 'REMOVED')),
    token bytea CONSTRAINT uq_business_user_token UNIQUE,
    sealed_key bytea,
    sealed bytea,
    invited_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    joined_at timestamptz,
    removed_at timestamptz,
    CONSTRAINT ck_business_user_member CHECK (state <> 'ACTIVE' OR member_id IS NOT NULL AND joined_at IS NOT NULL),
    CONSTRAINT ck_business_user_removed CHECK ((state = 'REMOVED') = (removed_at IS NOT NULL))
);
CREATE INDEX ix_business_user_business_id ON business_user (business_id);
CREATE UNIQUE INDEX uq_business_user_once ON business_user (business_id, member_id) WHERE state = 'ACTIVE';
CREATE INDEX ix_business_user_member_id ON business_user (member_id);

-- Who of a firm did what stands in the firm's wallet.
CREATE TABLE business_act (
    wallet_id uuid NOT NULL,
    entry_id uuid NOT NULL,
    business_id uuid NOT NULL CONSTRAINT fk_business_act_business_id REFERENCES business,
    user_id uuid NOT NULL CONSTRAINT fk_business_act_user_id REFERENCES business_user,
    partner_id uuid NOT NULL,
    noted_at timestamptz NOT NULL,
    CONSTRAINT pk_business_act PRIMARY KEY (wallet_id, entry_id)
);

-- A segment of firms that is kept by itself: all of some kinds, and those put in by hand.
CREATE TABLE business_group (
    segment_id uuid CONSTRAINT pk_business_group PRIMARY KEY,
    partner_id uuid NOT NULL CONSTRAINT fk_business_group_partner_id REFERENCES partner,
    kinds varchar[] NOT NULL,
    made_at timestamptz NOT NULL
);
CREATE INDEX ix_business_group_partner_id ON business_group (partner_id);
CREATE TABLE business_group_member (
    segment_id uuid NOT NULL CONSTRAINT fk_business_group_member_segment_id REFERENCES business_group,
    business_id uuid NOT NULL CONSTRAINT fk_business_group_member_business_id REFERENCES business,
    partner_id uuid NOT NULL,
    put_in_at timestamptz NOT NULL,
    CONSTRAINT pk_business_group_member PRIMARY KEY (segment_id, business_id)
);

-- A firm joins by a partner. One whose numbers are known is met by its card, not made again: the partner then serves it as others do.
CREATE FUNCTION register_business(request jsonb, at timestamptz) RETURNS TABLE (outcome text, business_id uuid)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    r record;
    same record;
    made record;
    one business;
BEGIN
    SELECT * INTO r FROM jsonb_to_record(request) AS x(business_id uuid, partner_id uuid, kind text, name text, registration bytea,
        vat bytea, ends_in text, enrolment jsonb);
    PERFORM pg_advisory_xact_lock(hashtextextended('business', 0));
    IF NOT EXISTS (SELECT FROM partner p WHERE p.partner_id = r.partner_id AND p.status = 'ACTIVE') THEN
        RETURN QUERY SELECT 'PARTNER_NOT_ACTIVE', NULL::uuid;
        RETURN;
    END IF;
    SELECT count(*) AS many, min(b.business_id::text)::uuid AS found INTO same FROM business b WHERE b.registration = r.registration OR b.vat = r.vat;
    IF same.many > 1 THEN
        RETURN QUERY SELECT 'NUMBERS_DIFFER', NULL::uuid;
        RETURN;
    END IF;
    IF same.many = 1 THEN
        SELECT * INTO one FROM business b WHERE b.business_id = same.found;
        IF one.registration <> r.registration OR one.vat <> r.vat THEN
            RETURN QUERY SELECT 'NUMBERS_DIFFER', NULL::uuid;
            RETURN;
        END IF;
        -- Numbers of a register are known to everybody: who does not serve the firm yet has seen its card.
        IF NOT EXISTS (SELECT FROM business_service s WHERE s.business_id = one.business_id AND s.partner_id = r.partner_id)
            AND NOT EXISTS (SELECT FROM jsonb_to_recordset(r.enrolment -> 'identifiers') AS i(lookup bytea, kind text)
                JOIN recognition x ON x.lookup = i.lookup AND i.kind = 'CARD' JOIN member_now(one.member_id) n ON n.member_id = x.member_id) THEN
            RETURN QUERY SELECT 'CARD_NEEDED', NULL::uuid;
            RETURN;
        END IF;
        UPDATE business b SET vat = r.vat WHERE b.business_id = one.business_id AND b.vat IS NULL AND r.vat IS NOT NULL;
        INSERT INTO link (wallet_id, member_id, partner_id, pairwise_id, since)
        SELECT n.wallet_id, n.member_id, r.partner_id, (r.enrolment ->> 'pairwise_id')::uuid, at FROM member_now(one.member_id) n
        WHERE NOT EXISTS (SELECT FROM link l WHERE l.wallet_id = n.wallet_id AND l.member_id = n.member_id AND l.partner_id = r.partner_id);
        INSERT INTO recognition (lookup, kind, wallet_id, member_id)
        SELECT i.lookup, i.kind, n.wallet_id, n.member_id FROM member_now(one.member_id) n,
            jsonb_to_recordset(r.enrolment -> 'identifiers') AS i(lookup bytea, kind text) ORDER BY i.lookup ON CONFLICT DO NOTHING;
        IF EXISTS (SELECT FROM jsonb_to_recordset(r.enrolment -> 'identifiers') AS i(lookup bytea) JOIN recognition x ON x.lookup = i.lookup
                WHERE x.member_id NOT IN (SELECT n.member_id FROM member_now(one.member_id) n)) THEN
            RAISE EXCEPTION 'the number names another member' USING ERRCODE = 'unique_violation', CONSTRAINT = 'pk_recognition';
        END IF;
        PERFORM keep_consents(n.wallet_id, n.member_id, r.partner_id, ARRAY(SELECT jsonb_array_elements_text(r.enrolment -> 'consents')), at,
            'ENROLMENT', COALESCE((r.enrolment ->> 'text_version')::int, 0), NULL) FROM member_now(one.member_id) n;
    ELSE
        SELECT * INTO made FROM enrol(r.enrolment, at);
        IF made.outcome NOT IN ('JOINED', 'REPLAYED') THEN
            RETURN QUERY SELECT made.outcome, NULL::uuid;
            RETURN;
        END IF;
        INSERT INTO business (business_id, wallet_id, member_id, kind, name, registered_by, registered_at, registration, vat, ends_in)
        VALUES (r.business_id, made.wallet_id, made.member_id, r.kind, r.name, r.partner_id, at, r.registration, r.vat, r.ends_in)
        ON CONFLICT (member_id) DO NOTHING RETURNING * INTO one;
        IF one.business_id IS NULL THEN
            RETURN QUERY SELECT 'IDEMPOTENCY_CONFLICT', NULL::uuid;
            RETURN;
        END IF;
    END IF;
    INSERT INTO business_service AS s (business_id, partner_id, state, registered_at) VALUES (one.business_id, r.partner_id, 'PENDING', at)
    ON CONFLICT ON CONSTRAINT pk_business_service DO UPDATE SET state = 'PENDING', registered_at = at, ended_at = NULL, decided_at = NULL, decided_by = NULL
        WHERE s.state = 'ENDED';
    RETURN QUERY SELECT 'REGISTERED', one.business_id;
END $$;

-- For whom a member acts, and as what. Nothing is left of a role once it is taken.
CREATE FUNCTION my_businesses(member uuid)
RETURNS TABLE (business_id uuid, user_id uuid, role varchar, name varchar, kind varchar, wallet_id uuid, member_id uuid, served boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT b.business_id, u.user_id, u.role, b.name, b.kind, n.wallet_id, n.member_id,
        EXISTS (SELECT FROM business_service s WHERE s.business_id = b.business_id AND s.state = 'ACTIVE')
    FROM member o JOIN business_user u ON u.member_id = o.member_id AND u.state = 'ACTIVE'
    JOIN business b ON b.business_id = u.business_id AND b.closed_at IS NULL
    CROSS JOIN LATERAL member_now(b.member_id) n
    WHERE (o.member_id = member OR o.merged_into = member) AND EXISTS (SELECT FROM member m WHERE m.member_id = member AND m.status = 'ACTIVE')
    ORDER BY b.business_id
$$;

-- Firms have an owner that is there: a person who has left the coalition is none.
CREATE FUNCTION owners_of(business uuid) RETURNS SETOF uuid LANGUAGE sql STABLE AS $$
    SELECT u.user_id FROM business_user u WHERE u.business_id = business AND u.role = 'OWNER' AND u.state = 'ACTIVE'
        AND EXISTS (SELECT FROM member_now(u.member_id))
$$;

-- The first owner is invited by the partner that registered the firm; then owners invite. So no shop lets itself into a firm's wallet.
CREATE FUNCTION invite_business_user(request jsonb, at timestamptz) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    r record;
    firm business;
BEGIN
    SELECT * INTO r FROM jsonb_to_record(request) AS x(user_id uuid, business_id uuid, partner_id uuid, member_id uuid, role text,
        token bytea, sealed_key bytea, sealed bytea, expires_at timestamptz);
    SELECT * INTO firm FROM business b WHERE b.business_id = r.business_id AND b.closed_at IS NULL FOR UPDATE;
    IF r.member_id IS NOT NULL THEN
        IF NOT EXISTS (SELECT FROM my_businesses(r.member_id) m WHERE m.business_id = r.business_id) THEN
            RETURN 'BUSINESS_NOT_FOUND';
        ELSIF NOT EXISTS (SELECT FROM my_businesses(r.member_id) m WHERE m.business_id = r.business_id AND m.role = 'OWNER') THEN
            RETURN 'ROLE_MISSING';
        END IF;
    ELSIF firm.business_id IS NULL OR NOT EXISTS (SELECT FROM business_service s
            WHERE s.business_id = r.business_id AND s.partner_id = r.partner_id AND s.state <> 'ENDED') THEN
        RETURN 'BUSINESS_NOT_FOUND';
    ELSIF firm.registered_by <> r.partner_id OR EXISTS (SELECT FROM owners_of(r.business_id)) OR r.role <> 'OWNER' THEN
        RETURN 'OWNERS_INVITE';
    END IF;
    IF (SELECT count(*) FROM business_user u WHERE u.business_id = r.business_id AND (u.state = 'ACTIVE' OR u.state = 'INVITED' AND u.expires_at > at)) >= 100 THEN
        RETURN 'TOO_MANY_USERS';
    END IF;
    INSERT INTO business_user (user_id, business_id, role, state, token, sealed_key, sealed, invited_at, expires_at)
    VALUES (r.user_id, r.business_id, r.role, 'INVITED', r.token, r.sealed_key, r.sealed, at, r.expires_at);
    RETURN 'INVITED';
END $$;

CREATE FUNCTION join_business(hashed bytea, member uuid, at timestamptz) RETURNS TABLE (outcome text, business_id uuid)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    invited business_user;
BEGIN
    SELECT * INTO invited FROM business_user u WHERE u.token = hashed FOR UPDATE;
    IF invited.state = 'ACTIVE' AND EXISTS (SELECT FROM member_now(invited.member_id) n WHERE n.member_id = member) THEN
        RETURN QUERY SELECT 'JOINED', invited.business_id;
    ELSIF invited.user_id IS NULL OR invited.state <> 'INVITED' OR invited.expires_at <= at
            OR NOT EXISTS (SELECT FROM member_now(member) n WHERE n.member_id = join_business.member AND n.kind = 'CONSUMER') THEN
        RETURN QUERY SELECT 'INVITATION_NOT_FOUND', NULL::uuid;
    ELSE
        -- Two firms at the same moment: the firm's row is the lock of all that is said of its users.
        PERFORM FROM business b WHERE b.business_id = invited.business_id FOR UPDATE;
        IF EXISTS (SELECT FROM my_businesses(member) m WHERE m.business_id = invited.business_id) THEN
            RETURN QUERY SELECT 'ALREADY_USER', NULL::uuid;
        ELSE
            UPDATE business_user u SET member_id = join_business.member, state = 'ACTIVE', joined_at = at WHERE u.user_id = invited.user_id;
            RETURN QUERY SELECT 'JOINED', invited.business_id;
        END IF;
    END IF;
END $$;

-- An owner gives somebody another role, or none; whoever it is may leave. The last owner stays.
CREATE FUNCTION change_business_user(whose uuid, member uuid, wanted text, at timestamptz) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    firm uuid;
    one business_user;
    own record;
BEGIN
    SELECT u.business_id INTO firm FROM business_user u WHERE u.user_id = whose;
    PERFORM FROM business b WHERE b.business_id = firm FOR UPDATE;
    SELECT * INTO one FROM business_user u WHERE u.user_id = whose;
    SELECT * INTO own FROM my_businesses(member) m WHERE m.business_id = firm;
    IF own.user_id IS NULL OR own.role <> 'OWNER' AND own.user_id <> whose OR one.state = 'REMOVED' AND wanted IS NOT NULL THEN
        RETURN 'BUSINESS_USER_NOT_FOUND';
    ELSIF own.role <> 'OWNER' AND wanted IS NOT NULL THEN
        RETURN 'ROLE_MISSING';
    ELSIF one.state = 'ACTIVE' AND one.role = 'OWNER' AND wanted IS DISTINCT FROM 'OWNER'
            AND NOT EXISTS (SELECT FROM owners_of(firm) o WHERE o <> whose) THEN
        RETURN 'LAST_OWNER';
    END IF;
    UPDATE business_user u SET role = COALESCE(wanted, u.role), state = CASE WHEN wanted IS NULL THEN 'REMOVED' ELSE u.state END,
        removed_at = CASE WHEN wanted IS NULL THEN COALESCE(u.removed_at, at) END,
        token = CASE WHEN wanted IS NULL THEN NULL ELSE u.token END,
        sealed_key = CASE WHEN wanted IS NULL THEN NULL ELSE u.sealed_key END, sealed = CASE WHEN wanted IS NULL THEN NULL ELSE u.sealed END
    WHERE u.user_id = whose;
    RETURN 'CHANGED';
END $$;

-- Who acts for a firm, as its owners and whoever acts for it see it.
CREATE FUNCTION business_users_of(member uuid, business uuid) RETURNS SETOF business_user
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT u.* FROM business_user u WHERE u.business_id = business AND u.state <> 'REMOVED'
        AND EXISTS (SELECT FROM my_businesses(member) m WHERE m.business_id = business AND (m.role = 'OWNER' OR m.user_id = u.user_id))
    ORDER BY u.invited_at, u.user_id
$$;

-- Who of a firm bought or spent: a person, named by the partner that recorded it, or by the one who did it.
CREATE FUNCTION note_business_act(partner uuid, wallet uuid, entry uuid, person uuid, at timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO business_act (wallet_id, entry_id, business_id, user_id, partner_id, noted_at)
    SELECT e.wallet_id, e.entry_id, m.business_id, m.user_id, e.partner_id, at
    FROM my_businesses(person) m
    JOIN entry e ON e.entry_id = entry AND e.wallet_id = wallet AND e.partner_id = partner
    JOIN member o ON o.member_id = e.member_id AND m.member_id IN (o.member_id, COALESCE(o.merged_into, o.member_id))
    ON CONFLICT DO NOTHING;
    RETURN EXISTS (SELECT FROM business_act a JOIN my_businesses(person) m ON m.user_id = a.user_id
        WHERE a.wallet_id = wallet AND a.entry_id = entry AND a.partner_id = partner);
END $$;

CREATE FUNCTION business_acts(member uuid, business uuid, entries uuid[]) RETURNS TABLE (entry_id uuid, user_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT a.entry_id, a.user_id FROM business_act a WHERE a.business_id = business AND a.entry_id = ANY (entries)
        AND EXISTS (SELECT FROM my_businesses(member) m WHERE m.business_id = business)
$$;

-- Groups follow who is served, and of what kind it is.
CREATE FUNCTION business_groups_meant(owner uuid) RETURNS TABLE (segment_id uuid, wallet_id uuid, member_id uuid) LANGUAGE sql STABLE AS $$
    SELECT DISTINCT g.segment_id, n.wallet_id, n.member_id
    FROM business_group g JOIN segment s ON s.segment_id = g.segment_id AND s.retired_at IS NULL
    JOIN business_service v ON v.partner_id = g.partner_id AND v.state = 'ACTIVE'
    JOIN business b ON b.business_id = v.business_id AND b.closed_at IS NULL
    CROSS JOIN LATERAL member_now(b.member_id) n
    WHERE (owner IS NULL OR g.partner_id = owner) AND (b.kind = ANY (g.kinds) OR EXISTS (SELECT FROM business_group_member x
        WHERE x.segment_id = g.segment_id AND x.business_id = b.business_id))
$$;

CREATE FUNCTION keep_business_groups(owner uuid, at timestamptz) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    moved int;
    came int;
BEGIN
    PERFORM FROM segment s JOIN business_group g ON g.segment_id = s.segment_id
    WHERE owner IS NULL OR g.partner_id = owner ORDER BY s.segment_id FOR UPDATE OF s;
    UPDATE segment_member m SET until = GREATEST(m.since, at) FROM business_group g
    WHERE g.segment_id = m.segment_id AND m.until IS NULL AND (owner IS NULL OR g.partner_id = owner)
        AND (m.segment_id, m.wallet_id, m.member_id) NOT IN (SELECT w.segment_id, w.wallet_id, w.member_id FROM business_groups_meant(owner) w);
    GET DIAGNOSTICS moved = ROW_COUNT;
    INSERT INTO segment_member (wallet_id, member_id, segment_id, since, version, partner_id)
    SELECT w.wallet_id, w.member_id, w.segment_id, at, s.version, s.partner_id
    FROM business_groups_meant(owner) w JOIN segment s ON s.segment_id = w.segment_id
    WHERE NOT EXISTS (SELECT FROM segment_member m WHERE m.segment_id = w.segment_id AND m.until IS NULL
        AND m.wallet_id = w.wallet_id AND m.member_id = w.member_id)
    ON CONFLICT (wallet_id, member_id, segment_id, since) DO UPDATE SET until = NULL;
    GET DIAGNOSTICS came = ROW_COUNT;
    UPDATE segment s SET size = x.many FROM (SELECT g.segment_id, (SELECT count(*) FROM segment_member m
            WHERE m.segment_id = g.segment_id AND m.until IS NULL) AS many
        FROM business_group g WHERE owner IS NULL OR g.partner_id = owner) x
    WHERE s.segment_id = x.segment_id AND s.retired_at IS NULL AND s.size <> x.many;
    RETURN moved + came;
END $$;

-- What a firm was called and who acted for it goes with it.
CREATE FUNCTION forget_business() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE business b SET name = '-', ends_in = NULL, registration = NULL, vat = NULL, closed_at = COALESCE(b.closed_at, coalition_time())
    WHERE b.member_id = NEW.member_id;
    UPDATE business_user u SET sealed_key = NULL, sealed = NULL, token = NULL, state = 'REMOVED', removed_at = COALESCE(u.removed_at, coalition_time())
    WHERE u.member_id = NEW.member_id OR u.business_id IN (SELECT b.business_id FROM business b WHERE b.member_id = NEW.member_id);
    RETURN NULL;
END $$;
CREATE TRIGGER member_closed_ends_business AFTER UPDATE OF status ON member
    FOR EACH ROW WHEN (NEW.status = 'CLOSED' AND OLD.status <> 'CLOSED') EXECUTE FUNCTION forget_business();
