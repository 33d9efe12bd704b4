-- Sellers: members who sell at an outlet for an employer. Both have to want it, and it ends when either ends it.

CREATE TABLE seller (
    seller_id uuid NOT NULL,
    wallet_id uuid NOT NULL,
    member_id uuid NOT NULL,
    employer_id uuid NOT NULL CONSTRAINT fk_seller_employer_id REFERENCES partner,
    outlet_id uuid NOT NULL CONSTRAINT fk_seller_outlet_id REFERENCES outlet,
    staff varchar,
    state varchar NOT NULL CONSTRAINT ck_seller_state CHECK (state IN ('PROPOSED', 'ACTIVE', 'ENDED')),
    proposed_at timestamptz NOT NULL,
    employer_agreed_at timestamptz,
    member_agreed_at timestamptz,
    since timestamptz,
    shows_rewards boolean NOT NULL,
    ended_at timestamptz,
    ended_by varchar CONSTRAINT ck_seller_ended_by CHECK (ended_by IN ('EMPLOYER', 'MEMBER', 'GONE')),
    CONSTRAINT pk_seller PRIMARY KEY (seller_id),
    CONSTRAINT ck_seller_agreed CHECK (state <> 'ACTIVE' OR employer_agreed_at IS NOT NULL AND member_agreed_at IS NOT NULL AND since IS NOT NULL),
    CONSTRAINT ck_seller_ended CHECK ((state = 'ENDED') = (ended_at IS NOT NULL) AND (ended_at IS NULL) = (ended_by IS NULL))
);
CREATE UNIQUE INDEX uq_seller_one_job ON seller (member_id, outlet_id) WHERE state <> 'ENDED';
CREATE INDEX ix_seller_employer_id_seller_id ON seller (employer_id, seller_id);
CREATE INDEX ix_seller_wallet_id ON seller (wallet_id) WHERE state = 'ACTIVE';

CREATE FUNCTION refuse_change_of_seller() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state = 'ENDED' AND (NEW.state, NEW.ended_at, NEW.since) IS DISTINCT FROM (OLD.state, OLD.ended_at, OLD.since)
        OR (NEW.employer_id, NEW.outlet_id) IS DISTINCT FROM (OLD.employer_id, OLD.outlet_id)
    THEN
        RAISE EXCEPTION 'what a seller was stays as it was' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER seller_stays BEFORE UPDATE ON seller FOR EACH ROW EXECUTE FUNCTION refuse_change_of_seller();

-- Neither side agrees for the other.
CREATE FUNCTION refuse_others_word() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.employer_agreed_at IS NOT NULL AND NOT sees_partner(NEW.employer_id)
            AND (TG_OP = 'INSERT' OR OLD.employer_agreed_at IS NULL)
        OR NEW.member_agreed_at IS NOT NULL AND NOT sees_member(NEW.member_id)
            AND (TG_OP = 'INSERT' OR OLD.member_agreed_at IS NULL)
    THEN
        RAISE EXCEPTION 'a seller and its employer each speak for themselves' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER seller_agrees BEFORE INSERT OR UPDATE OF employer_agreed_at, member_agreed_at ON seller
    FOR EACH ROW EXECUTE FUNCTION refuse_others_word();

-- Whoever sells for an employer is met by it, by an id of its own.
CREATE FUNCTION meet_employer() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO link (wallet_id, member_id, partner_id, pairwise_id, since)
    VALUES (NEW.wallet_id, NEW.member_id, NEW.employer_id, gen_random_uuid(), NEW.proposed_at) ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
CREATE TRIGGER seller_meets AFTER INSERT ON seller FOR EACH ROW EXECUTE FUNCTION meet_employer();

-- Which makers may reward an employer's staff, for which articles, how many units a month; revoked, it stays as history.
CREATE TABLE seller_permission (
    permission_id uuid NOT NULL,
    employer_id uuid NOT NULL CONSTRAINT fk_seller_permission_employer_id REFERENCES partner,
    maker_id uuid NOT NULL CONSTRAINT fk_seller_permission_maker_id REFERENCES partner,
    skus varchar[] NOT NULL,
    most_units integer NOT NULL CONSTRAINT ck_seller_permission_most_units CHECK (most_units >= 0),
    given_at timestamptz NOT NULL,
    revoked_at timestamptz,
    CONSTRAINT pk_seller_permission PRIMARY KEY (permission_id),
    CONSTRAINT ck_seller_permission_two CHECK (employer_id <> maker_id)
);
CREATE UNIQUE INDEX uq_seller_permission_one ON seller_permission (employer_id, maker_id) WHERE revoked_at IS NULL;
CREATE INDEX ix_seller_permission_maker_id ON seller_permission (maker_id);

CREATE TABLE seller_setting (
    partner_id uuid NOT NULL CONSTRAINT fk_seller_setting_partner_id REFERENCES partner,
    own_sales_earn boolean NOT NULL,
    changed_at timestamptz NOT NULL,
    CONSTRAINT pk_seller_setting PRIMARY KEY (partner_id)
);

