-- What follows from standings: who is told, what a merge joins, what a look back asks, and what the audit trail keeps.

-- A standing that changed is told to the partner whose programme it is; of the coalition's, to those that may see the balance.
CREATE FUNCTION tell_of_tiers() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO event (partner_id, kind, balance_seen, wallet_id, member_id, subject_id, detail, occurred_at)
    SELECT s.partner_id, 'TIER_CHANGED', false, s.wallet_id, s.member_id, s.programme_id, s.tier, s.noted_at
    FROM stepped s WHERE s.partner_id IS NOT NULL
    UNION ALL
    SELECT c.partner_id, 'TIER_CHANGED', false, s.wallet_id, s.member_id, s.programme_id, s.tier, s.noted_at
    FROM stepped s CROSS JOIN LATERAL (SELECT DISTINCT x.partner_id FROM consent x
        JOIN partner p ON p.partner_id = x.partner_id AND p.status IN ('ACTIVE', 'LEAVING')
        WHERE x.wallet_id = s.wallet_id AND x.member_id = s.member_id AND x.purpose = 'BALANCE' AND x.revoked_at IS NULL
            AND (x.expires_at IS NULL OR x.expires_at > s.noted_at)) c
    WHERE s.partner_id IS NULL;
    RETURN NULL;
END $$;
CREATE TRIGGER tier_step_is_told AFTER INSERT ON tier_step REFERENCING NEW TABLE AS stepped
    FOR EACH STATEMENT EXECUTE FUNCTION tell_of_tiers();
CREATE TRIGGER tier_step_is_history BEFORE UPDATE OR DELETE ON tier_step FOR EACH ROW EXECUTE FUNCTION refuse_change_of_history();

-- A member that is another's now leaves it the grounds it had; the other is looked at again, since their purchases count together.
CREATE FUNCTION join_tiers() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    target member;
BEGIN
    SELECT m.* INTO target FROM member m WHERE m.member_id = NEW.merged_into;
    UPDATE tier_ground SET wallet_id = target.wallet_id, member_id = target.member_id
    WHERE wallet_id = NEW.wallet_id AND member_id = NEW.member_id;
    INSERT INTO tier_standing AS t (wallet_id, member_id, programme_id, partner_id, tier, since, until, why, evidence, steps, looked_at, due_at)
    SELECT target.wallet_id, target.member_id, s.programme_id, s.partner_id, s.tier, s.since, s.until, s.why, s.evidence, 0, s.looked_at,
        '-infinity'
    FROM tier_standing s WHERE s.wallet_id = NEW.wallet_id AND s.member_id = NEW.member_id
    ON CONFLICT (wallet_id, member_id, programme_id) DO UPDATE SET due_at = '-infinity';
    UPDATE tier_standing SET due_at = NULL WHERE wallet_id = NEW.wallet_id AND member_id = NEW.member_id;
    RETURN NULL;
END $$;
CREATE TRIGGER merged_tiers_are_joined AFTER UPDATE ON member FOR EACH ROW
    WHEN (OLD.status <> 'MERGED' AND NEW.status = 'MERGED') EXECUTE FUNCTION join_tiers();

-- The tiers that counted for a member at a partner's till at an instant of the past, the coalition's first.
CREATE FUNCTION tiers_then(partner uuid, wallet uuid, member uuid, at timestamptz) RETURNS text[] LANGUAGE sql STABLE AS $$
    SELECT ARRAY(SELECT h.tier FROM (
        SELECT p.partner_id, COALESCE(
            (SELECT COALESCE(s.tier, l.base) FROM tier_step s WHERE s.wallet_id = wallet AND s.member_id = member
                AND s.programme_id = p.programme_id AND s.since <= at ORDER BY s.number DESC LIMIT 1),
            (SELECT s.was FROM tier_step s WHERE s.wallet_id = wallet AND s.member_id = member AND s.programme_id = p.programme_id
                ORDER BY s.number LIMIT 1),
            l.base) AS tier
        FROM tier_programme p CROSS JOIN LATERAL (SELECT base_tier(tier_terms_of(v.terms)) AS base FROM tier_version v
            WHERE v.programme_id = p.programme_id AND v.applies_from <= at ORDER BY v.version DESC LIMIT 1) l
        WHERE p.state <> 'DRAFT' AND (p.ended_at IS NULL OR p.ended_at > at) AND (p.partner_id IS NULL OR p.partner_id = partner)
    ) h WHERE h.tier IS NOT NULL ORDER BY h.partner_id NULLS FIRST)
