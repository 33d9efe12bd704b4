-- What owners and makers are told of answers, and segments made of them.

-- The responses to an owner's survey. A member stands under a number that means nothing beyond this answer, and under its owner's own id
-- for it where it allows that owner offers by what it told. Its words come sealed, with the key that opens them sealed too.
CREATE FUNCTION survey_responses_told(survey uuid, zone text)
RETURNS TABLE (who bigint, version int, complete boolean, answers jsonb, about_partner uuid, about_outlet uuid, about_product varchar,
    month text, pairwise_id uuid, sealed_by uuid, sealed_key bytea, sealed bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT dense_rank() OVER (ORDER BY md5(r.member_id::text || $1::text)), r.version,
        r.state <> 'DRAFT', r.answers, r.about_partner, r.about_outlet,
        r.about_product, to_char(COALESCE(r.completed_at, r.started_at) AT TIME ZONE zone, 'YYYY-MM'),
        (SELECT min(l.pairwise_id::text)::uuid FROM member m JOIN link l ON l.wallet_id = m.wallet_id AND l.member_id = m.member_id
            AND l.partner_id = r.partner_id
            WHERE m.member_id = r.member_id AND m.status = 'ACTIVE' AND allows_offers(m.wallet_id, m.member_id, r.partner_id)),
        r.sealed_by, k.sealed_key, CASE WHEN r.state <> 'DRAFT' THEN r.sealed END
    FROM survey_response r
    LEFT JOIN LATERAL (SELECT d.sealed_key FROM personal_data d WHERE d.member_id = r.sealed_by LIMIT 1) k ON true
    WHERE r.survey_id = survey AND sees_owner(r.partner_id)
    ORDER BY md5(r.response_id::text)
$$;

-- Whom an owner's survey asked, and what became of it.
CREATE FUNCTION survey_askings_told(survey uuid, zone text)
RETURNS TABLE (who bigint, state varchar, about_partner uuid, about_outlet uuid, about_product varchar, month text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT dense_rank() OVER (ORDER BY md5(a.member_id::text || $1::text)), a.state, a.about_partner, a.about_outlet, a.about_product,
        to_char(a.offered_at AT TIME ZONE zone, 'YYYY-MM')
    FROM survey_asking a
    WHERE a.survey_id = survey AND a.offered_at IS NOT NULL AND sees_owner(a.partner_id)
$$;

-- Closed answers about a maker's products, of surveys that tell makers; nobody's words, nobody's shop.
CREATE FUNCTION quality_told(maker uuid) RETURNS TABLE (survey_id uuid, version int, terms jsonb, about_product varchar, who bigint,
    answers jsonb)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT r.survey_id, r.version, s.terms, r.about_product, dense_rank() OVER (ORDER BY md5(r.member_id::text || maker::text)), r.answers
    FROM survey_response r JOIN survey s ON s.survey_id = r.survey_id AND s.version = r.version
    WHERE r.about_maker = maker AND r.state <> 'DRAFT' AND COALESCE((s.terms ->> 'tells_makers')::boolean, false) AND sees_partner(maker)
$$;

-- Who answered a question of an owner's own survey so, by the latest answer of each, of members that allow the owner offers by it.
CREATE FUNCTION segment_answers(owner uuid, survey text, question text, any_of text[], at_least bigint, at_most bigint,
    since timestamptz, until timestamptz)
RETURNS TABLE (member_id uuid)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_custom_plan AS $$
BEGIN
    IF NOT sees_owner(owner) THEN
        RETURN;
    END IF;
    RETURN QUERY
    SELECT latest.member_id FROM (
        SELECT DISTINCT ON (r.member_id) r.member_id, r.answers -> question AS answer FROM survey_response r
        WHERE r.survey_id IN (SELECT s.survey_id FROM survey s WHERE s.partner_id IS NOT DISTINCT FROM owner AND s.name = survey
                AND s.live_from IS NOT NULL)
            AND r.state <> 'DRAFT' AND r.completed_at >= since AND r.completed_at <= until AND r.answers ? question
        ORDER BY r.member_id, r.completed_at DESC, r.response_id
    ) latest
    JOIN member m ON m.member_id = latest.member_id AND m.status = 'ACTIVE'
    WHERE allows_offers(m.wallet_id, m.member_id, owner)
        AND (any_of IS NULL OR COALESCE(latest.answer -> 'options' ?| any_of, false)
            OR CASE (latest.answer ->> 'yes') WHEN 'true' THEN 'yes' WHEN 'false' THEN 'no' END = ANY (any_of))
        AND (at_least IS NULL OR COALESCE((latest.answer ->> 'number')::bigint >= at_least, false))
        AND (at_most IS NULL OR COALESCE((latest.answer ->> 'number')::bigint <= at_most, false));
END $$;

-- The messages that this step adds are of a marketing topic. As domain/messages/topics.py.
CREATE OR REPLACE FUNCTION is_marketing(topic text) RETURNS boolean LANGUAGE sql IMMUTABLE AS
$$ SELECT topic IN ('REWARD_IN_REACH', 'BIRTHDAY', 'VOUCHER_ENDING', 'SURVEY') $$;
