-- Referral: one member brings another. What the two have to do with each other is nobody's business but the programme's owner's; a
-- member is told in numbers, and whoever stands at a till learns of a code no more than that it counts.

CREATE TABLE referral_programme (
    programme_id uuid NOT NULL,
    version integer NOT NULL CONSTRAINT ck_referral_programme_version CHECK (version > 0),
    partner_id uuid CONSTRAINT fk_referral_programme_partner_id REFERENCES partner,
    state varchar NOT NULL CONSTRAINT ck_referral_programme_state CHECK (state IN ('DRAFT', 'LIVE', 'ENDED')),
    name varchar NOT NULL,
    terms jsonb NOT NULL,
    drawn_up_at timestamptz NOT NULL,
    live_from timestamptz,
    live_until timestamptz,
    CONSTRAINT pk_referral_programme PRIMARY KEY (programme_id, version),
    CONSTRAINT ck_referral_programme_live CHECK ((state = 'DRAFT') = (live_from IS NULL))
);
CREATE UNIQUE INDEX uq_referral_programme_live ON referral_programme (partner_id) NULLS NOT DISTINCT WHERE state = 'LIVE';
CREATE UNIQUE INDEX uq_referral_programme_draft ON referral_programme (programme_id) WHERE state = 'DRAFT';

-- What was live never changes but for its end.
CREATE FUNCTION refuse_change_of_live_programme() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (OLD.state = 'ENDED' OR OLD.state = 'LIVE' AND NEW.state = 'DRAFT')
        OR OLD.state <> 'DRAFT' AND (NEW.terms, NEW.live_from, NEW.partner_id) IS DISTINCT FROM (OLD.terms, OLD.live_from, OLD.partner_id)
    THEN
        RAISE EXCEPTION 'a referral programme that was live does not change' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER referral_programme_stays BEFORE UPDATE ON referral_programme
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_live_programme();

-- A code stays its member's whatever that member becomes.
CREATE TABLE referral_code (
    wallet_id uuid NOT NULL,
    member_id uuid NOT NULL,
    programme_id uuid NOT NULL,
    code varchar NOT NULL,
    made_at timestamptz NOT NULL,
    CONSTRAINT pk_referral_code PRIMARY KEY (wallet_id, member_id, programme_id)
);
CREATE UNIQUE INDEX uq_referral_code_code ON referral_code (code);

CREATE TABLE referral_ask (
    wallet_id uuid NOT NULL,
    member_id uuid NOT NULL,
    asked_at timestamptz NOT NULL,
    entry_id uuid NOT NULL,
    programme_id uuid NOT NULL,
    times integer NOT NULL,
    CONSTRAINT pk_referral_ask PRIMARY KEY (wallet_id, member_id)
);

CREATE TABLE referral (
    referral_id uuid NOT NULL,
    programme_id uuid NOT NULL,
    version integer NOT NULL,
    partner_id uuid CONSTRAINT fk_referral_partner_id REFERENCES partner,
    host uuid NOT NULL CONSTRAINT fk_referral_host REFERENCES partner,
    state varchar NOT NULL CONSTRAINT ck_referral_state
        CHECK (state IN ('INVITED', 'JOINED', 'QUALIFIED', 'REWARDED', 'REFUSED')),
    referrer_wallet_id uuid NOT NULL,
    referrer_id uuid NOT NULL,
    friend_wallet_id uuid,
    friend_id uuid,
    joined_through uuid CONSTRAINT fk_referral_joined_through REFERENCES partner,
    invited_at timestamptz NOT NULL,
    joined_at timestamptz,
    look_at timestamptz,
    qualified_at timestamptz,
    ended_at timestamptz,
    refusal varchar,
    evidence jsonb NOT NULL,
    contacts bytea[] NOT NULL,
    purchase_wallet_id uuid,
    purchase_entry_id uuid,
    returns integer NOT NULL,
    referrer_entry uuid,
    friend_entry uuid,
    CONSTRAINT pk_referral PRIMARY KEY (referral_id),
    CONSTRAINT ck_referral_refusal CHECK ((state = 'REFUSED') = (refusal IS NOT NULL)),
    CONSTRAINT ck_referral_friend CHECK (state IN ('INVITED', 'REFUSED') OR friend_id IS NOT NULL),
    CONSTRAINT ck_referral_purchase CHECK (state NOT IN ('QUALIFIED', 'REWARDED') OR purchase_entry_id IS NOT NULL)
);
CREATE INDEX ix_referral_referrer_id ON referral (referrer_id);
CREATE UNIQUE INDEX uq_referral_friend ON referral (friend_id) WHERE friend_id IS NOT NULL AND state <> 'REFUSED';
CREATE INDEX ix_referral_look_at ON referral (look_at) WHERE look_at IS NOT NULL;
CREATE INDEX ix_referral_rewarded ON referral (referral_id) WHERE state = 'REWARDED';
CREATE INDEX ix_referral_owner ON referral (partner_id, referral_id);

