-- Trials: a maker hands samples to members it chooses, and they say what they think. There are just so many places, whoever comes at
-- the same moment: all that takes or frees one holds the lock of the trial's course.

CREATE TABLE trial (
    trial_id uuid NOT NULL,
    version integer NOT NULL CONSTRAINT ck_trial_version CHECK (version > 0),
    partner_id uuid NOT NULL CONSTRAINT fk_trial_partner_id REFERENCES partner,
    state varchar NOT NULL CONSTRAINT ck_trial_state CHECK (state IN ('DRAFT', 'LIVE', 'PAUSED', 'ENDED')),
    name varchar NOT NULL,
    terms jsonb NOT NULL,
    fingerprint bytea NOT NULL,
    created_at timestamptz NOT NULL,
    live_from timestamptz,
    live_until timestamptz,
    CONSTRAINT pk_trial PRIMARY KEY (trial_id, version),
    CONSTRAINT ck_trial_live CHECK (state NOT IN ('LIVE', 'PAUSED') OR live_from IS NOT NULL)
);
CREATE UNIQUE INDEX uq_trial_one_draft ON trial (trial_id) WHERE state = 'DRAFT';
CREATE UNIQUE INDEX uq_trial_one_live ON trial (trial_id) WHERE state IN ('LIVE', 'PAUSED');
CREATE UNIQUE INDEX uq_trial_name ON trial (partner_id, name) WHERE state IN ('LIVE', 'PAUSED');
CREATE INDEX ix_trial_partner_id_trial_id ON trial (partner_id, trial_id);

-- How far a trial has come; the seed of its draw is secret until then, its digest is told from the start.
CREATE TABLE trial_course (
    trial_id uuid CONSTRAINT pk_trial_course PRIMARY KEY,
    partner_id uuid NOT NULL CONSTRAINT fk_trial_course_partner_id REFERENCES partner,
    places integer NOT NULL,
    taken integer NOT NULL,
    applied integer NOT NULL,
    seed bytea NOT NULL CONSTRAINT ck_trial_course_seed CHECK (length(seed) = 32),
    drawn_at timestamptz,
    tickets integer,
    digest bytea,
    CONSTRAINT ck_trial_course_taken CHECK (taken BETWEEN 0 AND places),
    CONSTRAINT ck_trial_course_drawn CHECK ((drawn_at IS NULL) = (digest IS NULL) AND (drawn_at IS NULL) = (tickets IS NULL))
);

