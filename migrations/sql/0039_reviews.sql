-- Reviews of products. Whoever reads them learns what was written and whether the goods were bought, never who wrote it or where it
-- was bought; a moderator learns no more. All of it is written through doors.

CREATE INDEX ix_product_gtin ON product (gtin) WHERE gtin IS NOT NULL;

CREATE TABLE review_policy (
    policy_id uuid NOT NULL,
    version integer NOT NULL CONSTRAINT ck_review_policy_version CHECK (version > 0),
    partner_id uuid CONSTRAINT fk_review_policy_partner_id REFERENCES partner,
    terms jsonb NOT NULL,
    set_at timestamptz NOT NULL,
    set_by uuid,
    until timestamptz,
    CONSTRAINT pk_review_policy PRIMARY KEY (policy_id, version)
);
CREATE UNIQUE INDEX uq_review_policy_one ON review_policy (partner_id) NULLS NOT DISTINCT WHERE until IS NULL;

CREATE TABLE review (
    review_id uuid CONSTRAINT pk_review PRIMARY KEY,
    subject varchar NOT NULL,
    maker_id uuid CONSTRAINT fk_review_maker_id REFERENCES partner,
    member_id uuid NOT NULL,
    policy_id uuid NOT NULL,
    policy_version integer NOT NULL,
    moderator_id uuid CONSTRAINT fk_review_moderator_id REFERENCES partner,
    state varchar NOT NULL CONSTRAINT ck_review_state
        CHECK (state IN ('PENDING', 'PUBLISHED', 'REFUSED', 'TAKEN_DOWN', 'WITHDRAWN')),
    stars integer NOT NULL CONSTRAINT ck_review_stars CHECK (stars BETWEEN 1 AND 5),
    version integer NOT NULL CONSTRAINT ck_review_version CHECK (version > 0),
    shown integer,
    shown_stars integer,
    shown_at timestamptz,
    verified boolean NOT NULL,
    held_for varchar[] NOT NULL,
    written_at timestamptz NOT NULL,
    changed_at timestamptz NOT NULL,
    waits_since timestamptz,
    reason varchar,
    reason_words varchar,
    objected_at timestamptz,
    reports integer NOT NULL,
    host uuid CONSTRAINT fk_review_host REFERENCES partner,
    earns varchar NOT NULL CONSTRAINT ck_review_earns CHECK (earns IN ('NONE', 'DUE', 'EARNED', 'BACK_DUE', 'TAKEN_BACK')),
    earned_entry uuid,
    round integer NOT NULL,
    followed_by uuid,
    looked_at timestamptz NOT NULL,
    CONSTRAINT ck_review_shown CHECK ((shown IS NULL) = (shown_at IS NULL) AND (shown IS NULL) = (shown_stars IS NULL) AND shown <= version),
    CONSTRAINT ck_review_published CHECK (state <> 'PUBLISHED' OR shown = version),
    CONSTRAINT ck_review_gone CHECK (state NOT IN ('TAKEN_DOWN', 'WITHDRAWN') OR shown IS NULL),
    CONSTRAINT ck_review_refused CHECK ((state IN ('REFUSED', 'TAKEN_DOWN')) = (reason IS NOT NULL)),
    CONSTRAINT ck_review_waits CHECK ((state = 'PENDING') = (waits_since IS NOT NULL)),
    CONSTRAINT ck_review_earned CHECK (earns <> 'NONE' OR earned_entry IS NULL),
    CONSTRAINT ck_review_followed CHECK (followed_by IS NULL OR state = 'WITHDRAWN')
);
CREATE UNIQUE INDEX uq_review_one_each ON review (member_id, subject) WHERE followed_by IS NULL;
CREATE INDEX ix_review_shown ON review (subject, shown_at, review_id) WHERE shown IS NOT NULL;
CREATE INDEX ix_review_waits ON review (moderator_id, waits_since, review_id) WHERE state = 'PENDING';
CREATE INDEX ix_review_due ON review (review_id) WHERE earns IN ('DUE', 'BACK_DUE');

-- What was written, each version. It goes with its writer: erased, the stars of it stay.
CREATE TABLE review_text (
    review_id uuid NOT NULL,
    version integer NOT NULL,
    stars integer NOT NULL,
    title varchar,
    words varchar,
    word_count integer NOT NULL,
    photos varchar[] NOT NULL,
    display_name varchar,
    language varchar NOT NULL,
    fingerprint bytea,
    written_at timestamptz NOT NULL,
    CONSTRAINT pk_review_text PRIMARY KEY (review_id, version),
    CONSTRAINT ck_review_text_stars CHECK (stars BETWEEN 1 AND 5)
);
CREATE INDEX ix_review_text_fingerprint ON review_text (fingerprint) WHERE fingerprint IS NOT NULL;