-- Who a member is now, and in which wallet; nobody, where it is no member any more.
CREATE FUNCTION member_now(member uuid) RETURNS TABLE (wallet_id uuid, member_id uuid, kind varchar, joined_at timestamptz)
LANGUAGE sql STABLE AS $$
    SELECT m.wallet_id, m.member_id, m.kind, m.joined_at FROM member o
    JOIN member m ON m.member_id = COALESCE(o.merged_into, o.member_id) AND m.status = 'ACTIVE' WHERE o.member_id = member
$$;

CREATE FUNCTION in_any_segment(member uuid, segments uuid[]) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT FROM segment_member s WHERE s.member_id = member AND s.segment_id = ANY (segments) AND s.until IS NULL)
$$;

CREATE FUNCTION excluded_by(terms jsonb) RETURNS uuid[] LANGUAGE sql IMMUTABLE AS $$
    SELECT ARRAY(SELECT x::uuid FROM jsonb_array_elements_text(COALESCE(terms -> 'not_segments', '[]')) x)
$$;

CREATE FUNCTION sealed_of(member uuid) RETURNS jsonb LANGUAGE sql STABLE AS $$
    SELECT jsonb_build_object('member_id', d.member_id, 'key', encode(d.sealed_key, 'hex'), 'details', encode(d.sealed, 'hex'))
    FROM personal_data d WHERE d.member_id = member LIMIT 1
$$;

CREATE FUNCTION side_of(member uuid, at_partner uuid) RETURNS jsonb LANGUAGE sql STABLE AS $$
    SELECT jsonb_build_object('wallet_id', n.wallet_id, 'member_id', n.member_id, 'kind', n.kind, 'pairwise_id',
        (SELECT min(l.pairwise_id::text) FROM link l WHERE l.wallet_id = n.wallet_id AND l.member_id = n.member_id AND l.partner_id = at_partner))
    FROM member_now(member) n
$$;

-- The programmes that are live: what members are promised.
CREATE FUNCTION referral_programmes_live() RETURNS SETOF referral_programme
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT p.* FROM referral_programme p WHERE p.state = 'LIVE' ORDER BY p.partner_id NULLS LAST
$$;

-- The code of a member under a live programme, made at the first question. NULL: the code that was thought of is somebody's.
CREATE FUNCTION referral_code_of(programme uuid, member uuid, wanted text, at timestamptz) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    who record;
    found_code text;
BEGIN
    SELECT * INTO who FROM member_now(member);
    IF who.member_id IS NULL OR NOT EXISTS (SELECT FROM referral_programme p WHERE p.programme_id = programme AND p.state = 'LIVE') THEN
        RETURN '';
    END IF;
    SELECT c.code INTO found_code FROM referral_code c
    WHERE c.wallet_id = who.wallet_id AND c.member_id = who.member_id AND c.programme_id = programme;
    IF found_code IS NULL THEN
        INSERT INTO referral_code (wallet_id, member_id, programme_id, code, made_at)
        VALUES (who.wallet_id, who.member_id, programme, wanted, at) ON CONFLICT DO NOTHING RETURNING code INTO found_code;
    END IF;
    RETURN COALESCE(found_code, (SELECT c.code FROM referral_code c
        WHERE c.wallet_id = who.wallet_id AND c.member_id = who.member_id AND c.programme_id = programme));
END $$;

-- Whom a code stands for, for whoever holds it: its programme as it is promised now, and the two as the checks need them. What they
-- told stays sealed.
CREATE FUNCTION referral_parties(said text, friend uuid)
RETURNS TABLE (programme jsonb, referrer_id uuid, referrer_data jsonb, friend_data jsonb)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT to_jsonb(p), r.member_id, sealed_of(r.member_id), sealed_of(f.member_id)
    FROM referral_code c
    JOIN referral_programme p ON p.programme_id = c.programme_id AND p.state = 'LIVE'
    CROSS JOIN LATERAL member_now(c.member_id) r
    LEFT JOIN LATERAL member_now(friend) f ON true
    WHERE c.code = said
$$;