CREATE TABLE trial_place (
    place_id uuid CONSTRAINT pk_trial_place PRIMARY KEY,
    trial_id uuid NOT NULL,
    partner_id uuid NOT NULL CONSTRAINT fk_trial_place_partner_id REFERENCES partner,
    member_id uuid NOT NULL,
    number integer NOT NULL,
    rank integer,
    state varchar NOT NULL CONSTRAINT ck_trial_place_state
        CHECK (state IN ('APPLIED', 'CHOSEN', 'ACCEPTED', 'HANDED', 'FEEDBACK', 'DONE', 'DECLINED', 'LAPSED')),
    holder varchar,
    applied_at timestamptz NOT NULL,
    chosen_at timestamptz,
    accepted_at timestamptz,
    handed_at timestamptz,
    handed_by uuid CONSTRAINT fk_trial_place_handed_by REFERENCES partner,
    outlet_id uuid,
    feedback_at timestamptz,
    response_id uuid,
    entry_id uuid,
    ended_at timestamptz,
    due_at timestamptz,
    followed_by uuid,
    CONSTRAINT uq_trial_place_trial_id_number UNIQUE (trial_id, number),
    CONSTRAINT ck_trial_place_chosen CHECK (state NOT IN ('CHOSEN', 'ACCEPTED', 'HANDED', 'FEEDBACK', 'DONE') OR chosen_at IS NOT NULL),
    CONSTRAINT ck_trial_place_handed CHECK (state NOT IN ('HANDED', 'FEEDBACK', 'DONE') OR handed_at IS NOT NULL),
    CONSTRAINT ck_trial_place_kept CHECK (state NOT IN ('APPLIED', 'CHOSEN', 'ACCEPTED') OR handed_at IS NULL),
    CONSTRAINT ck_trial_place_feedback CHECK (state NOT IN ('FEEDBACK', 'DONE') OR response_id IS NOT NULL),
    CONSTRAINT ck_trial_place_done CHECK (state <> 'DONE' OR entry_id IS NOT NULL)
);
CREATE UNIQUE INDEX uq_trial_place_one_each ON trial_place (trial_id, member_id) WHERE followed_by IS NULL;
CREATE INDEX ix_trial_place_member_id ON trial_place (member_id);
CREATE INDEX ix_trial_place_line ON trial_place (trial_id, rank, number) WHERE state = 'APPLIED';
CREATE INDEX ix_trial_place_due_at ON trial_place (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX ix_trial_place_feedback ON trial_place (place_id) WHERE state = 'FEEDBACK';
CREATE INDEX ix_trial_place_accepted ON trial_place (trial_id, place_id) WHERE state = 'ACCEPTED';

-- A place is taken by whoever was chosen and has not given it up; and by a sample that is out, for good.
CREATE FUNCTION takes_place(state varchar, handed_at timestamptz) RETURNS boolean LANGUAGE sql IMMUTABLE AS
$$ SELECT state IN ('CHOSEN', 'ACCEPTED', 'HANDED', 'FEEDBACK', 'DONE') OR handed_at IS NOT NULL $$;

CREATE FUNCTION trial_now(one uuid) RETURNS trial LANGUAGE sql STABLE AS
$$ SELECT t.* FROM trial t WHERE t.trial_id = one AND t.live_from IS NOT NULL ORDER BY t.version DESC LIMIT 1 $$;

CREATE FUNCTION trial_time(t trial, name text) RETURNS timestamptz LANGUAGE sql STABLE AS $$ SELECT (t.terms ->> name)::timestamptz $$;

-- Whether a trial is meant for a member: in one of its segments, of one of its tiers, and allowing its maker offers, where it asks so.
CREATE FUNCTION meant_by_trial(t trial, wallet uuid, member uuid, at timestamptz) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT (t.terms -> 'segments' IS NULL OR in_any_segment(member, ARRAY(SELECT x::uuid FROM jsonb_array_elements_text(t.terms -> 'segments') x)))
        AND (t.terms -> 'tiers' IS NULL OR EXISTS (SELECT FROM tiers_held(ARRAY[t.partner_id], ARRAY[wallet], ARRAY[member], at) h
            WHERE h.tier IN (SELECT jsonb_array_elements_text(t.terms -> 'tiers'))))
        AND (NOT COALESCE((t.terms ->> 'offers')::boolean, true) OR allows_offers(wallet, member, t.partner_id))
$$;

-- Whoever is next in line gets each free place; the caller holds the course's lock.
CREATE FUNCTION fill_places(t trial, at timestamptz) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    course trial_course;
    chosen int;
BEGIN
    SELECT c.* INTO STRICT course FROM trial_course c WHERE c.trial_id = t.trial_id FOR UPDATE;
    IF at >= trial_time(t, 'feedback_until') OR t.state = 'ENDED'
            OR COALESCE(t.terms ->> 'choosing', 'RANDOM') = 'RANDOM' AND course.drawn_at IS NULL THEN
        RETURN;
    END IF;
    WITH line AS (
        SELECT p.place_id FROM trial_place p WHERE p.trial_id = t.trial_id AND p.state = 'APPLIED'
        ORDER BY p.rank NULLS LAST, p.number LIMIT course.places - course.taken
    )
    UPDATE trial_place p SET state = 'CHOSEN', chosen_at = at,
        due_at = LEAST(at + make_interval(days => COALESCE((t.terms ->> 'accept_days')::int, 7)), trial_time(t, 'feedback_until'))
    FROM line WHERE p.place_id = line.place_id;
    GET DIAGNOSTICS chosen = ROW_COUNT;
    UPDATE trial_course c SET taken = c.taken + chosen WHERE c.trial_id = t.trial_id AND chosen > 0;
END $$;

-- A place is given up before its sample was handed: the next in line gets it.
CREATE FUNCTION free_place(place uuid, becomes text, at timestamptz) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    known trial_place;
BEGIN
    SELECT p.* INTO STRICT known FROM trial_place p WHERE p.place_id = place;
    PERFORM FROM trial_course c WHERE c.trial_id = known.trial_id FOR UPDATE;
    SELECT p.* INTO STRICT known FROM trial_place p WHERE p.place_id = place FOR UPDATE;
    IF known.state NOT IN ('APPLIED', 'CHOSEN', 'ACCEPTED') THEN
        RETURN;
    END IF;
    UPDATE trial_place p SET state = becomes, ended_at = at, due_at = NULL WHERE p.place_id = place;
    UPDATE trial_course c SET taken = c.taken - 1 WHERE c.trial_id = known.trial_id AND known.state <> 'APPLIED';
    PERFORM fill_places(trial_now(known.trial_id), at);
END $$;

-- A maker opens a trial, with its own sight; a next version may have other places, but not fewer than are taken. Says OPENED or TAKEN.
CREATE FUNCTION open_trial(one uuid, wanted int, secret bytea, at timestamptz) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    t trial := trial_now(one);
BEGIN
    IF t.trial_id IS NULL OR NOT sees_partner(t.partner_id) THEN
        RETURN 'NOT_FOUND';
    END IF;
    INSERT INTO trial_course (trial_id, partner_id, places, taken, applied, seed) VALUES (one, t.partner_id, wanted, 0, 0, secret)
    ON CONFLICT (trial_id) DO UPDATE SET places = wanted WHERE trial_course.taken <= wanted;
    IF NOT FOUND THEN
        RETURN 'TAKEN';
    END IF;
    PERFORM fill_places(t, at);
    RETURN 'OPENED';
END $$;

-- A member applies. The maker knows it from then on, by an id of its own. Says DONE, SAME, NOT_FOUND, NOT_OPEN, NOT_MEANT or OVER.
CREATE FUNCTION apply_for_trial(one uuid, member uuid, place uuid, at timestamptz) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    t trial := trial_now(one);
    who record;
    known trial_place;
    number int;
BEGIN
    SELECT * INTO who FROM member_now(member);
    IF t.trial_id IS NULL OR who.member_id IS NULL THEN
        RETURN 'NOT_FOUND';
    END IF;
    PERFORM FROM trial_course c WHERE c.trial_id = one FOR UPDATE;
    t := trial_now(one);
    SELECT p.* INTO known FROM trial_place p WHERE p.trial_id = one AND p.member_id = who.member_id AND p.followed_by IS NULL;
    IF known.state IN ('DECLINED', 'LAPSED') THEN
        RETURN 'OVER';
    ELSIF known.place_id IS NOT NULL THEN
        RETURN 'SAME';
    ELSIF NOT meant_by_trial(t, who.wallet_id, who.member_id, at) THEN
        RETURN 'NOT_MEANT';
    ELSIF t.state <> 'LIVE' OR at < trial_time(t, 'apply_from') OR at >= trial_time(t, 'apply_until')
            OR NOT EXISTS (SELECT FROM partner o WHERE o.partner_id = t.partner_id AND meets_members(o.status)) THEN
        RETURN 'NOT_OPEN';
    END IF;
    INSERT INTO link (wallet_id, member_id, partner_id, pairwise_id, since)
    SELECT who.wallet_id, who.member_id, t.partner_id, gen_random_uuid(), at WHERE NOT EXISTS (SELECT FROM link l
        WHERE l.wallet_id = who.wallet_id AND l.member_id = who.member_id AND l.partner_id = t.partner_id)
    ON CONFLICT DO NOTHING;
    UPDATE trial_course c SET applied = c.applied + 1 WHERE c.trial_id = one RETURNING c.applied - 1 INTO number;
    INSERT INTO trial_place (place_id, trial_id, partner_id, member_id, number, state, applied_at)
    VALUES (place, one, t.partner_id, who.member_id, number, 'APPLIED', at);
    PERFORM fill_places(t, at);
    RETURN 'DONE';
END $$;

-- Whoever was chosen takes the place, or anybody gives up. Says DONE, SAME, NOT_FOUND or OVER.
CREATE FUNCTION answer_to_trial(one uuid, member uuid, takes boolean, at timestamptz) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    known trial_place;
BEGIN
    PERFORM FROM trial_course c WHERE c.trial_id = one FOR UPDATE;
    SELECT p.* INTO known FROM trial_place p JOIN member_now(member) n ON n.member_id = p.member_id
    WHERE p.trial_id = one AND p.followed_by IS NULL FOR UPDATE OF p;
    IF known.place_id IS NULL THEN
        RETURN 'NOT_FOUND';
    ELSIF known.state = (CASE WHEN takes THEN 'ACCEPTED' ELSE 'DECLINED' END) THEN
        RETURN 'SAME';
    ELSIF takes AND (known.state <> 'CHOSEN' OR known.due_at <= at) OR NOT takes AND known.state NOT IN ('APPLIED', 'CHOSEN', 'ACCEPTED') THEN
        RETURN 'OVER';
    ELSIF takes THEN
        UPDATE trial_place p SET state = 'ACCEPTED', accepted_at = at, due_at = trial_time(trial_now(one), 'feedback_until')
        WHERE p.place_id = known.place_id;
    ELSE
        PERFORM free_place(known.place_id, 'DECLINED', at);
    END IF;
    RETURN 'DONE';
END $$;

-- A sample is handed: over a counter named in the terms, or by the maker that sends it. Says DONE, SAME, NOT_FOUND or OVER.
CREATE FUNCTION hand_sample(one uuid, member uuid, by_partner uuid, at_outlet uuid, at timestamptz) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    known trial_place;
    t trial := trial_now(one);
BEGIN
    IF t.trial_id IS NULL OR t.partner_id <> by_partner
            AND NOT COALESCE(t.terms -> 'partners' ? by_partner::text AND t.terms ->> 'handing' = 'OUTLET', false) THEN
        RETURN 'NOT_FOUND';
    END IF;
    PERFORM FROM trial_course c WHERE c.trial_id = one FOR UPDATE;
    SELECT p.* INTO known FROM trial_place p JOIN member_now(member) n ON n.member_id = p.member_id
    WHERE p.trial_id = one AND p.followed_by IS NULL FOR UPDATE OF p;
    IF known.place_id IS NULL THEN
        RETURN 'NOT_FOUND';
    ELSIF known.handed_at IS NOT NULL THEN
        RETURN CASE WHEN known.handed_by = by_partner THEN 'SAME' ELSE 'OVER' END;
    ELSIF known.state <> 'ACCEPTED' OR at >= trial_time(t, 'feedback_until') THEN
        RETURN 'OVER';
    END IF;
    UPDATE trial_place p SET state = 'HANDED', handed_at = at, handed_by = by_partner, outlet_id = at_outlet,
        due_at = trial_time(t, 'feedback_until') WHERE p.place_id = known.place_id;
    RETURN 'DONE';
END $$;

-- What somebody who has a sample says of it goes with the response, in its own transaction: nothing is lost in between.
CREATE FUNCTION note_trial_feedback() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE trial_place p SET state = 'FEEDBACK', feedback_at = NEW.completed_at, response_id = NEW.response_id, due_at = NULL, ended_at = NULL
    WHERE p.trial_id = substr(NEW.occasion, 7)::uuid AND p.member_id = NEW.member_id AND p.followed_by IS NULL
        AND p.handed_at IS NOT NULL AND p.state IN ('HANDED', 'LAPSED');
    RETURN NULL;
END $$;
CREATE TRIGGER survey_response_is_trial_feedback AFTER INSERT OR UPDATE OF completed_at ON survey_response FOR EACH ROW
    WHEN (NEW.via = 'TRIAL' AND NEW.completed_at IS NOT NULL) EXECUTE FUNCTION note_trial_feedback();

-- Draws that are due, with the holders of their tickets in order.
CREATE FUNCTION trials_to_draw(at timestamptz, settles interval, most int)
RETURNS TABLE (trial_id uuid, seed bytea, tickets jsonb)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT c.trial_id, c.seed, (SELECT COALESCE(jsonb_agg(jsonb_build_object('ticket_id', p.place_id, 'member_id', p.member_id)
            ORDER BY p.number), '[]') FROM trial_place p WHERE p.trial_id = c.trial_id)
    FROM trial_course c CROSS JOIN LATERAL trial_now(c.trial_id) t
    WHERE c.drawn_at IS NULL AND t.state IN ('LIVE', 'PAUSED') AND COALESCE(t.terms ->> 'choosing', 'RANDOM') = 'RANDOM'
        AND trial_time(t, 'apply_until') + settles <= at ORDER BY c.trial_id LIMIT most
$$;

-- The line in which tickets were drawn is kept, once; the first get the places. Tickets of which any changed meanwhile are drawn anew.
CREATE FUNCTION keep_trial_draw(one uuid, numbers int[], holders text[], lines_digest bytea, at timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE trial_course c SET drawn_at = at, tickets = cardinality(numbers), digest = lines_digest
    WHERE c.trial_id = one AND c.drawn_at IS NULL AND c.applied = cardinality(numbers);
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    UPDATE trial_place p SET rank = l.rank, holder = holders[p.number + 1]
    FROM unnest(numbers) WITH ORDINALITY AS l (number, rank) WHERE p.trial_id = one AND p.number = l.number;
    PERFORM fill_places(trial_now(one), at);
    RETURN true;
END $$;

-- Places that nobody answers to, samples that nobody came for, and members that allow no offers any more, go to the next in line; a
-- trial that is over leaves nobody waiting.
CREATE FUNCTION lapse_places(at timestamptz, most int) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    due record;
    lapsed int := 0;
BEGIN
    FOR due IN
        SELECT p.place_id, p.trial_id, p.state FROM trial_place p CROSS JOIN LATERAL trial_now(p.trial_id) t
        WHERE p.due_at <= at
            OR p.state = 'APPLIED' AND (t.state = 'ENDED' OR trial_time(t, 'feedback_until') <= at)
            OR p.state IN ('CHOSEN', 'ACCEPTED') AND (COALESCE((t.terms ->> 'offers')::boolean, true)
                AND NOT EXISTS (SELECT FROM member_now(p.member_id) n WHERE allows_offers(n.wallet_id, n.member_id, p.partner_id)))
        ORDER BY p.trial_id, p.place_id LIMIT most
    LOOP
        IF due.state = 'HANDED' THEN
            UPDATE trial_place p SET state = 'LAPSED', ended_at = at, due_at = NULL WHERE p.place_id = due.place_id AND p.state = 'HANDED';
        ELSE
            PERFORM free_place(due.place_id, 'LAPSED', at);
        END IF;
        lapsed := lapsed + 1;
    END LOOP;
    RETURN lapsed;
END $$;

-- Whom to give a voucher as the sample.
CREATE FUNCTION samples_to_give(after uuid, most int)
RETURNS TABLE (place_id uuid, trial_id uuid, member_id uuid, partner_id uuid, coupon_id uuid, pairwise_id uuid,
    accepted_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT p.place_id, p.trial_id, p.member_id, p.partner_id, (t.terms ->> 'coupon')::uuid, (side_of(p.member_id, p.partner_id) ->> 'pairwise_id')::uuid,
        p.accepted_at
    FROM trial_place p CROSS JOIN LATERAL trial_now(p.trial_id) t
    WHERE p.state = 'ACCEPTED' AND t.terms ->> 'handing' = 'VOUCHER' AND (after IS NULL OR p.place_id > after)
    ORDER BY p.place_id LIMIT most
$$;

-- Feedback whose action is to be recorded.
CREATE FUNCTION trials_answered(after uuid, most int) RETURNS TABLE (place_id uuid, host uuid, name varchar, member jsonb)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT p.place_id, p.partner_id, t.name, side_of(p.member_id, p.partner_id) FROM trial_place p CROSS JOIN LATERAL trial_now(p.trial_id) t
    WHERE p.state = 'FEEDBACK' AND (after IS NULL OR p.place_id > after) ORDER BY p.place_id LIMIT most
$$;

CREATE FUNCTION trial_done(place uuid, entry uuid, at timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE trial_place p SET state = 'DONE', entry_id = entry, ended_at = at WHERE p.place_id = place AND p.state = 'FEEDBACK';
    RETURN FOUND;
END $$;

-- What everybody is told of a trial's draw: the digest of its seed from the start, all else once it was drawn.
CREATE FUNCTION trial_draws_told(trials uuid[])
RETURNS TABLE (trial_id uuid, commitment bytea, seed bytea, tickets int, digest bytea, drawn_at timestamptz, places int, taken int)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT c.trial_id, sha256(c.seed), CASE WHEN c.drawn_at IS NOT NULL THEN c.seed END, COALESCE(c.tickets, c.applied), c.digest, c.drawn_at,
        c.places, c.taken
    FROM trial_course c WHERE c.trial_id = ANY (trials)
$$;

CREATE FUNCTION trial_tickets_told(one uuid, first int, most int) RETURNS TABLE (number int, ticket_id uuid, holder varchar, rank int)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT p.number, p.place_id, p.holder, p.rank FROM trial_place p JOIN trial_course c USING (trial_id)
    WHERE p.trial_id = one AND c.drawn_at IS NOT NULL AND p.holder IS NOT NULL AND p.number >= first ORDER BY p.number LIMIT most
$$;

-- The trials that a member may apply for, and those it takes part in, the newest first; to the member alone.
CREATE FUNCTION trials_of_member(member uuid, at timestamptz)
RETURNS TABLE (trial_id uuid, version int, partner_id uuid, state varchar, name varchar, terms jsonb, fingerprint bytea, created_at timestamptz,
    live_from timestamptz, live_until timestamptz, place jsonb)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT t.trial_id, t.version, t.partner_id, t.state, t.name, t.terms, t.fingerprint, t.created_at, t.live_from, t.live_until,
        CASE WHEN p.place_id IS NOT NULL THEN to_jsonb(p) END
    FROM (SELECT DISTINCT x.trial_id FROM trial x WHERE x.state IN ('LIVE', 'PAUSED')
        UNION SELECT y.trial_id FROM trial_place y WHERE y.member_id = member) k
    CROSS JOIN LATERAL trial_now(k.trial_id) t
    CROSS JOIN LATERAL member_now(member) n
    LEFT JOIN trial_place p ON p.trial_id = t.trial_id AND p.member_id = n.member_id AND p.followed_by IS NULL
    WHERE sees_member(member) AND (p.place_id IS NOT NULL OR t.state = 'LIVE' AND at >= trial_time(t, 'apply_from')
        AND at < trial_time(t, 'apply_until') AND meant_by_trial(t, n.wallet_id, n.member_id, at))
    ORDER BY t.trial_id DESC LIMIT 100
$$;

-- The trials of which a partner hands samples, over its counters or by mail; to the partner.
CREATE FUNCTION trials_at_counter(counter uuid, at timestamptz)
RETURNS TABLE (trial_id uuid, partner_id uuid, name varchar, feedback_until timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT t.trial_id, t.partner_id, t.name, trial_time(t, 'feedback_until')
    FROM (SELECT DISTINCT x.trial_id FROM trial x WHERE x.state IN ('LIVE', 'PAUSED')) k CROSS JOIN LATERAL trial_now(k.trial_id) t
    WHERE sees_partner(counter) AND at < trial_time(t, 'feedback_until') AND (t.partner_id = counter AND t.terms ->> 'handing' <> 'VOUCHER'
        OR t.terms ->> 'handing' = 'OUTLET' AND COALESCE(t.terms -> 'partners' ? counter::text, false))
    ORDER BY t.trial_id DESC LIMIT 1000
$$;

-- Who takes part, for the maker: by its own id of the member, where the member allows it offers.
CREATE FUNCTION trial_places_of(one uuid, after int, most int)
RETURNS TABLE (place_id uuid, trial_id uuid, number int, rank int, state varchar, applied_at timestamptz, chosen_at timestamptz,
    accepted_at timestamptz, handed_at timestamptz, handed_by uuid, feedback_at timestamptz, ended_at timestamptz, pairwise_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT p.place_id, p.trial_id, p.number, p.rank, p.state, p.applied_at, p.chosen_at, p.accepted_at, p.handed_at, p.handed_by, p.feedback_at,
        p.ended_at, (SELECT min(l.pairwise_id::text)::uuid FROM member_now(p.member_id) n
            JOIN link l ON l.wallet_id = n.wallet_id AND l.member_id = n.member_id AND l.partner_id = p.partner_id
            WHERE allows_offers(n.wallet_id, n.member_id, p.partner_id))
    FROM trial_place p WHERE p.trial_id = one AND sees_partner(p.partner_id) AND p.followed_by IS NULL AND p.number > COALESCE(after, -1)
    ORDER BY p.number LIMIT most
$$;

-- Whoever two members turn out to be has one place of a trial: the one that came further, else the earlier. A sample that is out is out.
CREATE FUNCTION move_trial_places() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    pair record;
    one uuid;
    told timestamptz := coalition_time();
BEGIN
    IF NEW.status = 'CLOSED' THEN
        FOR one IN SELECT p.place_id FROM trial_place p WHERE p.member_id = NEW.member_id AND p.state IN ('APPLIED', 'CHOSEN', 'ACCEPTED')
                ORDER BY p.trial_id LOOP
            PERFORM free_place(one, 'LAPSED', told);
        END LOOP;
        RETURN NULL;
    END IF;
    FOR pair IN
        SELECT (array_agg(p.place_id ORDER BY takes_place(p.state, p.handed_at) DESC, p.handed_at NULLS LAST, p.accepted_at NULLS LAST,
            p.number)) AS places FROM trial_place p
        WHERE p.member_id IN (NEW.member_id, NEW.merged_into) AND p.followed_by IS NULL
        GROUP BY p.trial_id HAVING count(*) > 1 ORDER BY p.trial_id
    LOOP
        UPDATE trial_place p SET followed_by = pair.places[1] WHERE p.place_id = pair.places[2];
        PERFORM free_place(pair.places[2], 'LAPSED', told);
    END LOOP;
    UPDATE trial_place p SET member_id = NEW.merged_into WHERE p.member_id = NEW.member_id;
    RETURN NULL;
END $$;
CREATE TRIGGER member_gone_moves_trial_places AFTER UPDATE OF status ON member FOR EACH ROW
    WHEN (NEW.status IN ('MERGED', 'CLOSED') AND OLD.status = 'ACTIVE') EXECUTE FUNCTION move_trial_places();
