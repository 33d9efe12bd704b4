-- Bonuses: what schemes of bands give business members for what they bought or sold on in a month, quarter or year. A statement tells
-- how it came about; the points of it are an action's, which campaigns answer.

CREATE TABLE bonus_scheme (
    scheme_id uuid NOT NULL,
    version integer NOT NULL,
    partner_id uuid NOT NULL CONSTRAINT fk_bonus_scheme_partner_id REFERENCES partner,
    state varchar NOT NULL CONSTRAINT ck_bonus_scheme_state CHECK (state IN ('DRAFT', 'LIVE', 'PAUSED', 'ENDED')),
    name varchar NOT NULL,
    parties uuid[] NOT NULL,
    terms jsonb NOT NULL,
    fingerprint bytea NOT NULL,
    created_at timestamptz NOT NULL,
    live_from timestamptz,
    live_until timestamptz,
    CONSTRAINT pk_bonus_scheme PRIMARY KEY (scheme_id, version),
    CONSTRAINT ck_bonus_scheme_live_times CHECK (CASE state WHEN 'DRAFT' THEN live_from IS NULL AND live_until IS NULL
        WHEN 'LIVE' THEN live_from IS NOT NULL AND live_until IS NULL
        WHEN 'PAUSED' THEN live_from IS NOT NULL AND live_until IS NOT NULL
        ELSE (live_from IS NULL) = (live_until IS NULL) END)
);
CREATE UNIQUE INDEX uq_bonus_scheme_one_draft ON bonus_scheme (scheme_id) WHERE state = 'DRAFT';
CREATE UNIQUE INDEX uq_bonus_scheme_one_live ON bonus_scheme (scheme_id) WHERE state IN ('LIVE', 'PAUSED');
CREATE INDEX ix_bonus_scheme_partner_id ON bonus_scheme (partner_id);

CREATE TABLE bonus_agreement (
    scheme_id uuid NOT NULL,
    partner_id uuid NOT NULL CONSTRAINT fk_bonus_agreement_partner_id REFERENCES partner,
    fingerprint bytea NOT NULL,
    version integer NOT NULL,
    owner_id uuid NOT NULL,
    agreed_at timestamptz NOT NULL,
    CONSTRAINT pk_bonus_agreement PRIMARY KEY (scheme_id, partner_id, fingerprint),
    CONSTRAINT fk_bonus_agreement_scheme_id_version FOREIGN KEY (scheme_id, version) REFERENCES bonus_scheme (scheme_id, version)
);

-- A period of which all statements were drawn up.
CREATE TABLE bonus_close (
    scheme_id uuid NOT NULL,
    starts date NOT NULL,
    partner_id uuid NOT NULL CONSTRAINT fk_bonus_close_partner_id REFERENCES partner,
    statements integer NOT NULL,
    closed_at timestamptz NOT NULL,
    CONSTRAINT pk_bonus_close PRIMARY KEY (scheme_id, starts)
);

