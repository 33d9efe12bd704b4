-- How members answer: which versions there are, what they answered before, and keeping a response at most once.

-- Surveys as whoever answers reads them: the one that is live, or the version that was asked. What has been live is no secret.
CREATE FUNCTION surveys_live() RETURNS SETOF survey LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT s.* FROM survey s WHERE s.state = 'LIVE' ORDER BY s.survey_id
$$;

CREATE FUNCTION surveys_recorded(surveys uuid[], versions int[]) RETURNS SETOF survey
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT s.* FROM unnest(surveys, versions) AS a (survey_id, version)
    JOIN survey s ON s.survey_id = a.survey_id AND CASE WHEN a.version IS NULL THEN s.state = 'LIVE' ELSE s.version = a.version END
    WHERE s.live_from IS NOT NULL
$$;

-- Where a member stands with a survey: who knows it, what it answered, the key its words are sealed under, the offer that is named or that it has.
CREATE FUNCTION survey_standing(survey uuid, member uuid, asking uuid)
RETURNS TABLE (member_id uuid, sealed_key bytea, known_at uuid[], responses jsonb, offer jsonb)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT n.member_id, d.sealed_key,
        ARRAY(SELECT DISTINCT l.partner_id FROM link l WHERE l.wallet_id = n.wallet_id AND l.member_id = n.member_id),
        (SELECT jsonb_agg(to_jsonb(r) || jsonb_build_object('sealed', encode(r.sealed, 'hex'), 'fingerprint', encode(r.fingerprint, 'hex'),
                'sealed_key', (SELECT encode(k.sealed_key, 'hex') FROM personal_data k WHERE k.member_id = r.sealed_by LIMIT 1)))
            FROM survey_response r WHERE r.survey_id = survey AND r.member_id = n.member_id),
        (SELECT to_jsonb(a) FROM survey_asking a WHERE a.survey_id = survey AND a.member_id = n.member_id
            AND CASE WHEN asking IS NULL THEN a.state = 'OFFERED' ELSE a.asking_id = asking END
            ORDER BY a.offered_at DESC LIMIT 1)
    FROM member_now(member) n
    LEFT JOIN LATERAL (SELECT p.sealed_key FROM personal_data p WHERE p.member_id = n.member_id LIMIT 1) d ON true
$$;

