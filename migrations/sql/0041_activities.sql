-- Joint activities: tastings, presentations and events of several partners, with places for so many. Who comes is between the member,
-- the partner that invited it and the counter that saw it; the others learn numbers.

CREATE TABLE activity (
    activity_id uuid NOT NULL,
    version integer NOT NULL CONSTRAINT ck_activity_version CHECK (version > 0),
    partner_id uuid NOT NULL CONSTRAINT fk_activity_partner_id REFERENCES partner,
    state varchar NOT NULL CONSTRAINT ck_activity_state CHECK (state IN ('DRAFT', 'LIVE', 'PAUSED', 'ENDED')),
    name varchar NOT NULL,
    kind varchar NOT NULL,
    starts_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL CONSTRAINT ck_activity_ends_at CHECK (ends_at > starts_at),
    terms jsonb NOT NULL,
    hosts uuid[] NOT NULL CONSTRAINT ck_activity_hosts CHECK (cardinality(hosts) > 0),
    sponsors uuid[] NOT NULL,
    fingerprint bytea NOT NULL,
    created_at timestamptz NOT NULL,
    live_from timestamptz,
    live_until timestamptz,
    CONSTRAINT pk_activity PRIMARY KEY (activity_id, version),
    CONSTRAINT ck_activity_live_times CHECK (CASE state WHEN 'DRAFT' THEN live_from IS NULL AND live_until IS NULL
        WHEN 'LIVE' THEN live_from IS NOT NULL AND live_until IS NULL
        WHEN 'PAUSED' THEN live_from IS NOT NULL AND live_until IS NOT NULL
        ELSE (live_from IS NULL) = (live_until IS NULL) END)
);
CREATE INDEX ix_activity_partner_id ON activity (partner_id);
CREATE INDEX ix_activity_starts_at ON activity (starts_at) WHERE state = 'LIVE';
CREATE UNIQUE INDEX uq_activity_one_draft ON activity (activity_id) WHERE state = 'DRAFT';
CREATE UNIQUE INDEX uq_activity_one_live ON activity (activity_id) WHERE state IN ('LIVE', 'PAUSED');

CREATE TABLE activity_agreement (
    activity_id uuid NOT NULL,
    partner_id uuid NOT NULL CONSTRAINT fk_activity_agreement_partner_id REFERENCES partner,
    fingerprint bytea NOT NULL,
    version integer NOT NULL,
    owner_id uuid NOT NULL,
    agreed_at timestamptz NOT NULL,
    CONSTRAINT pk_activity_agreement PRIMARY KEY (activity_id, partner_id, fingerprint),
    CONSTRAINT fk_activity_agreement_activity_id FOREIGN KEY (activity_id, version) REFERENCES activity
);

-- What has been live never changes: members were invited to it. And nobody pays who has not agreed to these very terms.
CREATE FUNCTION guard_activity() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.state <> 'DRAFT' THEN
        IF to_jsonb(NEW) - ARRAY['state', 'live_until'] IS DISTINCT FROM to_jsonb(OLD) - ARRAY['state', 'live_until']
            OR (OLD.state, NEW.state) NOT IN (('LIVE', 'PAUSED'), ('LIVE', 'ENDED'), ('PAUSED', 'ENDED'))
            OR OLD.live_until IS NOT NULL AND NEW.live_until IS DISTINCT FROM OLD.live_until
        THEN
            RAISE EXCEPTION 'version % of activity % has been live and never changes', OLD.version, OLD.activity_id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_activity_live_never_changes';
        END IF;
        RETURN NEW;
    END IF;
    IF NEW.state = 'LIVE' AND EXISTS (SELECT FROM unnest(NEW.sponsors) AS s (partner_id)
        WHERE s.partner_id <> NEW.partner_id AND NOT EXISTS (SELECT FROM activity_agreement a
            WHERE a.activity_id = NEW.activity_id AND a.partner_id = s.partner_id AND a.fingerprint = NEW.fingerprint))
    THEN
        RAISE EXCEPTION 'a partner of activity % has not agreed to its terms', NEW.activity_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_activity_sponsors_agreed';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER activity_guarded BEFORE INSERT OR UPDATE ON activity FOR EACH ROW EXECUTE FUNCTION guard_activity();