CREATE TABLE bonus_statement (
    statement_id uuid CONSTRAINT pk_bonus_statement PRIMARY KEY,
    scheme_id uuid NOT NULL,
    version integer NOT NULL,
    partner_id uuid NOT NULL CONSTRAINT fk_bonus_statement_partner_id REFERENCES partner,
    business_id uuid NOT NULL CONSTRAINT fk_bonus_statement_business_id REFERENCES business,
    starts date NOT NULL,
    ends date NOT NULL,
    turnover numeric NOT NULL,
    base numeric,
    growth bigint,
    parts jsonb NOT NULL,
    bonus bigint NOT NULL CONSTRAINT ck_bonus_statement_bonus CHECK (bonus >= 0),
    corrections jsonb NOT NULL,
    correction bigint NOT NULL,
    brought bigint NOT NULL CONSTRAINT ck_bonus_statement_brought CHECK (brought <= 0),
    given bigint NOT NULL CONSTRAINT ck_bonus_statement_given CHECK (given >= 0),
    carried bigint NOT NULL CONSTRAINT ck_bonus_statement_carried CHECK (carried <= 0),
    settled bigint NOT NULL,
    state varchar NOT NULL CONSTRAINT ck_bonus_statement_state CHECK (state IN ('DRAFT', 'CHECKED', 'GIVEN')),
    drawn_up_at timestamptz NOT NULL,
    checked_at timestamptz,
    checked_by uuid,
    given_at timestamptz,
    wallet_id uuid,
    entry_id uuid,
    CONSTRAINT uq_bonus_statement_scheme_id_business_id_starts UNIQUE (scheme_id, business_id, starts),
    CONSTRAINT fk_bonus_statement_scheme_id_version FOREIGN KEY (scheme_id, version) REFERENCES bonus_scheme (scheme_id, version),
    CONSTRAINT ck_bonus_statement_sum CHECK (bonus + correction + brought = given + carried AND (given = 0 OR carried = 0)),
    CONSTRAINT ck_bonus_statement_period CHECK (starts < ends),
    CONSTRAINT ck_bonus_statement_checked CHECK ((state = 'DRAFT') = (checked_at IS NULL)),
    CONSTRAINT ck_bonus_statement_given_at CHECK ((state = 'GIVEN') = (given_at IS NOT NULL)),
    CONSTRAINT ck_bonus_statement_entry CHECK ((entry_id IS NOT NULL) = (state = 'GIVEN' AND given > 0) AND (entry_id IS NULL) = (wallet_id IS NULL))
);
CREATE INDEX ix_bonus_statement_partner_id_statement_id ON bonus_statement (partner_id, statement_id);
CREATE INDEX ix_bonus_statement_business_id ON bonus_statement (business_id);
CREATE INDEX ix_bonus_statement_checked ON bonus_statement (statement_id) WHERE state = 'CHECKED';

-- What firms sold on, as a partner reported it: a row is replaced by a later one of the same firm and number.
CREATE TABLE sold_on_report (
    report_id uuid CONSTRAINT pk_sold_on_report PRIMARY KEY,
    partner_id uuid NOT NULL CONSTRAINT fk_sold_on_report_partner_id REFERENCES partner,
    digest bytea NOT NULL,
    name varchar NOT NULL,
    taken integer NOT NULL,
    replaced integer NOT NULL,
    refused jsonb NOT NULL,
    received_at timestamptz NOT NULL,
    CONSTRAINT uq_sold_on_report_partner_id_digest UNIQUE (partner_id, digest)
);
CREATE TABLE sold_on (
    report_id uuid NOT NULL CONSTRAINT fk_sold_on_report_id REFERENCES sold_on_report,
    number integer NOT NULL,
    partner_id uuid NOT NULL,
    business_id uuid NOT NULL CONSTRAINT fk_sold_on_business_id REFERENCES business,
    reference varchar NOT NULL,
    sku varchar NOT NULL,
    day date NOT NULL,
    quantity numeric NOT NULL,
    value bigint NOT NULL,
    customer varchar,
    replaced_by uuid,
    CONSTRAINT pk_sold_on PRIMARY KEY (report_id, number)
);
CREATE UNIQUE INDEX uq_sold_on_reference ON sold_on (partner_id, business_id, reference) WHERE replaced_by IS NULL;
CREATE INDEX ix_sold_on_day ON sold_on (partner_id, business_id, day) WHERE replaced_by IS NULL;

CREATE FUNCTION guard_bonus_scheme() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.state <> 'DRAFT' THEN
        IF to_jsonb(NEW) - ARRAY['state', 'live_until'] IS DISTINCT FROM to_jsonb(OLD) - ARRAY['state', 'live_until']
            OR (OLD.state, NEW.state) NOT IN (('LIVE', 'PAUSED'), ('LIVE', 'ENDED'), ('PAUSED', 'ENDED'))
            OR OLD.live_until IS NOT NULL AND NEW.live_until IS DISTINCT FROM OLD.live_until
        THEN
            RAISE EXCEPTION 'version % of scheme % has been live and never changes; make the next version', OLD.version, OLD.scheme_id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_bonus_scheme_live_never_changes';
        END IF;
        RETURN NEW;
    END IF;
    IF NEW.state = 'LIVE' AND EXISTS (
        SELECT FROM unnest(NEW.parties) AS s (partner_id) WHERE s.partner_id <> NEW.partner_id AND NOT EXISTS (
            SELECT FROM bonus_agreement a
            WHERE a.scheme_id = NEW.scheme_id AND a.partner_id = s.partner_id AND a.fingerprint = NEW.fingerprint)
    ) THEN
        RAISE EXCEPTION 'a party to scheme % has not agreed to its terms', NEW.scheme_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_bonus_scheme_parties_agreed';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER bonus_scheme_guarded BEFORE INSERT OR UPDATE ON bonus_scheme FOR EACH ROW EXECUTE FUNCTION guard_bonus_scheme();

