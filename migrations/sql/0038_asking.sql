-- Asking at the right moment: what happened gives cues, cues give askings, and askings that are due are offered.

-- Entries are written by the ledger's own functions, so this runs with their rights. While nobody asks anything, it looks and leaves.
CREATE FUNCTION cue_surveys() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM survey s WHERE s.state = 'LIVE' AND s.moments && '{CODE,PURCHASE,REDEMPTION,REWARD,ACTIVITY}') THEN
        INSERT INTO survey_cue (kind, wallet_id, member_id, partner_id, subject_id, occurred_at)
        SELECT 'ENTRY', e.wallet_id, e.member_id, e.partner_id, e.entry_id, e.occurred_at FROM posted e
        WHERE e.kind IN ('PURCHASE', 'ACTION', 'REDEMPTION', 'CAPTURE') AND e.member_id IS NOT NULL;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER entry_gives_survey_cue AFTER INSERT ON entry REFERENCING NEW TABLE AS posted
    FOR EACH STATEMENT EXECUTE FUNCTION cue_surveys();

-- A member's case was closed by a partner, in the transaction that closes it.
CREATE FUNCTION ask_after_case(member uuid, partner uuid, subject uuid, at timestamptz) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    INSERT INTO survey_cue (kind, member_id, partner_id, subject_id, occurred_at)
    SELECT 'CASE', member, partner, subject, at WHERE EXISTS (SELECT FROM survey s WHERE s.state = 'LIVE' AND 'CASE' = ANY (s.moments))
$$;