CREATE TABLE review_comment (
    comment_id uuid CONSTRAINT pk_review_comment PRIMARY KEY,
    review_id uuid NOT NULL CONSTRAINT fk_review_comment_review_id REFERENCES review,
    member_id uuid,
    partner_id uuid CONSTRAINT fk_review_comment_partner_id REFERENCES partner,
    moderator_id uuid CONSTRAINT fk_review_comment_moderator_id REFERENCES partner,
    state varchar NOT NULL CONSTRAINT ck_review_comment_state
        CHECK (state IN ('PENDING', 'PUBLISHED', 'REFUSED', 'TAKEN_DOWN', 'WITHDRAWN')),
    words varchar,
    display_name varchar,
    fingerprint bytea,
    held_for varchar[] NOT NULL,
    written_at timestamptz NOT NULL,
    waits_since timestamptz,
    reason varchar,
    reason_words varchar,
    objected_at timestamptz,
    reports integer NOT NULL,
    CONSTRAINT ck_review_comment_writer CHECK ((member_id IS NULL) <> (partner_id IS NULL)),
    CONSTRAINT ck_review_comment_refused CHECK ((state IN ('REFUSED', 'TAKEN_DOWN')) = (reason IS NOT NULL)),
    CONSTRAINT ck_review_comment_waits CHECK ((state = 'PENDING') = (waits_since IS NOT NULL))
);
CREATE INDEX ix_review_comment_review_id ON review_comment (review_id);
CREATE INDEX ix_review_comment_member_id ON review_comment (member_id);
CREATE INDEX ix_review_comment_waits ON review_comment (moderator_id, waits_since, comment_id) WHERE state = 'PENDING';

CREATE TABLE review_report (
    target_id uuid NOT NULL,
    reporter_id uuid NOT NULL,
    reason varchar NOT NULL,
    reported_at timestamptz NOT NULL,
    CONSTRAINT pk_review_report PRIMARY KEY (target_id, reporter_id)
);

CREATE TABLE review_decision (
    decision_id uuid CONSTRAINT pk_review_decision PRIMARY KEY,
    review_id uuid NOT NULL,
    comment_id uuid,
    moderator_id uuid CONSTRAINT fk_review_decision_moderator_id REFERENCES partner,
    decided_by uuid,
    decision varchar NOT NULL CONSTRAINT ck_review_decision_decision CHECK (decision IN ('PUBLISH', 'REFUSE', 'TAKE_DOWN')),
    reason varchar,
    stars integer,
    version integer NOT NULL,
    decided_at timestamptz NOT NULL
);
CREATE INDEX ix_review_decision_moderator_id_decided_at ON review_decision (moderator_id, decided_at);
CREATE TRIGGER review_decision_is_history BEFORE UPDATE OR DELETE ON review_decision
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_history();

-- One article has one bar code at every shop, with or without leading zeros; without one it is its shop's own.
CREATE FUNCTION subject_of(gtin text, partner uuid, sku text) RETURNS text LANGUAGE sql IMMUTABLE AS
$$ SELECT CASE WHEN gtin IS NULL THEN 'sku:' || partner || ':' || sku ELSE 'gtin:' || lpad(gtin, 14, '0') END $$;

-- The ways in which one bar code may be written.
CREATE FUNCTION gtin_forms(gtin text) RETURNS text[] LANGUAGE sql IMMUTABLE AS $$
    SELECT ARRAY(SELECT right(lpad(gtin, 14, '0'), n) FROM unnest(ARRAY[8, 12, 13, 14]) n
        WHERE left(lpad(gtin, 14, '0'), 14 - n) = repeat('0', 14 - n))
$$;

-- The articles that are one product.
CREATE FUNCTION articles_of(subject text) RETURNS SETOF product LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF subject LIKE 'gtin:%' THEN
        RETURN QUERY SELECT p.* FROM product p WHERE p.gtin = ANY (gtin_forms(substr(subject, 6)));
    ELSE
        RETURN QUERY SELECT p.* FROM product p
            WHERE p.partner_id = split_part(subject, ':', 2)::uuid AND p.sku = substr(subject, length(split_part(subject, ':', 2)) + 6);
    END IF;
END $$;