-- A statement tells for ever what it told: only its course, and at what it counts by now, move.
CREATE FUNCTION guard_bonus_statement() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    course text[] := ARRAY['state', 'checked_at', 'checked_by', 'given_at', 'wallet_id', 'entry_id', 'settled'];
BEGIN
    IF to_jsonb(NEW) - course IS DISTINCT FROM to_jsonb(OLD) - course OR (OLD.state, NEW.state) NOT IN (('DRAFT', 'DRAFT'),
        ('DRAFT', 'CHECKED'), ('CHECKED', 'CHECKED'), ('CHECKED', 'GIVEN'), ('GIVEN', 'GIVEN'))
        OR OLD.entry_id IS NOT NULL AND NEW.entry_id IS DISTINCT FROM OLD.entry_id
    THEN
        RAISE EXCEPTION 'statement % stays as it was drawn up', OLD.statement_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_bonus_statement_stays';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER bonus_statement_guarded BEFORE UPDATE ON bonus_statement FOR EACH ROW EXECUTE FUNCTION guard_bonus_statement();

CREATE FUNCTION bonus_texts(terms jsonb, part text) RETURNS text[] LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN terms ? part THEN ARRAY(SELECT jsonb_array_elements_text(terms -> part)) END
$$;

-- Whether an article counts; one that is not in the catalogue has no category, brand or maker.
CREATE FUNCTION bonus_counts(terms jsonb, sku text, g product) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT (NOT terms ? 'skus' OR terms -> 'skus' ? sku)
        AND (NOT terms ? 'categories' OR COALESCE(terms -> 'categories' ? (g).category, false))
        AND (NOT terms ? 'brands' OR COALESCE(terms -> 'brands' ? (g).brand, false))
        AND (NOT terms ? 'makers' OR COALESCE(terms -> 'makers' ? (g).maker_id::text, false))
        AND NOT COALESCE(terms -> 'not_skus' ? sku, false)
        AND NOT COALESCE(terms -> 'not_categories' ? (g).category, false)
        AND NOT COALESCE(terms -> 'not_brands' ? (g).brand, false)
$$;

-- Purchases that count, with what of them does: lines that count, less what came back of them; of the value, what was paid by means
-- that are left out goes off in proportion, rounded down for each purchase. Elsewhere than at the owner's own tills they count while
-- the firm lets the owner know of them. Each place is a firm as it stands now.
CREATE FUNCTION bonus_purchases(terms jsonb, owner uuid, wallets uuid[], members uuid[], since timestamptz, until timestamptz)
RETURNS TABLE (place bigint, wallet_id uuid, entry_id uuid, partner_id uuid, occurred_at timestamptz, value bigint, quantity numeric)
LANGUAGE sql STABLE AS $$
    SELECT s.place, p.wallet_id, p.entry_id, p.partner_id, p.occurred_at,
        CASE WHEN COALESCE(o.paid, 0) > 0 THEN floor(l.value::numeric * greatest(p.total - o.paid, 0) / p.total)::bigint ELSE l.value END, l.quantity
    FROM tier_sources(false, wallets, members) s
    JOIN purchase p ON p.wallet_id = s.wallet_id AND p.occurred_at >= since AND p.occurred_at < until
        AND p.partner_id = ANY (bonus_texts(terms, 'partners')::uuid[])
        AND (p.partner_id = owner OR allows_offers(wallets[s.place], members[s.place], owner))
    CROSS JOIN LATERAL (
        SELECT sum(i.amount - COALESCE(r.amount, 0))::bigint AS value, sum(i.quantity - COALESCE(r.quantity, 0)) AS quantity
        FROM unnest(p.numbers, p.skus, p.amounts, p.quantities) AS i (number, sku, amount, quantity)
        LEFT JOIN product g ON g.partner_id = p.partner_id AND g.sku = i.sku
        LEFT JOIN LATERAL (SELECT sum(a.amount) AS amount, sum(a.quantity) AS quantity FROM purchase_return b,
                unnest(b.numbers, b.amounts, b.quantities) AS a (number, amount, quantity)
            WHERE b.wallet_id = p.wallet_id AND b.purchase_entry_id = p.entry_id AND a.number = i.number) r ON p.returns > 0
        WHERE i.quantity > 0 AND bonus_counts(terms, i.sku, g)
    ) l
    LEFT JOIN LATERAL (SELECT sum((t ->> 1)::bigint) AS paid FROM jsonb_array_elements(p.facts -> 'tenders') t
        WHERE terms -> 'not_tenders' ? (t ->> 0)) o ON terms ? 'not_tenders'
    WHERE l.value IS NOT NULL AND (s.alone OR EXISTS (SELECT FROM entry e
        WHERE e.wallet_id = p.wallet_id AND e.entry_id = p.entry_id AND e.member_id = s.member_id))