CREATE TABLE course (
    course_id uuid NOT NULL,
    version integer NOT NULL CONSTRAINT ck_course_version CHECK (version > 0),
    partner_id uuid NOT NULL CONSTRAINT fk_course_partner_id REFERENCES partner,
    state varchar NOT NULL CONSTRAINT ck_course_state CHECK (state IN ('DRAFT', 'LIVE', 'PAUSED', 'ENDED')),
    name varchar NOT NULL,
    terms jsonb NOT NULL,
    fingerprint bytea NOT NULL,
    created_at timestamptz NOT NULL,
    live_from timestamptz,
    live_until timestamptz,
    CONSTRAINT pk_course PRIMARY KEY (course_id, version),
    CONSTRAINT ck_course_live_times CHECK (CASE state WHEN 'DRAFT' THEN live_from IS NULL AND live_until IS NULL
        WHEN 'LIVE' THEN live_from IS NOT NULL AND live_until IS NULL
        WHEN 'PAUSED' THEN live_from IS NOT NULL AND live_until IS NOT NULL
        ELSE (live_from IS NULL) = (live_until IS NULL) END)
);
CREATE UNIQUE INDEX uq_course_one_draft ON course (course_id) WHERE state = 'DRAFT';
CREATE UNIQUE INDEX uq_course_one_live ON course (course_id) WHERE state IN ('LIVE', 'PAUSED');
CREATE INDEX ix_course_partner_id ON course (partner_id);

-- One go at a quiz. What it asks follows from its seed, which the member never sees.
CREATE TABLE quiz_attempt (
    attempt_id uuid NOT NULL,
    course_id uuid NOT NULL,
    version integer NOT NULL,
    partner_id uuid NOT NULL CONSTRAINT fk_quiz_attempt_partner_id REFERENCES partner,
    wallet_id uuid NOT NULL,
    member_id uuid NOT NULL,
    number integer NOT NULL CONSTRAINT ck_quiz_attempt_number CHECK (number > 0),
    seed bytea NOT NULL CONSTRAINT ck_quiz_attempt_seed CHECK (length(seed) = 32),
    started_at timestamptz NOT NULL,
    answered_at timestamptz,
    answers jsonb,
    asked integer NOT NULL CONSTRAINT ck_quiz_attempt_asked CHECK (asked > 0),
    correct integer,
    passed boolean,
    CONSTRAINT pk_quiz_attempt PRIMARY KEY (attempt_id),
    CONSTRAINT fk_quiz_attempt_course_id_version FOREIGN KEY (course_id, version) REFERENCES course (course_id, version),
    CONSTRAINT ck_quiz_attempt_answered CHECK ((answered_at IS NULL) = (correct IS NULL) AND (correct IS NULL) = (passed IS NULL)
        AND (correct IS NULL) = (answers IS NULL) AND correct BETWEEN 0 AND asked)
);
CREATE UNIQUE INDEX uq_quiz_attempt_number ON quiz_attempt (member_id, course_id, number);
CREATE INDEX ix_quiz_attempt_course_id ON quiz_attempt (course_id);

CREATE TABLE course_certificate (
    certificate_id uuid NOT NULL,
    number varchar NOT NULL,
    attempt_id uuid NOT NULL CONSTRAINT fk_course_certificate_attempt_id REFERENCES quiz_attempt,
    course_id uuid NOT NULL,
    version integer NOT NULL,
    partner_id uuid NOT NULL CONSTRAINT fk_course_certificate_partner_id REFERENCES partner,
    wallet_id uuid NOT NULL,
    member_id uuid NOT NULL,
    score integer NOT NULL CONSTRAINT ck_course_certificate_score CHECK (score BETWEEN 0 AND 100),
    issued_at timestamptz NOT NULL,
    valid_until timestamptz,
    recorded_at timestamptz,
    entry_wallet_id uuid,
    entry_id uuid,
    CONSTRAINT pk_course_certificate PRIMARY KEY (certificate_id),
    CONSTRAINT ck_course_certificate_recorded CHECK (entry_id IS NULL OR recorded_at IS NOT NULL)
);
CREATE UNIQUE INDEX uq_course_certificate_number ON course_certificate (number);
CREATE UNIQUE INDEX uq_course_certificate_attempt_id ON course_certificate (attempt_id);
CREATE INDEX ix_course_certificate_member_id_course_id ON course_certificate (member_id, course_id);
CREATE INDEX ix_course_certificate_course_id ON course_certificate (course_id);
CREATE INDEX ix_course_certificate_due ON course_certificate (certificate_id) WHERE recorded_at IS NULL;