-- One member and one activity: invited or not, its answer, and whether it came.
CREATE TABLE activity_place (
    place_id uuid NOT NULL CONSTRAINT pk_activity_place PRIMARY KEY,
    activity_id uuid NOT NULL,
    partner_id uuid NOT NULL CONSTRAINT fk_activity_place_partner_id REFERENCES partner,
    member_id uuid NOT NULL,
    invited boolean NOT NULL,
    state varchar NOT NULL CONSTRAINT ck_activity_place_state
        CHECK (state IN ('INVITED', 'ACCEPTED', 'WAITING', 'DECLINED', 'CANCELLED', 'CAME')),
    guests integer NOT NULL CONSTRAINT ck_activity_place_guests CHECK (guests >= 0),
    invited_at timestamptz NOT NULL,
    answered_at timestamptz,
    turn bigint,
    told_at timestamptz,
    reminded_at timestamptz,
    came_at timestamptz,
    came_to uuid CONSTRAINT fk_activity_place_came_to REFERENCES partner,
    came_by varchar CONSTRAINT ck_activity_place_came_by CHECK (came_by IN ('CODE', 'CARD', 'HOST_CODE')),
    action varchar CONSTRAINT ck_activity_place_action CHECK (action IN ('PENDING', 'RECORDED', 'LOST')),
    entry_wallet_id uuid,
    entry_id uuid,
    CONSTRAINT uq_activity_place_member UNIQUE (activity_id, member_id),
    CONSTRAINT ck_activity_place_came CHECK ((state = 'CAME') = (came_at IS NOT NULL)
        AND num_nonnulls(came_at, came_to, came_by, action) IN (0, 4)),
    CONSTRAINT ck_activity_place_entry CHECK ((action IS NOT DISTINCT FROM 'RECORDED') = (entry_id IS NOT NULL)
        AND (entry_id IS NULL) = (entry_wallet_id IS NULL)),
    CONSTRAINT ck_activity_place_turn CHECK ((state = 'WAITING') = (turn IS NOT NULL))
);
CREATE INDEX ix_activity_place_member_id ON activity_place (member_id);
CREATE INDEX ix_activity_place_pending ON activity_place (place_id) WHERE action = 'PENDING';
CREATE INDEX ix_activity_place_untold ON activity_place (place_id) WHERE told_at IS NULL;

-- What somebody paid, or plans to pay, for an activity that partners share.
CREATE TABLE activity_cost (
    cost_id uuid NOT NULL CONSTRAINT pk_activity_cost PRIMARY KEY,
    activity_id uuid NOT NULL,
    partner_id uuid NOT NULL CONSTRAINT fk_activity_cost_partner_id REFERENCES partner,
    sponsors uuid[] NOT NULL,
    kind varchar NOT NULL CONSTRAINT ck_activity_cost_kind CHECK (kind IN ('PLAN', 'ACTUAL')),
    label varchar NOT NULL,
    amount bigint NOT NULL CONSTRAINT ck_activity_cost_amount CHECK (amount <> 0),
    idempotency_key varchar NOT NULL,
    entered_at timestamptz NOT NULL,
    CONSTRAINT uq_activity_cost_key UNIQUE (partner_id, idempotency_key)
);
CREATE INDEX ix_activity_cost_activity_id ON activity_cost (activity_id);

-- A member becomes another: its places are the other's, the farther of two stays.
CREATE FUNCTION take_places_along() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM activity_place p USING activity_place o
    WHERE p.member_id = OLD.member_id AND o.activity_id = p.activity_id AND o.member_id = NEW.merged_into AND p.state <> 'CAME'
        AND (o.state IN ('ACCEPTED', 'CAME') OR p.state NOT IN ('ACCEPTED', 'WAITING'));
    DELETE FROM activity_place o USING activity_place p
    WHERE p.member_id = OLD.member_id AND o.activity_id = p.activity_id AND o.member_id = NEW.merged_into AND o.state <> 'CAME';
    UPDATE activity_place p SET member_id = NEW.merged_into WHERE p.member_id = OLD.member_id
        AND NOT EXISTS (SELECT FROM activity_place o WHERE o.activity_id = p.activity_id AND o.member_id = NEW.merged_into);
    RETURN NULL;