$$;

-- What firms turned over in a stretch of days of the coalition, in minor units or pieces, in the order asked; 0 where there was nothing.
CREATE FUNCTION bonus_turnover(terms jsonb, owner uuid, firms uuid[], starts date, ends date) RETURNS TABLE (place bigint, turnover numeric)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_custom_plan SET jit = off AS $$
DECLARE
    zone text := coalition_zone();
    by_value boolean := COALESCE(terms ->> 'measure', 'VALUE') = 'VALUE';
    wallets uuid[];
    members uuid[];
BEGIN
    IF COALESCE(terms ->> 'source', 'PURCHASES') = 'SOLD_ON' THEN
        RETURN QUERY SELECT a.place, COALESCE(sum(CASE WHEN by_value THEN o.value ELSE o.quantity END), 0)
        FROM unnest(firms) WITH ORDINALITY AS a (firm, place)
        LEFT JOIN LATERAL (SELECT x.value, x.quantity FROM sold_on x LEFT JOIN product g ON g.partner_id = owner AND g.sku = x.sku
            WHERE x.partner_id = owner AND x.business_id = a.firm AND x.replaced_by IS NULL AND x.day >= starts AND x.day < ends
                AND bonus_counts(terms, x.sku, g)) o ON true
        GROUP BY a.place ORDER BY a.place;
        RETURN;
    END IF;
    SELECT array_agg(n.wallet_id ORDER BY a.place), array_agg(n.member_id ORDER BY a.place) INTO wallets, members
    FROM unnest(firms) WITH ORDINALITY AS a (firm, place) JOIN business b ON b.business_id = a.firm
    LEFT JOIN LATERAL member_now(b.member_id) n ON true;
    RETURN QUERY SELECT a.place, COALESCE(t.figure, 0) FROM unnest(firms) WITH ORDINALITY AS a (firm, place)
    LEFT JOIN (SELECT p.place, sum(CASE WHEN by_value THEN p.value ELSE p.quantity END) AS figure
        FROM bonus_purchases(terms, owner, wallets, members, local_midnight(starts, zone), local_midnight(ends, zone)) p
        GROUP BY p.place) t ON t.place = a.place
    ORDER BY a.place;
END $$;

-- The schemes by which statements are or were drawn up, with the periods that are closed.
CREATE FUNCTION bonus_schemes_live() RETURNS TABLE (scheme_id uuid, version int, partner_id uuid, state varchar, terms text,
    live_from timestamptz, live_until timestamptz, closed date[])
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT s.scheme_id, s.version, s.partner_id, s.state, s.terms::text, s.live_from, s.live_until,
        ARRAY(SELECT c.starts FROM bonus_close c WHERE c.scheme_id = s.scheme_id)
    FROM bonus_scheme s WHERE s.live_from IS NOT NULL ORDER BY s.scheme_id, s.version
$$;