-- The accounts that brought one another, from one member up and down, made since an instant.
CREATE FUNCTION referral_chain(start uuid, since timestamptz) RETURNS bigint LANGUAGE sql STABLE AS $$
    WITH RECURSIVE chain AS (
        SELECT start AS member_id
        UNION
        SELECT CASE WHEN r.friend_id = c.member_id THEN r.referrer_id ELSE r.friend_id END
        FROM chain c JOIN referral r ON (r.friend_id = c.member_id OR r.referrer_id = c.member_id)
            AND r.state <> 'INVITED' AND r.joined_at > since
    )
    SELECT count(*) FROM chain c JOIN member m ON m.member_id = c.member_id AND m.joined_at > since
$$;

-- Why a friend does not count for a referrer, and what that stands on; nothing, where it does.
CREATE FUNCTION referral_refused(r jsonb, friend member, referrer member, at timestamptz) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
DECLARE
    segments uuid[] := ARRAY(SELECT x::uuid FROM jsonb_array_elements_text(r -> 'not_segments') x);
    friends bytea[] := ARRAY(SELECT decode(x, 'hex') FROM jsonb_array_elements_text(r -> 'contacts') x);
    referrers bytea[] := ARRAY(SELECT decode(x, 'hex') FROM jsonb_array_elements_text(r -> 'referrer_contacts') x);
    most_since timestamptz := CASE WHEN (r ->> 'most_days')::int > 0 THEN at - make_interval(days => (r ->> 'most_days')::int) END;
    counted bigint;
BEGIN
    IF friend.member_id = referrer.member_id THEN
        RETURN '{"why": "SELF"}';
    ELSIF forwarded(friend.wallet_id) = forwarded(referrer.wallet_id) THEN
        RETURN '{"why": "SAME_HOUSEHOLD", "when": "JOINING"}';
    ELSIF friends && referrers THEN
        RETURN '{"why": "SAME_CONTACT", "whose": "REFERRER"}';
    ELSIF EXISTS (SELECT FROM referral x WHERE x.contacts && friends AND x.state <> 'INVITED'
            AND x.friend_id IS DISTINCT FROM friend.member_id) THEN
        RETURN '{"why": "SAME_CONTACT", "whose": "ANOTHER_FRIEND"}';
    ELSIF referrer.joined_at > friend.joined_at THEN
        RETURN jsonb_build_object('why', 'NOT_BROUGHT', 'referrer_joined_at', referrer.joined_at);
    ELSIF EXISTS (SELECT FROM referral x WHERE x.referrer_id = friend.member_id AND x.friend_id = referrer.member_id
            AND x.state <> 'REFUSED') THEN
        RETURN '{"why": "NOT_BROUGHT", "circle": true}';
    ELSIF in_any_segment(friend.member_id, segments) OR in_any_segment(referrer.member_id, segments) THEN
        RETURN jsonb_build_object('why', 'EXCLUDED', 'friend', in_any_segment(friend.member_id, segments));
    ELSIF at > friend.joined_at + make_interval(days => (r ->> 'accept_days')::int, hours => (r ->> 'late_hours')::int) THEN
        RETURN jsonb_build_object('why', 'TOO_LATE', 'joined_at', friend.joined_at);
    END IF;
    counted := (SELECT count(*) FROM referral x JOIN member o ON o.member_id = x.referrer_id
        WHERE COALESCE(o.merged_into, o.member_id) = referrer.member_id AND x.programme_id = (r ->> 'programme_id')::uuid
            AND x.state IN ('JOINED', 'QUALIFIED', 'REWARDED') AND (most_since IS NULL OR x.invited_at > most_since));
    IF counted >= (r ->> 'most')::int THEN
        RETURN jsonb_build_object('why', 'TOO_MANY', 'counted', counted);
    END IF;
    counted := referral_chain(referrer.member_id, at - make_interval(mins => (r ->> 'pace_minutes')::int));
    IF counted + 1 > (r ->> 'pace_most')::int THEN
        RETURN jsonb_build_object('why', 'TOO_FAST', 'accounts', counted + 1);
    END IF;
    RETURN NULL;
END $$;