-- A product as it is named: by a shop's article number, or by its bar code. Its maker's own words for it come first. The subjects are
-- what it is called here, now and before it had a bar code.
CREATE FUNCTION reviewed_product(partner uuid, article text, code text)
RETURNS TABLE (subject text, subjects text[], name varchar, brand varchar, gtin varchar, maker_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH named AS (
        SELECT * FROM (
            SELECT subject_of(p.gtin, p.partner_id, p.sku) AS subject FROM product p
            WHERE code IS NULL AND p.partner_id = partner AND p.sku = article
            UNION ALL
            SELECT subject_of(code, NULL, NULL) WHERE code IS NOT NULL
        ) n LIMIT 1
    ), there AS (
        SELECT n.subject AS called, a.* FROM named n CROSS JOIN LATERAL articles_of(n.subject) a
    )
    SELECT t.called, array_agg(DISTINCT s.subject), (array_agg(t.name ORDER BY t.partner_id <> t.maker_id, t.product_id))[1],
        (array_agg(t.brand ORDER BY t.brand IS NULL, t.partner_id <> t.maker_id, t.product_id))[1], max(t.gtin),
        (array_agg(t.maker_id ORDER BY t.maker_id IS NULL, t.partner_id <> t.maker_id, t.product_id))[1]
    FROM there t CROSS JOIN LATERAL (VALUES (t.called), (subject_of(NULL, t.partner_id, t.sku))) AS s (subject)
    GROUP BY t.called
$$;

-- Products by what they are called here, for lists.
CREATE FUNCTION reviewed_products(subjects text[])
RETURNS TABLE (subject text, name varchar, brand varchar, gtin varchar, maker_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT DISTINCT ON (s.subject) s.subject, a.name, a.brand, a.gtin, a.maker_id
    FROM unnest(subjects) AS s (subject) CROSS JOIN LATERAL articles_of(s.subject) a
    ORDER BY s.subject, a.partner_id <> a.maker_id, a.product_id
$$;

-- Whether one of a member's purchases holds the product, and not all of it came back. Where is told to nobody.
CREATE FUNCTION has_bought(member uuid, subject text) RETURNS boolean LANGUAGE sql STABLE AS $$
    WITH articles AS MATERIALIZED (SELECT a.partner_id, a.sku FROM articles_of(subject) a)
    SELECT EXISTS (
        SELECT FROM member m
        JOIN purchase p ON p.wallet_id = m.wallet_id
        JOIN entry e ON e.wallet_id = p.wallet_id AND e.entry_id = p.entry_id AND e.member_id = m.member_id
        CROSS JOIN LATERAL unnest(p.numbers, p.skus, p.quantities) AS l (number, sku, quantity)
        JOIN articles a ON a.partner_id = p.partner_id AND a.sku = l.sku
        WHERE (m.member_id = member OR m.merged_into = member) AND l.quantity > COALESCE((
            SELECT sum(b.quantity) FROM purchase_return g CROSS JOIN LATERAL unnest(g.numbers, g.quantities) AS b (number, quantity)
            WHERE g.wallet_id = p.wallet_id AND g.purchase_entry_id = p.entry_id AND b.number = l.number), 0))
$$;

-- Who judges what is written of a product: the shop for its own page, the maker, the coalition; whichever takes reviews at all.
CREATE FUNCTION review_policy_for(page uuid, maker uuid) RETURNS review_policy LANGUAGE sql STABLE AS $$
    SELECT p.* FROM review_policy p LEFT JOIN partner o ON o.partner_id = p.partner_id
    WHERE p.until IS NULL AND COALESCE((p.terms ->> 'open')::boolean, true) AND (p.partner_id IS NULL OR meets_members(o.status))
        AND (p.partner_id IS NULL OR p.partner_id = page OR p.partner_id = maker)
    ORDER BY p.partner_id = page DESC NULLS LAST, p.partner_id = maker DESC NULLS LAST LIMIT 1
$$;

CREATE FUNCTION moderator_of(p review_policy) RETURNS uuid LANGUAGE sql IMMUTABLE AS
$$ SELECT CASE WHEN COALESCE(p.terms ->> 'moderator', 'OWNER') = 'OWNER' THEN p.partner_id END $$;

CREATE FUNCTION host_of(p review_policy) RETURNS uuid LANGUAGE sql IMMUTABLE AS
$$ SELECT COALESCE(p.partner_id, (p.terms ->> 'host')::uuid) $$;

-- What makes a text wait beside what is seen in it: the same words before, or very many from one member.
CREATE FUNCTION review_signals(seen jsonb, digest bytea, of_review uuid, writer uuid, most int, at timestamptz) RETURNS varchar[]
LANGUAGE sql STABLE AS $$
    SELECT ARRAY(SELECT x FROM jsonb_array_elements_text(seen) x)
        || CASE WHEN digest IS NOT NULL AND (EXISTS (SELECT FROM review_text t WHERE t.fingerprint = digest AND t.review_id <> of_review)
                OR EXISTS (SELECT FROM review_comment c WHERE c.fingerprint = digest)) THEN ARRAY['REPEATED'] ELSE '{}' END
        || CASE WHEN writer IS NOT NULL AND most <= (
                SELECT count(*) FROM review r JOIN review_text t USING (review_id)
                WHERE r.member_id = writer AND t.written_at > at - interval '1 day' AND t.written_at <= at)
            + (SELECT count(*) FROM review_comment c
                WHERE c.member_id = writer AND c.written_at > at - interval '1 day' AND c.written_at <= at)
            THEN ARRAY['MANY'] ELSE '{}' END::varchar[]
$$;

-- A member's review of a product: written, or written anew. What is shown stays until the new words are published. Says WRITTEN,
-- SAME, MEMBER_NOT_FOUND, NOT_TAKEN, PURCHASE_WANTED or OVER.
CREATE FUNCTION write_review(r jsonb, at timestamptz) RETURNS TABLE (outcome text, review_id uuid)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    who record;
    policy review_policy;
    known review;
    last review_text;
    texts jsonb := r -> 'text';
    digest bytea := decode(r ->> 'fingerprint', 'hex');
    bought boolean;
    signals varchar[];
    at_once boolean;
    earned boolean;
BEGIN
    SELECT * INTO who FROM member_now((r ->> 'member_id')::uuid);
    IF who.member_id IS NULL THEN
        RETURN QUERY SELECT 'MEMBER_NOT_FOUND', NULL::uuid;
        RETURN;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended('review/' || who.member_id, 0));
    SELECT v.* INTO known FROM review v WHERE v.member_id = who.member_id AND v.followed_by IS NULL
        AND v.subject IN (SELECT jsonb_array_elements_text(r -> 'subjects'))
    ORDER BY v.subject = r ->> 'subject' DESC LIMIT 1 FOR UPDATE;
    SELECT t.* INTO last FROM review_text t WHERE t.review_id = known.review_id AND t.version = known.version;
    IF last.review_id IS NOT NULL AND known.state <> 'WITHDRAWN' AND texts = jsonb_build_object('stars', last.stars, 'title', last.title,
            'words', last.words, 'photos', last.photos, 'display_name', last.display_name, 'language', last.language) THEN
        RETURN QUERY SELECT 'SAME', known.review_id;
        RETURN;
    END IF;
    policy := review_policy_for((r ->> 'page')::uuid, (r ->> 'maker_id')::uuid);
    IF policy.policy_id IS NULL THEN
        RETURN QUERY SELECT 'NOT_TAKEN', NULL::uuid;
        RETURN;
    ELSIF known.reason = 'FAKE' THEN
        RETURN QUERY SELECT 'OVER', known.review_id;
        RETURN;
    END IF;
    bought := has_bought(who.member_id, r ->> 'subject');
    IF NOT bought AND (policy.terms ->> 'purchase_wanted')::boolean THEN
        RETURN QUERY SELECT 'PURCHASE_WANTED', NULL::uuid;
        RETURN;
    END IF;
    signals := review_signals(r -> 'signals', digest, COALESCE(known.review_id, (r ->> 'review_id')::uuid), who.member_id,
        COALESCE((policy.terms ->> 'most_a_day')::int, 10), at);
    at_once := signals = '{}' AND policy.terms ->> 'publishes' = 'AT_ONCE';
    earned := COALESCE(known.earns, 'NONE') = 'NONE' AND host_of(policy) IS NOT NULL
        AND (at_once OR policy.terms ->> 'earns_at' = 'WRITTEN' AND signals = '{}');
    INSERT INTO review AS v (review_id, subject, maker_id, member_id, policy_id, policy_version, moderator_id, state, stars, version, shown,
        shown_stars, shown_at, verified, held_for, written_at, changed_at, waits_since, reports, host, earns, round, looked_at)
    VALUES (COALESCE(known.review_id, (r ->> 'review_id')::uuid), COALESCE(known.subject, r ->> 'subject'), (r ->> 'maker_id')::uuid,
        who.member_id, policy.policy_id, policy.version, moderator_of(policy), CASE WHEN at_once THEN 'PUBLISHED' ELSE 'PENDING' END,
        (texts ->> 'stars')::int, 1, CASE WHEN at_once THEN 1 END, CASE WHEN at_once THEN (texts ->> 'stars')::int END,
        CASE WHEN at_once THEN at END, bought, signals, at, at, CASE WHEN at_once THEN NULL ELSE at END, 0, host_of(policy),
        CASE WHEN earned THEN 'DUE' ELSE 'NONE' END, 0, at)
    ON CONFLICT (review_id) DO UPDATE SET subject = r ->> 'subject', maker_id = excluded.maker_id, policy_id = excluded.policy_id,
        policy_version = excluded.policy_version, moderator_id = excluded.moderator_id, state = excluded.state, stars = excluded.stars,
        version = v.version + 1, shown = CASE WHEN at_once THEN v.version + 1 ELSE v.shown END,
        shown_stars = CASE WHEN at_once THEN excluded.stars ELSE v.shown_stars END,
        shown_at = CASE WHEN at_once THEN COALESCE(v.shown_at, at) ELSE v.shown_at END, verified = bought, held_for = signals,
        changed_at = at, waits_since = excluded.waits_since, reason = NULL, reason_words = NULL,
        host = CASE WHEN v.earns = 'NONE' THEN excluded.host ELSE v.host END,
        earns = CASE WHEN earned THEN 'DUE' ELSE v.earns END, looked_at = at;
    INSERT INTO review_text (review_id, version, stars, title, words, word_count, photos, display_name, language, fingerprint, written_at)
    SELECT COALESCE(known.review_id, (r ->> 'review_id')::uuid), COALESCE(known.version, 0) + 1, (texts ->> 'stars')::int,
        texts ->> 'title', texts ->> 'words', (r ->> 'word_count')::int, ARRAY(SELECT jsonb_array_elements_text(texts -> 'photos')),
        texts ->> 'display_name', texts ->> 'language', digest, at;
    RETURN QUERY SELECT 'WRITTEN', COALESCE(known.review_id, (r ->> 'review_id')::uuid);
END $$;

-- The author takes it back, whatever became of it.
CREATE FUNCTION withdraw_review(member uuid, review uuid) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE review v SET state = 'WITHDRAWN', shown = NULL, shown_stars = NULL, shown_at = NULL, waits_since = NULL, reason = NULL,
        reason_words = NULL, earns = CASE WHEN v.earns = 'DUE' THEN 'NONE' ELSE v.earns END
    WHERE v.review_id = review AND v.member_id = member AND v.state NOT IN ('WITHDRAWN') AND COALESCE(v.reason, '') <> 'FAKE';
    RETURN FOUND;
END $$;

CREATE FUNCTION withdraw_comment(member uuid, partner uuid, comment uuid) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE review_comment c SET state = 'WITHDRAWN', waits_since = NULL, reason = NULL, reason_words = NULL
    WHERE c.comment_id = comment AND (c.member_id = member OR c.partner_id = partner) AND c.state <> 'WITHDRAWN';
    RETURN FOUND;
END $$;

-- The author objects, once: the coalition looks at it, whoever refused it.
CREATE FUNCTION object_to_refusal(member uuid, target uuid, at timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE review v SET state = 'PENDING', waits_since = at, objected_at = at, moderator_id = NULL, reason = NULL, reason_words = NULL,
        earns = CASE WHEN v.earns = 'BACK_DUE' THEN 'EARNED' ELSE v.earns END
    WHERE v.review_id = target AND v.member_id = member AND v.state IN ('REFUSED', 'TAKEN_DOWN') AND v.objected_at IS NULL;
    IF FOUND THEN
        RETURN true;
    END IF;
    UPDATE review_comment c SET state = 'PENDING', waits_since = at, objected_at = at, moderator_id = NULL, reason = NULL, reason_words = NULL
    WHERE c.comment_id = target AND c.member_id = member AND c.state IN ('REFUSED', 'TAKEN_DOWN') AND c.objected_at IS NULL;
    RETURN FOUND;
END $$;

-- A reply of a member, or an answer of the maker or of a shop that sells the product, to a review that is shown. Says WRITTEN, SAME,
-- NOT_FOUND (also to a partner that neither makes nor sells it) or MEMBER_NOT_FOUND.
CREATE FUNCTION write_comment(c jsonb, at timestamptz) RETURNS TABLE (outcome text, comment_id uuid)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    about review;
    writer uuid;
    policy review_policy;
    signals varchar[];
    digest bytea := decode(c ->> 'fingerprint', 'hex');
    firm uuid := (c ->> 'partner_id')::uuid;
    same uuid;
    at_once boolean;
BEGIN
    SELECT v.* INTO about FROM review v WHERE v.review_id = (c ->> 'review_id')::uuid AND v.shown IS NOT NULL;
    IF firm IS NULL THEN
        SELECT n.member_id INTO writer FROM member_now((c ->> 'member_id')::uuid) n;
    END IF;
    IF about.review_id IS NULL THEN
        RETURN QUERY SELECT 'NOT_FOUND', NULL::uuid;
        RETURN;
    ELSIF firm IS NULL AND writer IS NULL THEN
        RETURN QUERY SELECT 'MEMBER_NOT_FOUND', NULL::uuid;
        RETURN;
    ELSIF firm IS NOT NULL AND firm IS DISTINCT FROM about.maker_id
            AND NOT EXISTS (SELECT FROM articles_of(about.subject) a WHERE a.partner_id = firm) THEN
        RETURN QUERY SELECT 'NOT_FOUND', NULL::uuid;
        RETURN;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended('review/' || COALESCE(writer, firm), 0));
    SELECT x.comment_id INTO same FROM review_comment x WHERE x.review_id = about.review_id AND x.words = c ->> 'words'
        AND (x.member_id = writer OR x.partner_id = firm) AND x.state <> 'WITHDRAWN' LIMIT 1;
    IF same IS NOT NULL THEN
        RETURN QUERY SELECT 'SAME', same;
        RETURN;
    END IF;
    SELECT p.* INTO policy FROM review_policy p WHERE p.policy_id = about.policy_id AND p.version = about.policy_version;
    signals := review_signals(c -> 'signals', digest, NULL, writer, COALESCE((policy.terms ->> 'most_a_day')::int, 10), at);
    at_once := signals = '{}' AND policy.terms ->> 'publishes' = 'AT_ONCE' OR firm = about.moderator_id;
    INSERT INTO review_comment (comment_id, review_id, member_id, partner_id, moderator_id, state, words, display_name, fingerprint,
        held_for, written_at, waits_since, reports)
    VALUES ((c ->> 'comment_id')::uuid, about.review_id, writer, firm, about.moderator_id,
        CASE WHEN at_once THEN 'PUBLISHED' ELSE 'PENDING' END, c ->> 'words', c ->> 'display_name', digest, signals, at,
        CASE WHEN at_once THEN NULL ELSE at END, 0);
    RETURN QUERY SELECT 'WRITTEN', (c ->> 'comment_id')::uuid;
END $$;

-- A reader finds fault with what is shown; each reader once. It is looked at by whoever moderates it, and stays shown until then.
CREATE FUNCTION report_review(target uuid, reporter uuid, why text, at timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    added int;
BEGIN
    IF NOT EXISTS (SELECT FROM review v WHERE v.review_id = target AND v.shown IS NOT NULL)
        AND NOT EXISTS (SELECT FROM review_comment c JOIN review v USING (review_id)
            WHERE c.comment_id = target AND c.state = 'PUBLISHED' AND v.shown IS NOT NULL) THEN
        RETURN false;
    END IF;
    INSERT INTO review_report (target_id, reporter_id, reason, reported_at) VALUES (target, reporter, why, at) ON CONFLICT DO NOTHING;
    GET DIAGNOSTICS added = ROW_COUNT;
    UPDATE review v SET reports = v.reports + added WHERE v.review_id = target AND added > 0;
    UPDATE review_comment c SET reports = c.reports + added WHERE c.comment_id = target AND added > 0;
    RETURN true;
END $$;

-- The moderator decides, with its own sight. Nothing that was decided otherwise meanwhile is overruled: `version` is what was read.
-- Says DONE, SAME, NOT_FOUND, CHANGED or OVER.
CREATE FUNCTION decide_review(d jsonb, at timestamptz) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    known review;
    said review_comment;
    target uuid := (d ->> 'target_id')::uuid;
    decision text := d ->> 'decision';
    becomes text := CASE d ->> 'decision' WHEN 'PUBLISH' THEN 'PUBLISHED' WHEN 'REFUSE' THEN 'REFUSED' ELSE 'TAKEN_DOWN' END;
    keeps boolean := d ->> 'decision' = 'REFUSE' AND d ->> 'reason' <> 'FAKE';  -- what was shown before stays
BEGIN
    SELECT v.* INTO known FROM review v WHERE v.review_id = target AND sees_partner(v.moderator_id) FOR UPDATE;
    IF known.review_id IS NULL THEN
        SELECT c.* INTO said FROM review_comment c WHERE c.comment_id = target AND sees_partner(c.moderator_id) FOR UPDATE;
        IF said.comment_id IS NULL THEN
            RETURN 'NOT_FOUND';
        ELSIF said.state = becomes AND said.reports = 0 THEN
            RETURN 'SAME';
        ELSIF said.state <> 'PENDING' AND (said.state <> 'PUBLISHED' OR decision = 'REFUSE') OR decision = 'TAKE_DOWN' AND said.state = 'PENDING' THEN
            RETURN 'OVER';
        END IF;
        UPDATE review_comment c SET state = becomes, waits_since = NULL, reports = 0, held_for = '{}', reason = d ->> 'reason',
            reason_words = d ->> 'words' WHERE c.comment_id = target;
        INSERT INTO review_decision (decision_id, review_id, comment_id, moderator_id, decided_by, decision, reason, version, decided_at)
        VALUES ((d ->> 'decision_id')::uuid, said.review_id, target, said.moderator_id, (d ->> 'decided_by')::uuid, decision,
            d ->> 'reason', 1, at);
        RETURN 'DONE';
    END IF;
    IF known.version <> (d ->> 'version')::int THEN
        RETURN 'CHANGED';
    ELSIF known.state = becomes AND known.reports = 0 THEN
        RETURN 'SAME';
    ELSIF known.state = 'WITHDRAWN' OR decision = 'TAKE_DOWN' AND known.shown IS NULL OR decision = 'REFUSE' AND known.state <> 'PENDING'
            OR decision = 'PUBLISH' AND known.state NOT IN ('PENDING', 'PUBLISHED') THEN
        RETURN 'OVER';
    END IF;
    UPDATE review v SET state = becomes, waits_since = NULL, held_for = '{}', reports = 0, reason = d ->> 'reason', reason_words = d ->> 'words',
        shown = CASE WHEN decision = 'PUBLISH' THEN v.version WHEN keeps THEN v.shown END,
        shown_stars = CASE WHEN decision = 'PUBLISH' THEN v.stars WHEN keeps THEN v.shown_stars END,
        shown_at = CASE WHEN decision = 'PUBLISH' THEN COALESCE(v.shown_at, at) WHEN keeps THEN v.shown_at END,
        verified = has_bought(v.member_id, v.subject), looked_at = at,
        earns = CASE WHEN decision = 'PUBLISH' AND v.earns IN ('NONE', 'TAKEN_BACK') AND v.host IS NOT NULL THEN 'DUE'
            WHEN d ->> 'reason' = 'FAKE' AND v.earns = 'EARNED' THEN 'BACK_DUE'
            WHEN decision <> 'PUBLISH' AND v.earns = 'DUE' AND NOT (keeps AND v.shown IS NOT NULL) THEN 'NONE' ELSE v.earns END
    WHERE v.review_id = target;
    INSERT INTO review_decision (decision_id, review_id, moderator_id, decided_by, decision, reason, stars, version, decided_at)
    VALUES ((d ->> 'decision_id')::uuid, target, known.moderator_id, (d ->> 'decided_by')::uuid, decision, d ->> 'reason', known.stars,
        known.version, at);
    RETURN 'DONE';
END $$;

-- What everybody may read of a product, in the order asked for.
CREATE FUNCTION reviews_shown(subjects text[], stars_sign int, newest_first boolean, after_stars int, after_at timestamptz, after_id uuid, most int)
RETURNS TABLE (review_id uuid, subject varchar, stars int, title varchar, words varchar, photos varchar[], display_name varchar,
    language varchar, verified boolean, shown_at timestamptz, changed boolean, comments jsonb)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT v.review_id, v.subject, v.shown_stars, t.title, t.words, t.photos, t.display_name, t.language, v.verified, v.shown_at, v.shown > 1,
        (SELECT COALESCE(jsonb_agg(jsonb_build_object('comment_id', c.comment_id, 'words', c.words, 'display_name', c.display_name,
                'partner_id', c.partner_id, 'written_at', c.written_at) ORDER BY c.written_at, c.comment_id), '[]')
            FROM review_comment c WHERE c.review_id = v.review_id AND c.state = 'PUBLISHED')
    FROM review v JOIN review_text t ON t.review_id = v.review_id AND t.version = v.shown
    WHERE v.subject = ANY (subjects) AND v.shown IS NOT NULL AND (after_id IS NULL
        OR (v.shown_stars * stars_sign, CASE WHEN newest_first THEN -extract(epoch FROM v.shown_at) ELSE extract(epoch FROM v.shown_at) END, v.review_id)
            > (after_stars * stars_sign, CASE WHEN newest_first THEN -extract(epoch FROM after_at) ELSE extract(epoch FROM after_at) END, after_id))
    ORDER BY v.shown_stars * stars_sign, CASE WHEN newest_first THEN -extract(epoch FROM v.shown_at) ELSE extract(epoch FROM v.shown_at) END,
        v.review_id LIMIT most
$$;

-- How many gave how many stars, and how many of them bought the product.
CREATE FUNCTION review_sums(subjects text[]) RETURNS TABLE (stars int, count bigint, verified bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT v.shown_stars, count(*), count(*) FILTER (WHERE v.verified) FROM review v
    WHERE v.subject = ANY (subjects) AND v.shown IS NOT NULL GROUP BY v.shown_stars ORDER BY v.shown_stars
$$;

-- Reviews whose action is to be recorded, for the worker.
CREATE FUNCTION reviews_due(after uuid, most int)
RETURNS TABLE (review_id uuid, host uuid, member jsonb, stars int, word_count int, photo boolean, verified boolean, sku varchar, tells_stars boolean,
    round int)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT v.review_id, v.host, side_of(v.member_id, v.host), t.stars, t.word_count, t.photos <> '{}', v.verified,
        COALESCE((SELECT min(a.sku) FROM articles_of(v.subject) a WHERE a.partner_id = v.host), regexp_replace(v.subject, '^(gtin:0*|sku:[^:]*:)', '')),
        COALESCE((p.terms ->> 'tells_stars')::boolean, false), v.round
    FROM review v JOIN review_text t ON t.review_id = v.review_id AND t.version = COALESCE(v.shown, v.version)
    JOIN review_policy p ON p.policy_id = v.policy_id AND p.version = v.policy_version
    WHERE v.earns = 'DUE' AND (after IS NULL OR v.review_id > after) ORDER BY v.review_id LIMIT most
$$;

CREATE FUNCTION review_earned(review uuid, was text, becomes text, entry uuid) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE review v SET earns = becomes, earned_entry = COALESCE(entry, v.earned_entry),
        round = v.round + CASE becomes WHEN 'TAKEN_BACK' THEN 1 ELSE 0 END
    WHERE v.review_id = review AND (v.earns = was OR becomes = 'EARNED' AND v.earns = 'NONE');  -- withdrawn just now: it stands in the books
    RETURN FOUND;
END $$;

-- What an action earned, as far as it can be taken back: the lots of its points and the things it won.
CREATE FUNCTION action_gains(host uuid, entry uuid) RETURNS jsonb LANGUAGE sql STABLE AS $$
    SELECT jsonb_build_object('wallet_id', a.wallet_id, 'entry_id', a.entry_id, 'now_in', forwarded(a.wallet_id),
        'member_id', COALESCE(m.merged_into, m.member_id),
        'lots', (SELECT COALESCE(jsonb_agg(jsonb_build_object('lot_id', l.lot_id, 'points', l.original)), '[]') FROM lot l
            WHERE l.wallet_id = a.wallet_id AND l.entry_id = a.entry_id),
        'tokens', (SELECT COALESCE(jsonb_agg(t.token_id), '[]') FROM token t
            WHERE t.wallet_id IN (a.wallet_id, forwarded(a.wallet_id)) AND t.home_wallet_id = a.wallet_id
                AND t.entry_id = a.entry_id AND t.taken_back_entry IS NULL))
    FROM action a JOIN entry e ON e.wallet_id = a.wallet_id AND e.entry_id = a.entry_id
    JOIN member m ON m.member_id = e.member_id WHERE a.entry_id = entry AND a.partner_id = host
$$;

-- Reviews that were a fraud, and what they earned.
CREATE FUNCTION reviews_to_take_back(after uuid, most int) RETURNS TABLE (review_id uuid, host uuid, round int, gains jsonb)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT v.review_id, v.host, v.round, action_gains(v.host, v.earned_entry) FROM review v
    WHERE v.earns = 'BACK_DUE' AND (after IS NULL OR v.review_id > after) ORDER BY v.review_id LIMIT most
$$;

-- Whether the goods were bought is looked at again now and then: a review may come before its purchase.
CREATE FUNCTION look_again_at_reviews(before timestamptz, at timestamptz, most int) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    looked int;
BEGIN
    WITH due AS (
        SELECT v.review_id FROM review v WHERE NOT v.verified AND v.state IN ('PENDING', 'PUBLISHED') AND v.looked_at < before
        ORDER BY v.looked_at LIMIT most FOR UPDATE SKIP LOCKED
    )
    UPDATE review v SET looked_at = at, verified = has_bought(v.member_id, v.subject) FROM due WHERE v.review_id = due.review_id;
    GET DIAGNOSTICS looked = ROW_COUNT;
    RETURN looked;
END $$;

-- Goods that come back are bought no more: looked at in the transaction of the return.
CREATE FUNCTION unverify_reviews() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE review v SET verified = has_bought(v.member_id, v.subject)
    FROM (SELECT DISTINCT COALESCE(m.merged_into, m.member_id) AS member_id FROM entry e JOIN member m ON m.member_id = e.member_id
        WHERE e.wallet_id = NEW.wallet_id AND e.entry_id = NEW.purchase_entry_id) w
    WHERE v.member_id = w.member_id AND v.verified;
    RETURN NULL;
END $$;
CREATE TRIGGER purchase_return_unverifies AFTER INSERT ON purchase_return FOR EACH ROW
    WHEN (NEW.numbers <> '{}') EXECUTE FUNCTION unverify_reviews();

-- What a member wrote is erased: words, names and pictures go, its stars stay in the sums.
CREATE FUNCTION erase_reviews(member uuid) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    erased int;
BEGIN
    UPDATE review_text t SET title = NULL, words = NULL, display_name = NULL, photos = '{}', fingerprint = NULL
    FROM review v WHERE v.review_id = t.review_id AND v.member_id = member;
    GET DIAGNOSTICS erased = ROW_COUNT;
    UPDATE review v SET reason_words = NULL, waits_since = NULL, version = CASE v.state WHEN 'PENDING' THEN COALESCE(v.shown, v.version) ELSE v.version END,
        state = CASE WHEN v.state <> 'PENDING' THEN v.state WHEN v.shown IS NULL THEN 'WITHDRAWN' ELSE 'PUBLISHED' END,
        stars = CASE v.state WHEN 'PENDING' THEN COALESCE(v.shown_stars, v.stars) ELSE v.stars END,
        earns = CASE WHEN v.earns = 'DUE' THEN 'NONE' ELSE v.earns END
    WHERE v.member_id = member;
    UPDATE review_comment c SET words = NULL, display_name = NULL, fingerprint = NULL, reason = NULL, reason_words = NULL,
        state = 'WITHDRAWN', waits_since = NULL WHERE c.member_id = member;
    RETURN erased;
END $$;

-- Whoever two members turn out to be has one review of a product, the one changed last; a member that is gone has said nothing.
CREATE FUNCTION move_reviews() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    target uuid := NEW.merged_into;
BEGIN
    IF NEW.status = 'CLOSED' THEN
        PERFORM erase_reviews(NEW.member_id);
        RETURN NULL;
    END IF;
    UPDATE review l SET state = 'WITHDRAWN', shown = NULL, shown_stars = NULL, shown_at = NULL, waits_since = NULL, reason = NULL,
        reason_words = NULL, followed_by = k.review_id, earns = CASE WHEN l.earns = 'DUE' THEN 'NONE' ELSE l.earns END
    FROM review k WHERE l.subject = k.subject AND l.followed_by IS NULL AND k.followed_by IS NULL
        AND (l.member_id, k.member_id) IN ((NEW.member_id, target), (target, NEW.member_id))
        AND (k.changed_at, k.review_id) > (l.changed_at, l.review_id);
    UPDATE review v SET member_id = target WHERE v.member_id = NEW.member_id;
    UPDATE review_comment c SET member_id = target WHERE c.member_id = NEW.member_id;
    UPDATE review v SET verified = has_bought(target, v.subject) WHERE v.member_id = target;
    RETURN NULL;
END $$;
CREATE TRIGGER member_gone_moves_reviews AFTER UPDATE OF status ON member FOR EACH ROW
    WHEN (NEW.status IN ('MERGED', 'CLOSED') AND OLD.status = 'ACTIVE') EXECUTE FUNCTION move_reviews();