-- Firms that take part in a period and have no statement of it yet: those that the owner serves when it ends, of its groups where it
-- names some. Firms that turned out to be one have one statement.
CREATE FUNCTION bonus_firms_due(scheme uuid, owner uuid, groups uuid[], starts date, ends date, after uuid, most int)
RETURNS TABLE (business_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT v.business_id FROM business_service v JOIN business b ON b.business_id = v.business_id CROSS JOIN LATERAL member_now(b.member_id) n
    WHERE v.partner_id = owner AND v.decided_at < local_midnight(ends, coalition_zone()) AND v.state IN ('ACTIVE', 'ENDED')
        AND (v.ended_at IS NULL OR v.ended_at >= local_midnight(ends, coalition_zone()))
        AND (cardinality(groups) = 0 OR in_any_segment(n.member_id, groups)) AND (after IS NULL OR v.business_id > after)
        AND NOT EXISTS (SELECT FROM bonus_statement t WHERE t.scheme_id = scheme AND t.business_id = v.business_id AND t.starts = bonus_firms_due.starts)
        AND NOT EXISTS (SELECT FROM business o JOIN member m ON m.member_id = o.member_id WHERE o.business_id < b.business_id
            AND (m.member_id = n.member_id OR m.merged_into = n.member_id) AND EXISTS (SELECT FROM business_service w
                WHERE w.business_id = o.business_id AND w.partner_id = owner AND w.state = 'ACTIVE'))
    ORDER BY v.business_id LIMIT most
$$;

-- Statements of firms under a scheme from a day on, before another: what later ones correct and carry on.
CREATE FUNCTION bonus_statements_before(scheme uuid, firms uuid[], since date, before date)
RETURNS TABLE (statement_id uuid, business_id uuid, version int, starts date, ends date, settled bigint, carried bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT t.statement_id, t.business_id, t.version, t.starts, t.ends, t.settled, t.carried FROM bonus_statement t
    WHERE t.scheme_id = scheme AND t.business_id = ANY (firms) AND t.starts < before AND t.ends > since ORDER BY t.starts, t.business_id
$$;

-- Statements as they were figured. One that somebody else drew up in the meantime stands; one whose corrections somebody else counted
-- in the meantime is figured again at the next turn.
CREATE FUNCTION keep_bonus_statements(items jsonb, at timestamptz) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    t record;
    kept int := 0;
    there int;
BEGIN
    FOR t IN SELECT * FROM jsonb_to_recordset(items) AS x(statement_id uuid, scheme_id uuid, version int, partner_id uuid, business_id uuid,
            starts date, ends date, turnover numeric, base numeric, growth bigint, parts jsonb, bonus bigint, corrections jsonb,
            correction bigint, brought bigint, given bigint, carried bigint, checked boolean) ORDER BY x.business_id
    LOOP
        PERFORM FROM bonus_statement o WHERE o.scheme_id = t.scheme_id AND o.business_id = t.business_id ORDER BY o.starts FOR UPDATE;
        CONTINUE WHEN EXISTS (SELECT FROM jsonb_to_recordset(t.corrections) AS c(statement uuid, was bigint)
                JOIN bonus_statement o ON o.statement_id = c.statement WHERE o.settled <> c.was)
            OR t.brought <> COALESCE((SELECT o.carried FROM bonus_statement o WHERE o.scheme_id = t.scheme_id
                AND o.business_id = t.business_id AND o.starts < t.starts ORDER BY o.starts DESC LIMIT 1), 0);
        INSERT INTO bonus_statement (statement_id, scheme_id, version, partner_id, business_id, starts, ends, turnover, base, growth, parts,
            bonus, corrections, correction, brought, given, carried, settled, state, drawn_up_at, checked_at)
        VALUES (t.statement_id, t.scheme_id, t.version, t.partner_id, t.business_id, t.starts, t.ends, t.turnover, t.base, t.growth, t.parts,
            t.bonus, t.corrections, t.correction, t.brought, t.given, t.carried, t.bonus,
            CASE WHEN t.checked THEN 'CHECKED' ELSE 'DRAFT' END, at, CASE WHEN t.checked THEN at END)
        ON CONFLICT ON CONSTRAINT uq_bonus_statement_scheme_id_business_id_starts DO NOTHING;
        GET DIAGNOSTICS there = ROW_COUNT;
        CONTINUE WHEN there = 0;
        kept := kept + 1;
        UPDATE bonus_statement o SET settled = c.now FROM jsonb_to_recordset(t.corrections) AS c(statement uuid, now bigint)
        WHERE o.statement_id = c.statement;
    END LOOP;
    RETURN kept;
END $$;

CREATE FUNCTION close_bonus_period(scheme uuid, first_day date, at timestamptz) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    INSERT INTO bonus_close (scheme_id, starts, partner_id, statements, closed_at)
    SELECT scheme, first_day, (SELECT s.partner_id FROM bonus_scheme s WHERE s.scheme_id = scheme LIMIT 1),
        (SELECT count(*) FROM bonus_statement t WHERE t.scheme_id = scheme AND t.starts = first_day), at
    ON CONFLICT DO NOTHING
$$;

-- Statements that are to be given, with the firm as their owner knows it; null: the firm is there no more.
CREATE FUNCTION bonus_statements_checked(after uuid, most int)
RETURNS TABLE (statement_id uuid, partner_id uuid, scheme text, starts date, ends date, turnover numeric, growth bigint, given bigint, firm jsonb)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT t.statement_id, t.partner_id, s.name, t.starts, t.ends, t.turnover, t.growth, t.given, side_of(b.member_id, t.partner_id)
    FROM bonus_statement t JOIN bonus_scheme s ON s.scheme_id = t.scheme_id AND s.version = t.version
    JOIN business b ON b.business_id = t.business_id
    WHERE t.state = 'CHECKED' AND (after IS NULL OR t.statement_id > after) ORDER BY t.statement_id LIMIT most
$$;

CREATE FUNCTION note_bonus_given(one uuid, wallet uuid, entry uuid, at timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE bonus_statement t SET state = 'GIVEN', given_at = at, wallet_id = wallet, entry_id = entry
    WHERE t.statement_id = one AND t.state = 'CHECKED';
    RETURN FOUND;
END $$;

-- What a firm's statements say, to whoever acts for it.
CREATE FUNCTION business_statements(member uuid, business uuid) RETURNS SETOF bonus_statement
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT t.* FROM bonus_statement t WHERE t.business_id = business AND t.state <> 'DRAFT'
        AND EXISTS (SELECT FROM my_businesses(member) m WHERE m.business_id = business) ORDER BY t.starts DESC, t.statement_id DESC
$$;

-- Schemes that a firm takes part in now, to whoever acts for it.
CREATE FUNCTION business_schemes(member uuid, business uuid)
RETURNS TABLE (scheme_id uuid, version int, partner_id uuid, state varchar, terms text, live_from timestamptz, live_until timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT s.scheme_id, s.version, s.partner_id, s.state, s.terms::text, s.live_from, s.live_until FROM bonus_scheme s
    JOIN business_service v ON v.partner_id = s.partner_id AND v.business_id = business AND v.state = 'ACTIVE'
    JOIN my_businesses(member) m ON m.business_id = business
    WHERE s.state = 'LIVE' AND (NOT s.terms ? 'groups' OR in_any_segment(m.member_id, bonus_texts(s.terms, 'groups')::uuid[]))
    ORDER BY s.scheme_id
$$;

-- The purchases behind a statement, to its owner and at its own tills alone.
CREATE FUNCTION bonus_statement_purchases(owner uuid, one uuid, after_at timestamptz, after_entry uuid, most int)
RETURNS TABLE (wallet_id uuid, entry_id uuid, occurred_at timestamptz, value bigint, quantity numeric)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT p.wallet_id, p.entry_id, p.occurred_at, p.value, p.quantity
    FROM bonus_statement t JOIN bonus_scheme s ON s.scheme_id = t.scheme_id AND s.version = t.version
    JOIN business b ON b.business_id = t.business_id CROSS JOIN LATERAL member_now(b.member_id) n
    CROSS JOIN LATERAL bonus_purchases(s.terms, t.partner_id, ARRAY[n.wallet_id], ARRAY[n.member_id],
        local_midnight(t.starts, coalition_zone()), local_midnight(t.ends, coalition_zone())) p
    WHERE t.statement_id = one AND t.partner_id = owner AND p.partner_id = owner AND COALESCE(s.terms ->> 'source', 'PURCHASES') = 'PURCHASES'
        AND (after_at IS NULL OR (p.occurred_at, p.entry_id) > (after_at, after_entry))
    ORDER BY p.occurred_at, p.entry_id LIMIT most
$$;

-- Rows of what firms sold on. The same report is taken once; a row of the same firm and number replaces the one before.
-- A report of which no row counts leaves nothing behind.
CREATE FUNCTION take_sold_on(report jsonb, items jsonb, at timestamptz) RETURNS TABLE (report_id uuid, taken int, replaced int, refused jsonb, replayed boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    r record;
    old sold_on_report;
    unknown jsonb;
    out_of_use int;
    came int;
BEGIN
    SELECT * INTO r FROM jsonb_to_record(report) AS x(report_id uuid, partner_id uuid, digest bytea, name text, refused jsonb);
    PERFORM pg_advisory_xact_lock(hashtextextended('sold on ' || r.partner_id, 0));
    SELECT * INTO old FROM sold_on_report o WHERE o.partner_id = r.partner_id AND o.digest = r.digest;
    IF FOUND THEN
        RETURN QUERY SELECT old.report_id, old.taken, old.replaced, old.refused, true;
        RETURN;
    END IF;
    SELECT COALESCE(jsonb_agg(jsonb_build_object('number', i.number, 'field', 'firm', 'why', 'you serve no such firm') ORDER BY i.number), '[]') INTO unknown
    FROM jsonb_to_recordset(items) AS i(number int, member_id uuid)
    WHERE NOT EXISTS (SELECT FROM business_of(r.partner_id, i.member_id));
    IF jsonb_array_length(unknown) = jsonb_array_length(items) THEN
        RETURN QUERY SELECT r.report_id, 0, 0, r.refused || unknown, false;
        RETURN;
    END IF;
    INSERT INTO sold_on_report (report_id, partner_id, digest, name, taken, replaced, refused, received_at)
    VALUES (r.report_id, r.partner_id, r.digest, r.name, 0, 0, r.refused || unknown, at);
    WITH given AS (
        SELECT f.business_id, i.reference FROM jsonb_to_recordset(items) AS i(member_id uuid, reference text)
        CROSS JOIN LATERAL (SELECT x AS business_id FROM business_of(r.partner_id, i.member_id) x) f
    )
    UPDATE sold_on o SET replaced_by = r.report_id FROM given g
    WHERE o.partner_id = r.partner_id AND o.business_id = g.business_id AND o.reference = g.reference AND o.replaced_by IS NULL;
    GET DIAGNOSTICS out_of_use = ROW_COUNT;
    INSERT INTO sold_on (report_id, number, partner_id, business_id, reference, sku, day, quantity, value, customer)
    SELECT r.report_id, i.number, r.partner_id, f.business_id, i.reference, i.sku, i.day, i.quantity, i.value, i.customer
    FROM jsonb_to_recordset(items) AS i(number int, member_id uuid, reference text, sku text, day date, quantity numeric, value bigint, customer text)
    CROSS JOIN LATERAL (SELECT x AS business_id FROM business_of(r.partner_id, i.member_id) x) f;
    GET DIAGNOSTICS came = ROW_COUNT;
    UPDATE sold_on_report o SET taken = came, replaced = out_of_use WHERE o.report_id = r.report_id;
    RETURN QUERY SELECT r.report_id, came, out_of_use, r.refused || unknown, false;
END $$;

-- The firm that a partner serves as this member.
CREATE FUNCTION business_of(partner uuid, member uuid) RETURNS SETOF uuid LANGUAGE sql STABLE AS $$
    SELECT b.business_id FROM member o JOIN business b ON b.member_id = o.member_id
    JOIN business_service v ON v.business_id = b.business_id AND v.partner_id = partner AND v.state = 'ACTIVE'
    WHERE o.member_id = member OR o.merged_into = member ORDER BY b.business_id LIMIT 1
$$;