-- What cues are about, as the moments of surveys ask for it: what was bought, which reward, which type of action. For the worker.
CREATE FUNCTION survey_cues(most int) RETURNS TABLE (cue_id bigint, member_id uuid, partner_id uuid, outlet_id uuid, subject_id uuid,
    occurred_at timestamptz, moments varchar[], skus varchar[], amounts bigint[], reward_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT c.cue_id, n.member_id, c.partner_id, COALESCE(p.outlet_id, e.outlet_id), c.subject_id, c.occurred_at,
        array_remove(ARRAY[CASE WHEN c.kind = 'CASE' THEN 'CASE' WHEN e.kind = 'PURCHASE' THEN 'PURCHASE'
            WHEN e.kind IN ('REDEMPTION', 'CAPTURE') THEN 'REDEMPTION' WHEN a.kind = 'CODE' THEN 'CODE'
            WHEN a.kind = 'ATTENDANCE' THEN 'ACTIVITY' END, CASE WHEN x.reward_id IS NOT NULL THEN 'REWARD' END]::varchar[], NULL),
        CASE WHEN p.entry_id IS NOT NULL THEN p.skus
            ELSE array_remove(ARRAY[COALESCE(a.attributes ->> 'sku', a.attributes ->> 'product')]::varchar[], NULL) END,
        p.amounts, x.reward_id
    FROM (SELECT d.* FROM survey_cue d ORDER BY d.cue_id LIMIT most) c
    LEFT JOIN LATERAL member_now(c.member_id) n ON true
    LEFT JOIN entry e ON c.kind = 'ENTRY' AND e.wallet_id = c.wallet_id AND e.entry_id = c.subject_id
    LEFT JOIN purchase p ON p.wallet_id = e.wallet_id AND p.entry_id = e.entry_id
    LEFT JOIN action a ON a.wallet_id = e.wallet_id AND a.entry_id = e.entry_id
    LEFT JOIN LATERAL (SELECT y.reward_id FROM reward_redemption y WHERE e.kind IN ('REDEMPTION', 'CAPTURE')
        AND y.entry_id = CASE e.kind WHEN 'CAPTURE' THEN e.refers_to ELSE e.entry_id END LIMIT 1) x ON true
    WHERE sees_coalition()
    ORDER BY c.cue_id
$$;

-- Writes down who is to be asked what, and lets go of the cues that were looked at, in one transaction; again it changes nothing.
CREATE FUNCTION keep_askings(drafts jsonb, cues bigint[]) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    kept int;
BEGIN
    IF NOT sees_coalition() THEN
        RAISE EXCEPTION 'askings are written with the sight of the coalition' USING ERRCODE = 'insufficient_privilege';
    END IF;
    INSERT INTO survey_asking (asking_id, survey_id, version, partner_id, member_id, moment, subject_id, about_partner, about_outlet,
        about_product, about_maker, due_at, offer_days, state)
    SELECT d.asking_id, d.survey_id, d.version, d.partner_id, d.member_id, d.moment, d.subject_id, d.about_partner, d.about_outlet,
        d.about_product, d.about_maker, d.due_at, d.offer_days, 'WAITING'
    FROM jsonb_populate_recordset(NULL::survey_asking, drafts) d ON CONFLICT DO NOTHING;
    GET DIAGNOSTICS kept = ROW_COUNT;
    DELETE FROM survey_cue c WHERE c.cue_id = ANY (cues);
    RETURN kept;
END $$;

-- Why a member is not asked after all; NULL: it is.
CREATE FUNCTION not_asked(a survey_asking, live survey, at timestamptz) RETURNS varchar LANGUAGE sql STABLE AS $$
    SELECT CASE
        WHEN n.member_id IS NULL THEN 'GONE'
        WHEN live.survey_id IS NULL OR a.due_at + make_interval(days => a.offer_days) <= at
            OR (live.terms ->> 'starts_at')::timestamptz > at OR (live.terms ->> 'ends_at')::timestamptz <= at THEN 'OVER'
        WHEN COALESCE((live.terms ->> 'once')::boolean, true) AND EXISTS (SELECT FROM survey_response r
            WHERE r.survey_id = a.survey_id AND r.member_id = n.member_id AND r.state <> 'DRAFT') THEN 'ANSWERED'
        WHEN EXISTS (SELECT FROM survey_asking x WHERE x.survey_id = a.survey_id AND x.member_id = n.member_id
            AND x.state = 'DECLINED') THEN 'DECLINED'
        WHEN EXISTS (SELECT FROM survey_asking x WHERE x.survey_id = a.survey_id AND x.member_id = n.member_id
            AND x.state = 'OFFERED') THEN 'ASKED'
        WHEN a.partner_id IS NOT NULL AND a.partner_id IS DISTINCT FROM a.about_partner
            AND NOT allows_offers(n.wallet_id, n.member_id, a.partner_id) THEN 'CONSENT'
        WHEN (SELECT count(*) FROM survey_asking x WHERE x.member_id = n.member_id
                AND x.offered_at > at - make_interval(days => (SELECT p.asks_days FROM survey_policy p)))
            >= (SELECT p.asks_most FROM survey_policy p) THEN 'OFTEN'
    END
    FROM (SELECT a.member_id AS asked) o LEFT JOIN LATERAL member_now(o.asked) n ON true
$$;

-- One step of offering: askings that are due, each offered or skipped, with a message to whom marketing may be sent; offers whose time
-- is over end. One at a time, so that no member is asked more often than the coalition wants.
CREATE FUNCTION offer_surveys(at timestamptz, most int) RETURNS TABLE (offered int, skipped int, expired int)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    a survey_asking;
    live survey;
    why varchar;
    drafts message_draft[] := '{}';
BEGIN
    IF NOT sees_coalition() THEN
        RAISE EXCEPTION 'surveys are offered with the sight of the coalition' USING ERRCODE = 'insufficient_privilege';
    END IF;
    PERFORM pg_advisory_xact_lock(hashtext('offer_surveys'));
    offered := 0;
    skipped := 0;
    UPDATE survey_asking x SET state = 'EXPIRED', ended_at = at WHERE x.state = 'OFFERED' AND x.expires_at <= at;
    GET DIAGNOSTICS expired = ROW_COUNT;
    FOR a IN SELECT x.* FROM survey_asking x WHERE x.state = 'WAITING' AND x.due_at <= at ORDER BY x.due_at, x.asking_id LIMIT most LOOP
        SELECT s.* INTO live FROM survey s WHERE s.survey_id = a.survey_id AND s.state = 'LIVE';
        why := not_asked(a, live, at);
        IF why IS NULL THEN
            UPDATE survey_asking x SET state = 'OFFERED', version = live.version, offered_at = at,
                expires_at = at + make_interval(days => x.offer_days) WHERE x.asking_id = a.asking_id AND x.state = 'WAITING';
            drafts := drafts || ROW(a.member_id, 'SURVEY', a.asking_id::text, a.partner_id, jsonb_strip_nulls(jsonb_build_object(
                'survey', live.terms -> 'title', 'partner', (SELECT p.name FROM partner p WHERE p.partner_id = a.partner_id),
                'expires_at', at + make_interval(days => a.offer_days))), at)::message_draft;
            offered := offered + 1;
        ELSE
            UPDATE survey_asking x SET state = 'SKIPPED', skipped = why, ended_at = at
            WHERE x.asking_id = a.asking_id AND x.state = 'WAITING';
            skipped := skipped + 1;
        END IF;
    END LOOP;
    PERFORM keep_messages(drafts, at);
    RETURN NEXT;
END $$;

-- A member does not want to answer; it is not asked this again.
CREATE FUNCTION decline_asking(asking uuid, member uuid, at timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE survey_asking a SET state = 'DECLINED', ended_at = at
    WHERE a.asking_id = asking AND a.state = 'OFFERED' AND a.member_id = (SELECT n.member_id FROM member_now(member) n);
    RETURN FOUND OR EXISTS (SELECT FROM survey_asking a WHERE a.asking_id = asking AND a.state = 'DECLINED'
        AND a.member_id = (SELECT n.member_id FROM member_now(member) n));
END $$;

-- The offers that a member has now; for a storefront those that it asks itself, or that follow from what happened there.
CREATE FUNCTION askings_open(member uuid, owner uuid, at timestamptz) RETURNS SETOF survey_asking
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT a.* FROM member_now(member) n JOIN survey_asking a ON a.member_id = n.member_id AND a.state = 'OFFERED' AND a.expires_at > at
    WHERE owner IS NULL OR a.partner_id = owner OR a.about_partner = owner ORDER BY a.offered_at, a.asking_id
$$;