-- A friend comes by a code. Joins wait for each other, since each looks at those before it: of two that bring one friend at once the
-- first does. Says JOINED, REFUSED, ALREADY_REFERRED or MEMBER_NOT_FOUND; asked again, the same.
CREATE FUNCTION join_referral(r jsonb, at timestamptz) RETURNS TABLE (outcome text, referral_id uuid, replayed boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    friend member;
    referrer member;
    known referral;
    refused jsonb;
    invited uuid;
    digests bytea[] := ARRAY(SELECT decode(x, 'hex') FROM jsonb_array_elements_text(r -> 'contacts') x);
    made uuid := (r ->> 'referral_id')::uuid;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('referral', 35));
    SELECT m.* INTO friend FROM member m WHERE m.member_id = (r ->> 'friend_id')::uuid AND m.status = 'ACTIVE' FOR SHARE;
    SELECT m.* INTO referrer FROM member_now((r ->> 'referrer_id')::uuid) n JOIN member m ON m.wallet_id = n.wallet_id
        AND m.member_id = n.member_id;
    IF friend.member_id IS NULL OR referrer.member_id IS NULL THEN
        RETURN QUERY SELECT 'MEMBER_NOT_FOUND', NULL::uuid, false;
        RETURN;
    END IF;
    SELECT x.* INTO known FROM referral x WHERE x.friend_id = friend.member_id AND x.programme_id = (r ->> 'programme_id')::uuid
        AND x.referrer_id = referrer.member_id ORDER BY x.invited_at DESC LIMIT 1;
    IF known.referral_id IS NOT NULL THEN
        RETURN QUERY SELECT CASE known.state WHEN 'REFUSED' THEN 'REFUSED' ELSE 'JOINED' END, known.referral_id, true;
        RETURN;
    ELSIF EXISTS (SELECT FROM referral x WHERE x.friend_id = friend.member_id AND x.state <> 'REFUSED') THEN
        RETURN QUERY SELECT 'ALREADY_REFERRED', NULL::uuid, false;
        RETURN;
    END IF;
    refused := referral_refused(r, friend, referrer, at);
    SELECT x.referral_id INTO invited FROM referral x WHERE x.state = 'INVITED' AND x.programme_id = (r ->> 'programme_id')::uuid
        AND x.referrer_id = referrer.member_id AND x.contacts && digests LIMIT 1;
    IF invited IS NULL THEN
        INSERT INTO referral (referral_id, programme_id, version, partner_id, host, state, referrer_wallet_id, referrer_id,
            friend_wallet_id, friend_id, joined_through, invited_at, joined_at, look_at, ended_at, refusal, evidence, contacts, returns)
        VALUES (made, (r ->> 'programme_id')::uuid, (r ->> 'version')::int, (r ->> 'partner_id')::uuid, (r ->> 'host')::uuid,
            CASE WHEN refused IS NULL THEN 'JOINED' ELSE 'REFUSED' END, referrer.wallet_id, referrer.member_id, friend.wallet_id,
            friend.member_id, (r ->> 'joined_through')::uuid, at, friend.joined_at, CASE WHEN refused IS NULL THEN at END,
            CASE WHEN refused IS NOT NULL THEN at END, refused ->> 'why', COALESCE(refused - 'why', '{}'), digests, 0);
    ELSE
        made := invited;
        UPDATE referral x SET version = (r ->> 'version')::int, state = CASE WHEN refused IS NULL THEN 'JOINED' ELSE 'REFUSED' END,
            friend_wallet_id = friend.wallet_id, friend_id = friend.member_id, joined_through = (r ->> 'joined_through')::uuid,
            joined_at = friend.joined_at, look_at = CASE WHEN refused IS NULL THEN at END,
            ended_at = CASE WHEN refused IS NOT NULL THEN at END, refusal = refused ->> 'why',
            evidence = COALESCE(refused - 'why', '{}'), contacts = digests
        WHERE x.referral_id = made;
    END IF;
    RETURN QUERY SELECT CASE WHEN refused IS NULL THEN 'JOINED' ELSE 'REFUSED' END, made, false;
END $$;

-- Somebody asks to join by a link; known by a digest alone until they have, and forgotten if they do not.
CREATE FUNCTION invite_by_link(r jsonb, at timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    digests bytea[] := ARRAY(SELECT decode(x, 'hex') FROM jsonb_array_elements_text(r -> 'contacts') x);
    referrer record;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('referral', 35));
    SELECT * INTO referrer FROM member_now((r ->> 'referrer_id')::uuid);
    IF referrer.member_id IS NULL OR EXISTS (SELECT FROM referral x WHERE x.referrer_id = referrer.member_id
            AND x.programme_id = (r ->> 'programme_id')::uuid AND x.contacts && digests) THEN
        RETURN false;
    END IF;
    INSERT INTO referral (referral_id, programme_id, version, partner_id, host, state, referrer_wallet_id, referrer_id, invited_at,
        evidence, contacts, returns)
    VALUES ((r ->> 'referral_id')::uuid, (r ->> 'programme_id')::uuid, (r ->> 'version')::int, (r ->> 'partner_id')::uuid,
        (r ->> 'host')::uuid, 'INVITED', referrer.wallet_id, referrer.member_id, at, '{}', digests, 0);
    RETURN true;