END $$;
CREATE TRIGGER merged_member_takes_places AFTER UPDATE OF merged_into ON member FOR EACH ROW
    WHEN (OLD.merged_into IS NULL AND NEW.merged_into IS NOT NULL) EXECUTE FUNCTION take_places_along();

CREATE FUNCTION activity_in_force(activity uuid) RETURNS activity LANGUAGE sql STABLE AS $$
    SELECT a FROM activity a WHERE a.activity_id = activity_in_force.activity AND a.state IN ('LIVE', 'PAUSED')
$$;

-- For whom an activity is: members of its kinds, segments and tiers.
CREATE FUNCTION fits_activity(a activity, member uuid) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT (NOT a.terms ? 'members' OR (SELECT n.kind FROM member_now(member) n) IN (SELECT jsonb_array_elements_text(a.terms -> 'members')))
        AND (NOT a.terms ? 'segments' OR in_any_segment(member, ARRAY(SELECT x::uuid FROM jsonb_array_elements_text(a.terms -> 'segments') x)))
        AND (NOT a.terms ? 'not_segments'
            OR NOT in_any_segment(member, ARRAY(SELECT x::uuid FROM jsonb_array_elements_text(a.terms -> 'not_segments') x)))
        AND (NOT a.terms ? 'tiers' OR EXISTS (SELECT FROM tier_standing s WHERE s.member_id = member
            AND s.tier IN (SELECT jsonb_array_elements_text(a.terms -> 'tiers'))))
$$;

-- The seats that are taken: of all, or of those that one partner invited.
CREATE FUNCTION seats_taken(activity uuid, inviter uuid) RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT COALESCE(sum(1 + p.guests), 0) FROM activity_place p
    WHERE p.activity_id = seats_taken.activity AND p.state IN ('ACCEPTED', 'CAME') AND (inviter IS NULL OR p.partner_id = inviter)
$$;

CREATE FUNCTION seats_fit(a activity, inviter uuid, seats bigint) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT seats_taken(a.activity_id, NULL) + seats <= (a.terms ->> 'places')::bigint
        AND seats_taken(a.activity_id, inviter) + seats
            <= COALESCE((a.terms -> 'places_of' ->> inviter::text)::bigint, (a.terms ->> 'places')::bigint)
$$;

-- The one lock on an activity's places: whoever takes or frees one waits for the others. It must be taken in a statement before the one
-- that reads who has a place.
CREATE FUNCTION lock_places(activity uuid) RETURNS void LANGUAGE sql AS $$
    SELECT pg_advisory_xact_lock(hashtextextended(activity::text, 41))
$$;

-- Those who wait the longest get the places that are free and large enough; says whom.
CREATE FUNCTION move_up(a activity, at timestamptz) RETURNS uuid[] LANGUAGE plpgsql AS $$
DECLARE
    w activity_place;
    moved uuid[] := '{}';
BEGIN
    FOR w IN SELECT p.* FROM activity_place p WHERE p.activity_id = a.activity_id AND p.state = 'WAITING' ORDER BY p.turn LOOP
        IF seats_fit(a, w.partner_id, 1 + w.guests) THEN
            UPDATE activity_place SET state = 'ACCEPTED', turn = NULL WHERE place_id = w.place_id;
            moved := moved || w.place_id;
        END IF;
    END LOOP;
    PERFORM keep_messages(activity_drafts(moved, 'ACTIVITY_PLACE', 'MOVED_UP', at), at);
    RETURN moved;
END $$;

-- Members are invited by a partner that takes part: those that it knows and the activity is for, each once.
CREATE FUNCTION invite_to_activity(activity uuid, partner uuid, members uuid[], at timestamptz) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    a activity := activity_in_force(invite_to_activity.activity);
    made int;