-- Whoever becomes another member goes on as that one; whoever is none any more sells for nobody, and its words go.
CREATE FUNCTION sellers_follow_member() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    home uuid := (SELECT m.wallet_id FROM member m WHERE m.member_id = NEW.merged_into);
BEGIN
    IF NEW.status = 'CLOSED' THEN
        UPDATE seller SET state = 'ENDED', ended_at = coalition_time(), ended_by = 'GONE' WHERE member_id = NEW.member_id AND state <> 'ENDED';
        UPDATE claim SET sealed_note = NULL, sealed_objection = NULL WHERE member_id = NEW.member_id;
        RETURN NULL;
    END IF;
    UPDATE seller s SET state = 'ENDED', ended_at = coalition_time(), ended_by = 'GONE' WHERE s.member_id = NEW.member_id AND s.state <> 'ENDED'
        AND EXISTS (SELECT FROM seller t WHERE t.member_id = NEW.merged_into AND t.outlet_id = s.outlet_id AND t.state <> 'ENDED');
    UPDATE seller SET member_id = NEW.merged_into, wallet_id = home WHERE member_id = NEW.member_id;
    UPDATE claim SET member_id = NEW.merged_into, wallet_id = home WHERE member_id = NEW.member_id;
    UPDATE course_certificate SET member_id = NEW.merged_into, wallet_id = home WHERE member_id = NEW.member_id;
    UPDATE quiz_attempt a SET member_id = NEW.merged_into, wallet_id = home,
        number = a.number + COALESCE((SELECT max(o.number) FROM quiz_attempt o
            WHERE o.member_id = NEW.merged_into AND o.course_id = a.course_id), 0) WHERE a.member_id = NEW.member_id;
    RETURN NULL;
END $$;
CREATE TRIGGER member_merged_moves_sellers AFTER UPDATE OF status ON member FOR EACH ROW
    WHEN (NEW.status IN ('CLOSED', 'MERGED') AND OLD.status = 'ACTIVE') EXECUTE FUNCTION sellers_follow_member();

-- The courses that are open, for the server: what members are shown of them leaves the right options out.
CREATE FUNCTION courses_live(wanted uuid) RETURNS SETOF course
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT c.* FROM course c WHERE c.state = 'LIVE' AND (wanted IS NULL OR c.course_id = wanted)
    ORDER BY c.live_from DESC, c.course_id LIMIT 500
$$;

-- The version that an attempt goes by, for the server as well.
CREATE FUNCTION course_as_asked(wanted uuid, number int) RETURNS SETOF course
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT c.* FROM course c WHERE c.course_id = wanted AND c.version = number AND c.live_from IS NOT NULL
$$;

-- Certificates whose TRAINING action is not in the books yet, with the member as the course's owner knows it: it is met now.
CREATE FUNCTION course_certificates_due(at timestamptz, wanted uuid, after uuid, most int)
RETURNS TABLE (certificate_id uuid, partner_id uuid, name varchar, score int, side jsonb)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
BEGIN
    INSERT INTO link (wallet_id, member_id, partner_id, pairwise_id, since)
    SELECT DISTINCT n.wallet_id, n.member_id, q.partner_id, gen_random_uuid(), at FROM course_certificate q
        CROSS JOIN LATERAL member_now(q.member_id) n
    WHERE q.recorded_at IS NULL AND (wanted IS NULL OR q.certificate_id = wanted) AND NOT EXISTS (SELECT FROM link l
        WHERE l.wallet_id = n.wallet_id AND l.member_id = n.member_id AND l.partner_id = q.partner_id)
    ON CONFLICT DO NOTHING;
    RETURN QUERY SELECT q.certificate_id, q.partner_id, c.name, q.score, side_of(q.member_id, q.partner_id)
    FROM course_certificate q JOIN course c ON c.course_id = q.course_id AND c.version = q.version
    WHERE q.recorded_at IS NULL AND (wanted IS NULL OR q.certificate_id = wanted) AND (after IS NULL OR q.certificate_id > after)
    ORDER BY q.certificate_id LIMIT most;
END $$;

CREATE FUNCTION record_certificate(one uuid, wallet uuid, entry uuid, at timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE course_certificate SET recorded_at = at, entry_wallet_id = wallet, entry_id = entry WHERE certificate_id = one AND recorded_at IS NULL;
    RETURN FOUND;
END $$;

-- Partners whose sellers earn nothing on what they buy from themselves; a server remembers them for a moment.
CREATE FUNCTION blocking_own_sales() RETURNS TABLE (partner_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT DISTINCT s.employer_id FROM seller s LEFT JOIN seller_setting x ON x.partner_id = s.employer_id
    WHERE s.state = 'ACTIVE' AND NOT COALESCE(x.own_sales_earn, false)
$$;

-- Which purchases are a seller's own: somebody of the wallet sells for this partner at this outlet, or stood at the till.
CREATE FUNCTION own_sales(partners uuid[], wallets uuid[], outlets uuid[], staffs text[]) RETURNS TABLE (place bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT DISTINCT a.place FROM unnest(partners, wallets, outlets, staffs) WITH ORDINALITY AS a (partner, wallet, outlet, staff, place)
    JOIN seller s ON s.wallet_id = a.wallet AND s.employer_id = a.partner AND s.state = 'ACTIVE'
        AND (s.outlet_id = a.outlet OR s.staff = a.staff)
    LEFT JOIN seller_setting x ON x.partner_id = s.employer_id
    WHERE NOT COALESCE(x.own_sales_earn, false)
$$;