END $$;

CREATE FUNCTION forget_invitations(before timestamptz) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH gone AS (DELETE FROM referral x WHERE x.state = 'INVITED' AND x.invited_at < before RETURNING 1)
    SELECT count(*) FROM gone
$$;

-- Referrals that are to be looked at: friends that have joined, with what they bought in time, less what came back.
CREATE FUNCTION referrals_joined(at timestamptz, most int)
RETURNS TABLE (referral_id uuid, version int, joined_at timestamptz, terms jsonb, fault text, purchases jsonb,
    referrer_data jsonb, friend_data jsonb)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT r.referral_id, r.version, r.joined_at, p.terms,
        CASE
            WHEN n.member_id IS NULL OR f.status = 'CLOSED' THEN 'GONE'
            WHEN COALESCE(f.merged_into, f.member_id) = n.member_id THEN 'SELF'
            WHEN f.status = 'MERGED' THEN 'MERGED'
            WHEN forwarded(r.friend_wallet_id) = forwarded(r.referrer_wallet_id) OR forwarded(f.wallet_id) = forwarded(n.wallet_id)
                THEN 'SAME_HOUSEHOLD'
            WHEN in_any_segment(f.member_id, excluded_by(p.terms)) OR in_any_segment(n.member_id, excluded_by(p.terms)) THEN 'EXCLUDED'
        END,
        COALESCE((
            SELECT jsonb_agg(jsonb_build_object('wallet_id', b.wallet_id, 'entry_id', b.entry_id, 'partner_id', b.partner_id,
                'occurred_at', b.occurred_at, 'total', b.total, 'returns', b.returns, 'back', COALESCE((
                    SELECT sum(a.amount) FROM purchase_return g, unnest(g.amounts) AS a (amount)
                    WHERE g.wallet_id = b.wallet_id AND g.purchase_entry_id = b.entry_id), 0)) ORDER BY b.occurred_at, b.entry_id)
            FROM entry e JOIN purchase b ON b.wallet_id = e.wallet_id AND b.entry_id = e.entry_id
            WHERE e.wallet_id = r.friend_wallet_id AND e.member_id = r.friend_id AND e.kind = 'PURCHASE'), '[]'),
        sealed_of(n.member_id), sealed_of(f.member_id)
    FROM referral r
    JOIN referral_programme p ON p.programme_id = r.programme_id AND p.version = r.version
    JOIN member f ON f.member_id = r.friend_id
    LEFT JOIN LATERAL member_now(r.referrer_id) n ON true
    WHERE r.state = 'JOINED' AND r.look_at <= at ORDER BY r.look_at, r.referral_id LIMIT most
$$;