BEGIN
    IF NOT sees_partner(partner) OR a.activity_id IS NULL OR NOT (partner = a.partner_id OR partner = ANY (a.sponsors || a.hosts))
        OR a.starts_at <= at
    THEN
        RETURN NULL;
    END IF;
    INSERT INTO activity_place (place_id, activity_id, partner_id, member_id, invited, state, guests, invited_at)
    SELECT gen_random_uuid(), a.activity_id, partner, n.member_id, true, 'INVITED', 0, at
    FROM (SELECT DISTINCT unnest(members) AS member_id) x CROSS JOIN LATERAL member_now(x.member_id) n
    WHERE EXISTS (SELECT FROM link l WHERE l.wallet_id = n.wallet_id AND l.member_id = n.member_id AND l.partner_id = partner)
        AND fits_activity(a, n.member_id)
    ON CONFLICT DO NOTHING;
    GET DIAGNOSTICS made = ROW_COUNT;
    RETURN made;
END $$;

-- The members of a segment that a partner may invite.
CREATE FUNCTION members_of_segment(partner uuid, segment uuid) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT s.member_id FROM segment_member s WHERE s.segment_id = segment AND s.until IS NULL AND sees_partner(partner)
$$;

-- A member answers: ACCEPT with so many guests, DECLINE or CANCEL. Says where it stands then, or a refusal by its code. Answers to one
-- activity wait for each other, so that places are never more than there are.
CREATE FUNCTION answer_activity(activity uuid, member uuid, answer text, guests int, at timestamptz) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    a activity;
    p activity_place;
    whose uuid := (SELECT n.member_id FROM member_now(member) n);
    next text;
BEGIN
    PERFORM lock_places(answer_activity.activity);
    a := activity_in_force(answer_activity.activity);
    SELECT x.* INTO p FROM activity_place x WHERE x.activity_id = a.activity_id AND x.member_id = whose;
    IF a.activity_id IS NULL OR whose IS NULL OR p.place_id IS NULL AND NOT (COALESCE((a.terms ->> 'open')::boolean, false)
        AND fits_activity(a, whose))
    THEN
        RETURN 'ACTIVITY_NOT_FOUND';
    ELSIF at >= COALESCE((a.terms ->> 'answer_until')::timestamptz, a.starts_at) OR p.state = 'CAME' OR a.state = 'PAUSED' THEN
        RETURN 'ACTIVITY_CLOSED';
    ELSIF guests > COALESCE((a.terms ->> 'guests')::int, 0) THEN
        RETURN 'TOO_MANY_GUESTS';
    END IF;
    IF p.place_id IS NULL THEN
        INSERT INTO activity_place (place_id, activity_id, partner_id, member_id, invited, state, guests, invited_at, told_at)
        VALUES (gen_random_uuid(), a.activity_id, a.partner_id, whose, false, 'INVITED', 0, at, at) RETURNING * INTO p;
    END IF;
    IF answer = 'ACCEPT' THEN
        IF p.state IN ('ACCEPTED', 'WAITING') AND p.guests = answer_activity.guests THEN
            RETURN p.state;
        END IF;
        UPDATE activity_place x SET state = 'INVITED', turn = NULL WHERE x.place_id = p.place_id;  -- its own seats count no more
        next := CASE WHEN seats_fit(a, p.partner_id, 1 + answer_activity.guests) THEN 'ACCEPTED'
            WHEN p.state <> 'ACCEPTED' AND COALESCE((a.terms ->> 'waiting')::boolean, true) THEN 'WAITING' END;
        IF next IS NULL THEN
            RAISE EXCEPTION USING ERRCODE = 'HA003', MESSAGE = 'ACTIVITY_FULL';
        END IF;
    ELSE
        next := CASE WHEN answer = 'DECLINE' AND p.state = 'INVITED' THEN 'DECLINED' WHEN p.state = 'DECLINED' THEN 'DECLINED'
            ELSE 'CANCELLED' END;
    END IF;
    UPDATE activity_place x SET state = next, guests = CASE answer WHEN 'ACCEPT' THEN answer_activity.guests ELSE 0 END, answered_at = at,
        turn = CASE WHEN next = 'WAITING' THEN COALESCE(p.turn, (SELECT COALESCE(max(w.turn), 0) + 1 FROM activity_place w
            WHERE w.activity_id = a.activity_id)) END
    WHERE x.place_id = p.place_id;
    IF p.state IN ('ACCEPTED', 'WAITING') THEN
        PERFORM move_up(a, at);
    END IF;
    RETURN (SELECT x.state FROM activity_place x WHERE x.place_id = p.place_id);