$$;

DROP FUNCTION backtest_purchases(uuid, timestamptz, timestamptz);

-- As before, with all tiers of each member: as recorded with the purchase, or, where nothing asked for them, as they were then.
CREATE FUNCTION backtest_purchases(owner uuid, since timestamptz, until timestamptz)
RETURNS TABLE (
    entry_id uuid, partner_id uuid, outlet_id uuid, wallet_id uuid, member_id uuid, at bigint, posted bigint, version bigint,
    channel varchar, tiers text, joined bigint, tenders text, numbers text, skus text, quantities text, amounts text
)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp SET work_mem = '64MB' AS $$
    SELECT p.entry_id, p.partner_id, p.outlet_id, p.wallet_id, e.member_id, (extract(epoch FROM p.occurred_at) * 1000000)::bigint,
        (extract(epoch FROM e.posted_at) * 1000000)::bigint, e.version, e.channel,
        CASE WHEN p.facts ? 'tiers' THEN (SELECT string_agg(t.tier, E'\x1f') FROM jsonb_array_elements_text(p.facts -> 'tiers') AS t (tier))
            WHEN p.facts ? 'tier' THEN p.facts ->> 'tier'
            WHEN EXISTS (SELECT FROM tier_programme g WHERE g.state <> 'DRAFT')
                THEN NULLIF(array_to_string(tiers_then(p.partner_id, p.wallet_id, e.member_id, e.posted_at), E'\x1f'), '') END,
        (extract(epoch FROM m.joined_at) * 1000000)::bigint, (p.facts -> 'tenders')::text, array_to_string(p.numbers, ','),
        array_to_string(p.skus, E'\x1f'), array_to_string(p.quantities, ','), array_to_string(p.amounts, ',')
    FROM purchase p
    JOIN entry e ON e.wallet_id = p.wallet_id AND e.entry_id = p.entry_id
    LEFT JOIN member m ON m.wallet_id = e.wallet_id AND m.member_id = e.member_id
    WHERE sees_owner(owner) AND (owner IS NULL OR p.partner_id = owner) AND p.occurred_at >= since AND p.occurred_at < until
$$;

-- What is given by hand, and what is promised, is told by the audit trail.
CREATE CONSTRAINT TRIGGER tier_by_hand_is_told AFTER INSERT ON tier_ground DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (NEW.why IN ('INVITED', 'MATCHED'))
    EXECUTE FUNCTION tell_trail('DECISION_TAKEN', 'DECISION', 'ground_id', 'partner_id', '', 'why,tier,until', '');
CREATE CONSTRAINT TRIGGER tier_taken_by_hand_is_told AFTER UPDATE ON tier_ground DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (NEW.why IN ('INVITED', 'MATCHED') AND OLD.taken_back_at IS NULL AND NEW.taken_back_at IS NOT NULL)
    EXECUTE FUNCTION tell_trail('DECISION_TAKEN', 'DECISION', 'ground_id', 'partner_id', '', 'taken_back_at', '');
CREATE CONSTRAINT TRIGGER tier_version_is_told AFTER UPDATE ON tier_version DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (OLD.published_at IS NULL AND NEW.published_at IS NOT NULL)
    EXECUTE FUNCTION tell_trail('DECISION_TAKEN', 'DECISION', 'programme_id', 'partner_id', '', 'version,applies_from', '');