-- Keeps a response, or a page of one. KEPT: completed now; SAVED: a page of it; REPLAYED: the very same request did it before;
-- ANSWERED: it was completed before; CONFLICT: the key stands for another request; STALE: somebody saved a page in the meantime;
-- GONE: nobody is there. Of two at the same moment one waits for the other, by the response's unique key. A posting function calls it
-- in its own transaction (via CODE, TRIAL, ACTIVITY): it is done with then, and what it is worth is the caller's.
CREATE FUNCTION keep_response(draft jsonb, at timestamptz) RETURNS TABLE (response_id uuid, outcome text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    r survey_response := jsonb_populate_record(NULL::survey_response, draft);
    found survey_response;
    kept uuid;
BEGIN
    SELECT n.member_id INTO r.member_id FROM member_now(r.member_id) n;
    IF r.member_id IS NULL THEN
        RETURN QUERY SELECT NULL::uuid, 'GONE';
        RETURN;
    END IF;
    r.state := CASE WHEN NOT (draft ->> 'complete')::boolean THEN 'DRAFT' WHEN r.via = 'SURVEY' THEN 'PENDING' ELSE 'DONE' END;
    r.completed_at := CASE WHEN r.state <> 'DRAFT' THEN at END;
    INSERT INTO survey_response AS x (response_id, survey_id, version, partner_id, host, member_id, occasion, state, via, through,
        about_partner, about_outlet, about_product, about_maker, answers, sealed_by, sealed, revision, idempotency_key, fingerprint,
        asking_id, started_at, completed_at)
    VALUES (r.response_id, r.survey_id, r.version, r.partner_id, r.host, r.member_id, r.occasion, r.state, r.via, r.through,
        r.about_partner, r.about_outlet, r.about_product, r.about_maker, r.answers, r.sealed_by, r.sealed, 1, r.idempotency_key,
        r.fingerprint, r.asking_id, at, r.completed_at)
    ON CONFLICT (survey_id, member_id, occasion) DO UPDATE SET state = excluded.state, answers = excluded.answers,
        sealed_by = excluded.sealed_by, sealed = excluded.sealed, revision = x.revision + 1, completed_at = excluded.completed_at,
        idempotency_key = excluded.idempotency_key, fingerprint = excluded.fingerprint, through = excluded.through
        WHERE x.state = 'DRAFT' AND x.revision = r.revision AND x.version = excluded.version
    RETURNING x.response_id INTO kept;
    IF kept IS NOT NULL THEN
        UPDATE survey_asking a SET state = 'ANSWERED', ended_at = at
        WHERE a.asking_id = r.asking_id AND a.state = 'OFFERED' AND r.state <> 'DRAFT';
        RETURN QUERY SELECT kept, CASE r.state WHEN 'DRAFT' THEN 'SAVED' ELSE 'KEPT' END;
        RETURN;
    END IF;
    SELECT x.* INTO found FROM survey_response x
    WHERE x.survey_id = r.survey_id AND x.member_id = r.member_id AND x.occasion = r.occasion;
    RETURN QUERY SELECT found.response_id, CASE
        WHEN found.idempotency_key = r.idempotency_key AND found.fingerprint = r.fingerprint THEN 'REPLAYED'
        WHEN found.idempotency_key = r.idempotency_key AND found.state <> 'DRAFT' THEN 'CONFLICT'
        WHEN found.state <> 'DRAFT' THEN 'ANSWERED' ELSE 'STALE' END;
END $$;

-- Whether a member has answered a survey, and how: its response for the caller's own page. Of several, the latest.
CREATE FUNCTION response_of(survey uuid, member uuid) RETURNS TABLE (response_id uuid, version int, answers jsonb, completed_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT r.response_id, r.version, r.answers, r.completed_at FROM member_now(member) n
    JOIN survey_response r ON r.survey_id = survey AND r.member_id = n.member_id AND r.state <> 'DRAFT'
    ORDER BY r.completed_at DESC, r.response_id LIMIT 1
$$;

-- Completed responses whose action is not in the books: the member as the host knows it, which it is made to.
CREATE FUNCTION responses_pending(one uuid, at timestamptz, after uuid, most int)
RETURNS TABLE (response_id uuid, host uuid, name varchar, answers jsonb, terms jsonb, about_product varchar, completed_at timestamptz,
    allows boolean, side jsonb)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
BEGIN
    INSERT INTO link (wallet_id, member_id, partner_id, pairwise_id, since)
    SELECT DISTINCT n.wallet_id, n.member_id, r.host, gen_random_uuid(), at FROM (SELECT x.* FROM survey_response x
            WHERE x.state = 'PENDING' AND (one IS NULL OR x.response_id = one) AND (after IS NULL OR x.response_id > after)
            ORDER BY x.response_id LIMIT most) r
        CROSS JOIN LATERAL member_now(r.member_id) n
    ON CONFLICT DO NOTHING;
    RETURN QUERY SELECT r.response_id, r.host, s.name, r.answers, s.terms, r.about_product, r.completed_at,
        COALESCE((SELECT allows_offers(n.wallet_id, n.member_id, r.host) FROM member_now(r.member_id) n), false),
        side_of(r.member_id, r.host)
    FROM survey_response r JOIN survey s ON s.survey_id = r.survey_id AND s.version = r.version
    WHERE r.state = 'PENDING' AND (one IS NULL OR r.response_id = one) AND (after IS NULL OR r.response_id > after)
    ORDER BY r.response_id LIMIT most;
END $$;

CREATE FUNCTION response_rewarded(one uuid, entry uuid) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE survey_response r SET state = 'DONE', entry_id = entry WHERE r.response_id = one AND r.state = 'PENDING';
    RETURN FOUND;
END $$;

-- Which partner records a response's action.
CREATE FUNCTION response_host(one uuid) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT r.host FROM survey_response r WHERE r.response_id = one
$$;

-- Responses and SURVEY actions that do not bear each other out, for the proof of the books.
CREATE FUNCTION responses_amiss() RETURNS TABLE (wallet_id uuid, entry_id uuid, response_id uuid, amiss text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH recorded AS (
        SELECT e.wallet_id, e.entry_id, e.partner_id, e.idempotency_key, a.kind FROM entry e
        JOIN action a ON a.wallet_id = e.wallet_id AND a.entry_id = e.entry_id
        WHERE e.kind = 'ACTION' AND e.idempotency_key LIKE 'SURVEY/%' AND length(e.idempotency_key) = 39
    )
    SELECT e.wallet_id, COALESCE(r.entry_id, e.entry_id), r.response_id, 'a response names an action that is not its own'
    FROM survey_response r LEFT JOIN recorded e ON e.entry_id = r.entry_id
    WHERE sees_coalition() AND r.entry_id IS NOT NULL AND (e.kind, e.partner_id, e.idempotency_key)
        IS DISTINCT FROM ('SURVEY', r.host, 'SURVEY/' || replace(r.response_id::text, '-', ''))
    UNION ALL
    SELECT e.wallet_id, e.entry_id, NULL, 'an action was recorded for a response that nobody completed'
    FROM recorded e LEFT JOIN survey_response r ON r.response_id::text = substr(e.idempotency_key, 8)::uuid::text
    WHERE sees_coalition() AND e.kind = 'SURVEY'
        AND (r.response_id IS NULL OR r.state = 'DRAFT' OR r.via <> 'SURVEY' OR r.state = 'DONE' AND r.entry_id IS DISTINCT FROM e.entry_id)
$$;