EXCEPTION WHEN SQLSTATE 'HA003' THEN
    RETURN SQLERRM;
END $$;

-- A member came: once. Whoever has a place is let in; who has none too, while there is room and the activity is for it.
CREATE FUNCTION attend_activity(activity uuid, member uuid, host uuid, way text, early interval, late interval, at timestamptz)
RETURNS TABLE (outcome text, place_id uuid)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    a activity;
    p activity_place;
    whose uuid := (SELECT n.member_id FROM member_now(member) n);
BEGIN
    PERFORM lock_places(attend_activity.activity);
    a := activity_in_force(attend_activity.activity);
    SELECT x.* INTO p FROM activity_place x WHERE x.activity_id = a.activity_id AND x.member_id = whose;
    IF a.activity_id IS NULL OR whose IS NULL OR NOT host = ANY (a.hosts) THEN
        RETURN QUERY SELECT 'ACTIVITY_NOT_FOUND', NULL::uuid;
    ELSIF p.state = 'CAME' THEN
        RETURN QUERY SELECT 'REPLAYED', p.place_id;
    ELSIF at < a.starts_at - early OR at > a.ends_at + late THEN
        RETURN QUERY SELECT 'NOT_ON_NOW', NULL::uuid;
    ELSIF COALESCE(p.state, '') <> 'ACCEPTED' AND NOT (p.invited IS TRUE OR COALESCE((a.terms ->> 'open')::boolean, false)
        AND fits_activity(a, whose))
    THEN
        RETURN QUERY SELECT 'NO_PLACE', NULL::uuid;
    ELSIF COALESCE(p.state, '') <> 'ACCEPTED' AND NOT seats_fit(a, COALESCE(p.partner_id, a.partner_id), 1) THEN
        RETURN QUERY SELECT 'ACTIVITY_FULL', NULL::uuid;
    ELSE
        INSERT INTO activity_place AS x (place_id, activity_id, partner_id, member_id, invited, state, guests, invited_at, told_at, came_at,
            came_to, came_by, action)
        VALUES (gen_random_uuid(), a.activity_id, a.partner_id, whose, false, 'CAME', 0, at, at, at, host, way, 'PENDING')
        ON CONFLICT (activity_id, member_id) DO UPDATE SET state = 'CAME', turn = NULL, came_at = at, came_to = host, came_by = way,
            action = 'PENDING', guests = CASE x.state WHEN 'ACCEPTED' THEN x.guests ELSE 0 END
        RETURNING x.* INTO p;
        RETURN QUERY SELECT 'CAME', p.place_id;
    END IF;
END $$;

