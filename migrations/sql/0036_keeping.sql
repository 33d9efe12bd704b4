-- Messages are written here, many at once, and only here: each at most once for what happened, by the unique key of a message.

-- Tells of what a member may like rather than of what is its own: only with consent, within bounds. As domain/messages/topics.py.
CREATE FUNCTION is_marketing(topic text) RETURNS boolean LANGUAGE sql IMMUTABLE AS
$$ SELECT topic IN ('REWARD_IN_REACH', 'BIRTHDAY', 'VOUCHER_ENDING') $$;

-- Whether a topic is mailed to members who did not say.
CREATE FUNCTION is_mailed(topic text) RETURNS boolean LANGUAGE sql IMMUTABLE AS
$$ SELECT topic NOT IN ('POINTS_EARNED', 'POINTS_RELEASED', 'POINTS_SPENT', 'POINTS_GIVEN_BACK') $$;

CREATE TYPE message_draft AS (member_id uuid, topic text, subject text, partner_id uuid, params jsonb, occurred_at timestamptz);

-- Keeps those of these messages that may be written and are not there yet; a member that was merged is told as the one it became.
-- Of several that marketing may not all send, the first of a batch go. Mail is wanted where an address was verified.
CREATE FUNCTION keep_messages(drafts message_draft[], at timestamptz) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
    kept int;
BEGIN
    WITH meant AS (
        SELECT t.wallet_id, t.member_id, d.topic, d.subject, d.partner_id, d.params, d.occurred_at, is_marketing(d.topic) AS marketing,
            COALESCE((f.ways -> d.topic ->> 'inbox')::boolean, true) AS inbox,
            COALESCE((f.ways -> d.topic ->> 'mail')::boolean, is_mailed(d.topic)) AND EXISTS (SELECT FROM message_address a
                WHERE a.wallet_id = t.wallet_id AND a.member_id = t.member_id AND a.refused_at IS NULL) AS mail
        FROM unnest(drafts) d
        JOIN member m ON m.member_id = d.member_id
        JOIN member t ON t.member_id = COALESCE(m.merged_into, m.member_id) AND t.status = 'ACTIVE'
        LEFT JOIN message_preference f ON f.wallet_id = t.wallet_id AND f.member_id = t.member_id
        WHERE NOT EXISTS (SELECT FROM message x WHERE x.wallet_id = t.wallet_id AND x.member_id = t.member_id AND x.topic = d.topic
            AND x.subject = d.subject)
    ), allowed AS (
        SELECT a.*, row_number() OVER (PARTITION BY a.member_id, a.marketing ORDER BY a.occurred_at, a.topic, a.subject) AS place
        FROM meant a
        WHERE NOT a.marketing OR (a.inbox OR a.mail) AND allows_offers(a.wallet_id, a.member_id, a.partner_id)
    )
    INSERT INTO message (wallet_id, message_id, member_id, topic, subject, partner_id, params, words, inbox, occurred_at, written_at,
        mail)
    SELECT a.wallet_id, gen_random_uuid(), a.member_id, a.topic, a.subject, a.partner_id, a.params,
        CASE WHEN a.marketing THEN (SELECT jsonb_object_agg(w.language, jsonb_build_object('subject', w.subject, 'text', w.text))
            FROM message_template w WHERE w.partner_id = a.partner_id AND w.topic = a.topic) END,
        a.inbox OR NOT a.marketing, a.occurred_at, at, CASE WHEN a.mail THEN 'WANTED' ELSE 'NONE' END
    FROM allowed a CROSS JOIN message_policy p
    WHERE NOT a.marketing OR a.place + (SELECT count(*) FROM message x WHERE x.wallet_id = a.wallet_id AND x.member_id = a.member_id
        AND is_marketing(x.topic) AND x.written_at > at - make_interval(days => p.marketing_days)) <= p.marketing_most
    ON CONFLICT DO NOTHING;
    GET DIAGNOSTICS kept = ROW_COUNT;
    RETURN kept;
END $$;