-- A step of a referral, unless somebody else took one in the meantime.
CREATE FUNCTION move_referral(one uuid, was text, step jsonb, at timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE referral r SET
        state = COALESCE(step ->> 'state', r.state),
        look_at = CASE WHEN COALESCE(step ->> 'state', r.state) = 'JOINED' THEN (step ->> 'look_at')::timestamptz END,
        qualified_at = CASE WHEN step ->> 'state' = 'QUALIFIED' THEN at ELSE r.qualified_at END,
        ended_at = CASE WHEN step ->> 'state' IN ('REWARDED', 'REFUSED') THEN at ELSE r.ended_at END,
        refusal = COALESCE(step ->> 'refusal', r.refusal), evidence = COALESCE(step -> 'evidence', r.evidence),
        purchase_wallet_id = COALESCE((step ->> 'purchase_wallet_id')::uuid, r.purchase_wallet_id),
        purchase_entry_id = COALESCE((step ->> 'purchase_entry_id')::uuid, r.purchase_entry_id),
        returns = COALESCE((step ->> 'returns')::int, r.returns),
        referrer_entry = COALESCE((step ->> 'referrer_entry')::uuid, r.referrer_entry),
        friend_entry = COALESCE((step ->> 'friend_entry')::uuid, r.friend_entry)
    WHERE r.referral_id = one AND r.state = was;
    RETURN FOUND;
END $$;

-- Friends that qualified and are to be rewarded: both sides as the host knows them, which it is made to. A side that is gone is null.
CREATE FUNCTION referrals_qualified(at timestamptz, after uuid, most int)
RETURNS TABLE (referral_id uuid, host uuid, referrer jsonb, friend jsonb)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
BEGIN
    INSERT INTO link (wallet_id, member_id, partner_id, pairwise_id, since)
    SELECT DISTINCT n.wallet_id, n.member_id, r.host, gen_random_uuid(), at FROM (SELECT x.* FROM referral x WHERE x.state = 'QUALIFIED'
            AND (after IS NULL OR x.referral_id > after) ORDER BY x.referral_id LIMIT most) r
        CROSS JOIN LATERAL unnest(ARRAY[r.referrer_id, r.friend_id]) side CROSS JOIN LATERAL member_now(side) n
    ON CONFLICT DO NOTHING;
    RETURN QUERY SELECT r.referral_id, r.host, side_of(r.referrer_id, r.host), side_of(r.friend_id, r.host)
    FROM referral r WHERE r.state = 'QUALIFIED' AND (after IS NULL OR r.referral_id > after) ORDER BY r.referral_id LIMIT most;
END $$;

-- Rewarded referrals whose purchase came back since they were last looked at.
CREATE FUNCTION referrals_returned(most int)
RETURNS TABLE (referral_id uuid, host uuid, terms jsonb, left_over bigint, returns int, actions jsonb)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT r.referral_id, r.host, p.terms, b.total - COALESCE((SELECT sum(a.amount) FROM purchase_return g, unnest(g.amounts) AS a (amount)
            WHERE g.wallet_id = b.wallet_id AND g.purchase_entry_id = b.entry_id), 0)::bigint, b.returns,
        (SELECT COALESCE(jsonb_agg(jsonb_build_object('side', s.side, 'wallet_id', a.wallet_id, 'entry_id', a.entry_id,
                'now_in', forwarded(a.wallet_id), 'member_id', COALESCE(m.merged_into, m.member_id),
                'lots', (SELECT COALESCE(jsonb_agg(jsonb_build_object('lot_id', l.lot_id, 'points', l.original)), '[]') FROM lot l
                    WHERE l.wallet_id = a.wallet_id AND l.entry_id = a.entry_id),
                'tokens', (SELECT COALESCE(jsonb_agg(t.token_id), '[]') FROM token t
                    WHERE t.wallet_id IN (a.wallet_id, forwarded(a.wallet_id)) AND t.home_wallet_id = a.wallet_id
                        AND t.entry_id = a.entry_id AND t.taken_back_entry IS NULL))), '[]')
            FROM (VALUES ('REFERRER', r.referrer_entry), ('FRIEND', r.friend_entry)) AS s (side, entry)
            JOIN action a ON a.entry_id = s.entry AND a.partner_id = r.host
            JOIN entry e ON e.wallet_id = a.wallet_id AND e.entry_id = a.entry_id
            JOIN member m ON m.member_id = e.member_id)
    FROM referral r
    JOIN referral_programme p ON p.programme_id = r.programme_id AND p.version = r.version
    JOIN purchase b ON b.wallet_id = r.purchase_wallet_id AND b.entry_id = r.purchase_entry_id AND b.returns > r.returns
    WHERE r.state = 'REWARDED' ORDER BY r.referral_id LIMIT most
$$;

-- What a member has brought about, in numbers; and how far it is itself with whoever brought it.
CREATE FUNCTION my_referral(member uuid)
RETURNS TABLE (programme_id uuid, invited bigint, joined bigint, qualified bigint, rewarded bigint, not_counted bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT r.programme_id, count(*), count(*) FILTER (WHERE r.state IN ('JOINED', 'QUALIFIED', 'REWARDED')),
        count(*) FILTER (WHERE r.state IN ('QUALIFIED', 'REWARDED')), count(*) FILTER (WHERE r.state = 'REWARDED'),
        count(*) FILTER (WHERE r.state = 'REFUSED')
    FROM member o JOIN referral r ON r.referrer_id = o.member_id
    WHERE sees_member(member) AND (o.member_id = member OR o.merged_into = member)
    GROUP BY r.programme_id
$$;

CREATE FUNCTION brought_by(member uuid)
RETURNS TABLE (referral_id uuid, programme_id uuid, state varchar, joined_at timestamptz, terms jsonb)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT r.referral_id, r.programme_id, r.state, r.joined_at, p.terms FROM referral r
    JOIN referral_programme p ON p.programme_id = r.programme_id AND p.version = r.version
    WHERE sees_member(member) AND r.friend_id = member ORDER BY r.state = 'REFUSED', r.invited_at DESC LIMIT 1
$$;

-- Whether a member is to be asked to invite somebody, just after a redemption: at most once in so long a time, and for one redemption
-- always the same. A till names the wallet and the redemption, and is told of its own programme or the coalition's; a member names
-- itself and no entry: its last redemption counts.
CREATE FUNCTION ask_to_invite(partner uuid, whose uuid, entry uuid, at timestamptz, every interval, fresh interval)
RETURNS TABLE (programme_id uuid, terms jsonb, member_id uuid)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    chosen referral_programme;
    spent record;
    who record;
    asked uuid;
BEGIN
    IF NOT EXISTS (SELECT FROM referral_programme p WHERE p.state = 'LIVE') THEN
        RETURN;
    END IF;
    IF entry IS NULL THEN
        SELECT * INTO who FROM member_now(whose);
        SELECT e.entry_id, e.partner_id, e.member_id INTO spent FROM entry e
        WHERE e.wallet_id = who.wallet_id AND e.member_id = who.member_id AND e.kind IN ('REDEMPTION', 'CAPTURE') AND e.posted_at > at - fresh
        ORDER BY e.version DESC LIMIT 1;
    ELSE
        SELECT e.entry_id, e.partner_id, e.member_id INTO spent FROM entry e
        WHERE e.wallet_id = whose AND e.partner_id = partner AND e.posted_at > at - fresh
            AND (e.kind = 'REDEMPTION' AND e.entry_id = entry OR e.kind = 'CAPTURE' AND e.refers_to = entry);
        SELECT * INTO who FROM member_now(spent.member_id);
    END IF;
    IF spent.entry_id IS NULL OR who.member_id IS NULL OR who.kind <> 'CONSUMER' THEN
        RETURN;
    END IF;
    SELECT p.* INTO chosen FROM referral_programme p
    WHERE p.state = 'LIVE' AND (p.partner_id = spent.partner_id OR p.partner_id IS NULL) AND COALESCE((p.terms ->> 'asks')::boolean, true)
        AND (p.terms ->> 'starts_at')::timestamptz <= at AND COALESCE((p.terms ->> 'ends_at')::timestamptz > at, true)
        AND NOT in_any_segment(who.member_id, excluded_by(p.terms))
    ORDER BY p.partner_id NULLS LAST LIMIT 1;
    IF chosen.programme_id IS NULL THEN
        RETURN;
    END IF;
    INSERT INTO referral_ask AS a (wallet_id, member_id, asked_at, entry_id, programme_id, times)
    VALUES (who.wallet_id, who.member_id, at, spent.entry_id, chosen.programme_id, 1)
    ON CONFLICT (wallet_id, member_id) DO UPDATE SET asked_at = excluded.asked_at, entry_id = excluded.entry_id,
        programme_id = excluded.programme_id, times = a.times + 1 WHERE a.asked_at <= at - every
    RETURNING a.entry_id INTO asked;
    IF asked IS NULL AND NOT EXISTS (SELECT FROM referral_ask a WHERE a.wallet_id = who.wallet_id AND a.member_id = who.member_id
            AND a.entry_id = spent.entry_id) THEN
        RETURN;
    END IF;
    RETURN QUERY SELECT chosen.programme_id, chosen.terms, who.member_id;
END $$;

-- What an action earned is taken back, as if all the goods of a purchase came back: the same claims on lots, the same debts by the
-- sponsors' policies; and things won. It is kept as a return of no goods, once for each action. Counters stay as they count.
CREATE FUNCTION post_action_returns(items jsonb, at timestamptz) RETURNS SETOF posting_result
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET jit = off AS $$
DECLARE
    entries entry_draft[] := drafts(items, 'RETURN');
    wallets uuid[] := ARRAY(SELECT e.wallet_id FROM unnest(entries) e);
    verdicts verdict[];
    clawed transfer_draft[];
BEGIN
    PERFORM lock_cycle();
    PERFORM lock_wallets(wallets || ARRAY(SELECT i.purchase_wallet_id FROM jsonb_to_recordset(items) AS i(purchase_wallet_id uuid)));
    PERFORM release_due(wallets, at);
    SELECT array_agg(ROW(j.item, COALESCE(j.outcome, CASE
            WHEN a.entry_id IS NULL OR i.purchase_wallet_id <> j.wallet_id AND forwarded(i.purchase_wallet_id) <> j.wallet_id
                OR EXISTS (SELECT FROM jsonb_to_recordset(i.claims) AS c(lot_id uuid) WHERE NOT EXISTS (SELECT FROM lot l
                    WHERE l.wallet_id = i.purchase_wallet_id AND l.lot_id = c.lot_id AND l.entry_id = i.refers_to))
                THEN 'ACTION_NOT_FOUND'
            WHEN i.purchase_wallet_id <> j.wallet_id AND underway(i.purchase_wallet_id) THEN 'WALLET_MOVED'
            WHEN i.returns_before <> (SELECT count(*) FROM purchase_return g
                WHERE g.wallet_id = i.purchase_wallet_id AND g.purchase_entry_id = i.refers_to) THEN 'STALE' END),
        j.wallet_id, j.entry_id, NULL)::verdict)
    INTO verdicts
    FROM judged(entries, false) j
    JOIN jsonb_to_recordset(items) AS i(item int, partner_id uuid, refers_to uuid, purchase_wallet_id uuid, returns_before int,
        claims jsonb) ON i.item = j.item
    LEFT JOIN LATERAL (SELECT x.entry_id FROM action x
        WHERE x.wallet_id = i.purchase_wallet_id AND x.entry_id = i.refers_to AND x.partner_id = i.partner_id LIMIT 1) a ON true;
    entries := with_goods(standing(entries, verdicts), items);
    IF cardinality(entries) > 0 THEN
        clawed := claimed(entries, items, at);
        PERFORM give_back_allowances(clawed, entries, items, at);
        PERFORM append_entries(entries, clawed, at);
        PERFORM keep_returns(entries, items);
        PERFORM repay_debts(ARRAY(SELECT e.wallet_id FROM unnest(entries) e), at);
    END IF;
    RETURN QUERY SELECT * FROM answers(verdicts);
END $$;

-- The host is told that a friend qualified.
CREATE FUNCTION tell_of_referral() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO event (partner_id, kind, balance_seen, subject_id, occurred_at)
    VALUES (NEW.host, 'REFERRAL_QUALIFIED', false, NEW.referral_id, NEW.qualified_at);
    RETURN NULL;
END $$;
CREATE TRIGGER referral_tells AFTER UPDATE OF state ON referral
    FOR EACH ROW WHEN (NEW.state = 'QUALIFIED' AND OLD.state <> 'QUALIFIED') EXECUTE FUNCTION tell_of_referral();

-- Members that joined at a partner since, and whom it has not welcomed.
CREATE FUNCTION newcomers(partner uuid, since timestamptz, most int)
RETURNS TABLE (wallet_id uuid, member_id uuid, kind varchar, pairwise_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT m.wallet_id, m.member_id, m.kind, l.pairwise_id FROM link l
    JOIN member m ON m.wallet_id = l.wallet_id AND m.member_id = l.member_id AND m.status = 'ACTIVE'
        AND m.joined_through = l.partner_id AND m.joined_at > newcomers.since
    WHERE l.partner_id = partner AND l.enrolment_key IS NOT NULL AND NOT EXISTS (SELECT FROM action a
        JOIN entry e ON e.wallet_id = a.wallet_id AND e.entry_id = a.entry_id AND e.member_id = m.member_id
        WHERE a.wallet_id = m.wallet_id AND a.kind = 'JOIN' AND a.partner_id = partner)
    LIMIT most
$$;

-- Members of a segment that a partner knows and has not surprised on this occasion.
CREATE FUNCTION to_surprise(partner uuid, segment uuid, occasion text, most int)
RETURNS TABLE (wallet_id uuid, member_id uuid, kind varchar, pairwise_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT m.wallet_id, m.member_id, m.kind, min(l.pairwise_id::text)::uuid
    FROM segment_member s
    JOIN member m ON m.wallet_id = s.wallet_id AND m.member_id = s.member_id AND m.status = 'ACTIVE'
    JOIN link l ON l.wallet_id = m.wallet_id AND l.member_id = m.member_id AND l.partner_id = partner
    WHERE s.segment_id = segment AND s.until IS NULL AND sees_partner(partner)
        AND (s.partner_id = partner OR allows_offers(m.wallet_id, m.member_id, partner))
        AND NOT EXISTS (SELECT FROM action a JOIN entry e ON e.wallet_id = a.wallet_id AND e.entry_id = a.entry_id
                AND e.member_id = m.member_id
            WHERE a.wallet_id = m.wallet_id AND a.kind = 'SURPRISE' AND a.partner_id = partner
                AND a.attributes ->> 'occasion' = occasion)
    GROUP BY m.wallet_id, m.member_id, m.kind ORDER BY m.member_id LIMIT most
$$;