-- Those who came and whose action is to be recorded, as members are now.
CREATE FUNCTION attendances_pending(after uuid, most int, of_place uuid)
RETURNS TABLE (place_id uuid, owner_id uuid, name varchar, kind varchar, inviter varchar, invited boolean, guests int,
    came_at timestamptz, wallet_id uuid, member_id uuid, member_kind varchar, pairwise_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT p.place_id, a.partner_id, a.name, a.kind, i.slug, p.invited, p.guests, p.came_at, n.wallet_id, n.member_id,
        n.kind, (SELECT l.pairwise_id FROM link l WHERE l.wallet_id = n.wallet_id AND l.member_id = n.member_id
            AND l.partner_id = a.partner_id LIMIT 1)
    FROM activity_place p
    JOIN LATERAL (SELECT x.* FROM activity x WHERE x.activity_id = p.activity_id AND x.live_from IS NOT NULL
        ORDER BY x.version DESC LIMIT 1) a ON true
    JOIN partner i ON i.partner_id = p.partner_id
    LEFT JOIN LATERAL member_now(p.member_id) n ON true
    WHERE p.action = 'PENDING' AND (after IS NULL OR p.place_id > after) AND (of_place IS NULL OR p.place_id = of_place)
    ORDER BY p.place_id LIMIT most
$$;

CREATE FUNCTION settle_attendance(place uuid, wallet uuid, entry uuid) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE activity_place p SET action = CASE WHEN entry IS NULL THEN 'LOST' ELSE 'RECORDED' END, entry_wallet_id = wallet, entry_id = entry
    WHERE p.place_id = place AND p.action = 'PENDING';
    RETURN FOUND;
END $$;

-- What members are told: an invitation, with consent to offers of whoever invites; that they moved up, and a reminder, in any case.
CREATE FUNCTION activity_drafts(places uuid[], topic text, news text, at timestamptz) RETURNS message_draft[] LANGUAGE sql STABLE AS $$
    SELECT array_agg(ROW (p.member_id, topic, concat_ws('/', p.place_id, news), p.partner_id, jsonb_strip_nulls(jsonb_build_object(
        'activity', jsonb_build_object('', a.name) || COALESCE((SELECT jsonb_object_agg(t.key, t.value ->> 'name')
            FROM jsonb_each(a.terms -> 'texts') t), '{}'),
        'partner', r.name, 'starts_at', a.starts_at, 'place', COALESCE(a.terms ->> 'address', o.name), 'news', news)), at)::message_draft)
    FROM activity_place p JOIN activity a ON a.activity_id = p.activity_id AND a.state = 'LIVE'
    JOIN partner r ON r.partner_id = p.partner_id LEFT JOIN outlet o ON o.outlet_id = (a.terms ->> 'outlet')::uuid
    WHERE p.place_id = ANY (places)
$$;

-- Tell those who were invited, and remind those who have a place; so many at once. For the worker alone.
CREATE FUNCTION tell_of_activities(most int, before interval, at timestamptz) RETURNS TABLE (invited int, reminded int)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    places uuid[];
BEGIN
    IF NOT sees_coalition() THEN
        RAISE EXCEPTION 'messages are written with the sight of the coalition' USING ERRCODE = 'insufficient_privilege';
    END IF;
    places := ARRAY(SELECT p.place_id FROM activity_place p
        JOIN activity a ON a.activity_id = p.activity_id AND a.state = 'LIVE' AND a.starts_at > at
        WHERE p.told_at IS NULL ORDER BY p.place_id LIMIT most FOR UPDATE OF p SKIP LOCKED);
    UPDATE activity_place SET told_at = at WHERE place_id = ANY (places);
    PERFORM keep_messages(activity_drafts(places, 'ACTIVITY_INVITATION', NULL, at), at);
    invited := cardinality(places);
    places := ARRAY(SELECT p.place_id FROM activity a JOIN activity_place p ON p.activity_id = a.activity_id AND p.state = 'ACCEPTED'
            AND p.reminded_at IS NULL
        WHERE a.state = 'LIVE' AND a.starts_at > at AND a.starts_at <= at + before ORDER BY p.place_id LIMIT most FOR UPDATE OF p SKIP LOCKED);
    UPDATE activity_place SET reminded_at = at WHERE place_id = ANY (places);
    PERFORM keep_messages(activity_drafts(places, 'ACTIVITY_PLACE', 'REMINDER', at), at);
    reminded := cardinality(places);
    RETURN NEXT;
END $$;

-- As in 0038, and invitations to activities.
CREATE OR REPLACE FUNCTION is_marketing(topic text) RETURNS boolean LANGUAGE sql IMMUTABLE AS
$$ SELECT topic IN ('REWARD_IN_REACH', 'BIRTHDAY', 'VOUCHER_ENDING', 'SURVEY', 'ACTIVITY_INVITATION') $$;

-- Activities that a member may see: those it was invited to or answered, and open ones that are for it; with the member's own sight.
CREATE FUNCTION my_activities(member uuid, at timestamptz)
RETURNS TABLE (activity jsonb, place_id uuid, state varchar, invited boolean, guests int, came_at timestamptz, seats_left bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT to_jsonb(a), p.place_id, p.state, p.invited, p.guests, p.came_at,
        GREATEST((a.terms ->> 'places')::bigint - seats_taken(a.activity_id, NULL), 0)
    FROM member_now(member) n JOIN activity a ON a.state IN ('LIVE', 'PAUSED')
    LEFT JOIN activity_place p ON p.activity_id = a.activity_id AND p.member_id = n.member_id
    WHERE sees_member(member) AND (p.place_id IS NOT NULL AND a.ends_at > at - interval '90 days'
        OR a.ends_at > at AND COALESCE((a.terms ->> 'open')::boolean, false) AND fits_activity(a, n.member_id))
    ORDER BY a.starts_at, a.activity_id
$$;

-- What a code that a member shows stands for: the member's place, whoever reads it among the hosts.
CREATE FUNCTION place_told(place uuid, host uuid) RETURNS TABLE (activity_id uuid, member_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT p.activity_id, p.member_id FROM activity_place p WHERE p.place_id = place
        AND host = ANY ((activity_in_force(p.activity_id)).hosts)
$$;

-- How an activity went, in numbers, for those who take part.
CREATE FUNCTION activity_numbers(viewer uuid, activity uuid, at timestamptz)
RETURNS TABLE (inviter_id uuid, invited bigint, accepted bigint, waiting bigint, declined bigint, cancelled bigint, came bigint,
    guests bigint, no_shows bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT p.partner_id, count(*) FILTER (WHERE p.invited), count(*) FILTER (WHERE p.state = 'ACCEPTED'),
        count(*) FILTER (WHERE p.state = 'WAITING'), count(*) FILTER (WHERE p.state = 'DECLINED'),
        count(*) FILTER (WHERE p.state = 'CANCELLED'), count(*) FILTER (WHERE p.state = 'CAME'),
        COALESCE(sum(p.guests) FILTER (WHERE p.state = 'CAME'), 0),
        count(*) FILTER (WHERE p.state = 'ACCEPTED' AND a.ends_at < at)
    FROM activity_place p
    JOIN LATERAL (SELECT x.* FROM activity x WHERE x.activity_id = p.activity_id AND x.live_from IS NOT NULL
        ORDER BY x.version DESC LIMIT 1) a ON true
    WHERE p.activity_id = activity_numbers.activity AND CASE WHEN viewer IS NULL THEN sees_coalition()
        ELSE sees_partner(viewer) AND viewer = ANY (a.partner_id || a.sponsors || a.hosts) END
    GROUP BY p.partner_id ORDER BY p.partner_id
$$;

-- What those who came bought afterwards at one's own tills, of members who allow one their offers; only of at least so many.
CREATE FUNCTION bought_after_activity(viewer uuid, activity uuid, within interval, fewest int)
RETURNS TABLE (members bigint, purchases bigint, amount bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH came AS (
        SELECT n.wallet_id, n.member_id, p.came_at FROM activity_place p CROSS JOIN LATERAL member_now(p.member_id) n
        WHERE p.activity_id = bought_after_activity.activity AND p.state = 'CAME' AND sees_partner(viewer)
            AND allows_offers(n.wallet_id, n.member_id, viewer)
            AND EXISTS (SELECT FROM activity a WHERE a.activity_id = p.activity_id AND a.live_from IS NOT NULL
                AND viewer = ANY (a.partner_id || a.sponsors || a.hosts))
    ), bought AS (
        SELECT c.member_id, b.total - COALESCE((SELECT sum(x.amount) FROM purchase_return g, unnest(g.amounts) AS x (amount)
            WHERE g.wallet_id = b.wallet_id AND g.purchase_entry_id = b.entry_id), 0) AS amount
        FROM came c JOIN entry e ON e.wallet_id = c.wallet_id AND e.member_id = c.member_id AND e.kind = 'PURCHASE' AND e.partner_id = viewer
            AND e.occurred_at >= c.came_at AND e.occurred_at < c.came_at + within
        JOIN purchase b ON b.wallet_id = e.wallet_id AND b.entry_id = e.entry_id
    )
    SELECT count(DISTINCT b.member_id), count(*), COALESCE(sum(b.amount), 0)::bigint FROM bought b
    HAVING (SELECT count(*) FROM came) >= fewest
$$;
