-- What marketing people see of campaigns: wheels that nobody can cheat with.

-- The digest of the seed is told with the campaign from the start; the seed itself to all who see the campaign, once it is open.
ALTER TABLE campaign ADD COLUMN commitment bytea CONSTRAINT ck_campaign_commitment CHECK (length(commitment) = 32);

DROP POLICY campaign_seed_hansa_app_select ON campaign_seed;

-- Open the seed of the viewer's own campaign. Nothing of it goes on, and nothing can: an ended campaign has no next version.
CREATE FUNCTION reveal_seed(campaign uuid, at timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE campaign_seed s SET revealed_at = at
    WHERE s.campaign_id = campaign AND sees_partner(s.partner_id) AND s.revealed_at IS NULL
        AND NOT EXISTS (SELECT FROM campaign c WHERE c.campaign_id = campaign AND c.state <> 'ENDED');
END $$;

-- Owner and sponsors are told when a campaign's budget runs low, each in an event of its own; other allowances as before.
CREATE OR REPLACE FUNCTION tell_of_allowance() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.kind = 'BUDGET' THEN
        INSERT INTO event (partner_id, kind, balance_seen, subject_id, occurred_at)
        SELECT DISTINCT party, 'CAMPAIGN_BUDGET_LOW', false, NEW.subject_id, NEW.low_since
        FROM (SELECT c.* FROM campaign c WHERE c.campaign_id = NEW.subject_id AND c.state IN ('LIVE', 'PAUSED')) c,
            unnest(c.partner_id || c.sponsors) AS party;
    ELSE
        INSERT INTO event (partner_id, kind, balance_seen, subject_id, detail, occurred_at)
        VALUES (NEW.partner_id, 'ALLOWANCE_LOW', false, NEW.allowance_id, NEW.kind, NEW.low_since);
    END IF;
    RETURN NULL;
END $$;

-- Whether so little is left of a campaign's budget that it can give nothing more: less than a point, or a minor unit, costs.
CREATE FUNCTION budget_used_up(campaign uuid, sponsors uuid[], at timestamptz) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT COALESCE((SELECT sum(s.left_amount) FROM allowance_slice s WHERE s.allowance_id = b.allowance_id) < CASE b.unit
        WHEN 'POINTS' THEN 1
        ELSE LEAST(10000, (SELECT min(k.price) * 1000000 FROM unnest(sponsors) AS p (partner_id)
            CROSS JOIN LATERAL contract_in_force(p.partner_id, at) k)) END, false)
    FROM (SELECT campaign) c LEFT JOIN allowance b ON b.subject_id = c.campaign AND b.kind = 'BUDGET'
$$;

DROP FUNCTION campaigns_digest(timestamptz, timestamptz);
DROP FUNCTION campaigns_in_force(timestamptz, timestamptz);

-- As before, and whether their budgets are used up.
CREATE FUNCTION campaigns_in_force(since timestamptz, at timestamptz)
RETURNS TABLE (
    campaign_id uuid, version int, partner_id uuid, name varchar, state varchar, starts_at timestamptz, ends_at timestamptz,
    rule jsonb, partners uuid[], outlets uuid[], tiers text[], sponsors uuid[], shares text[], return_days int, expiry jsonb,
    rounding varchar, priority int, parts jsonb, live_from timestamptz, live_until timestamptz, seed bytea, funded boolean,
    used_up boolean
)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH recent AS (
        SELECT c.*, s.seed, ARRAY(SELECT s.partner_id FROM unnest(c.sponsors, c.shares) AS s (partner_id, share) WHERE s.share <> '0')
            AS funders
        FROM campaign c LEFT JOIN campaign_seed s ON s.campaign_id = c.campaign_id
        WHERE c.live_from IS NOT NULL AND COALESCE(LEAST(c.live_until, c.ends_at) > since, true)
    ), able AS (
        SELECT may_fund(ARRAY(SELECT DISTINCT unnest(r.funders) FROM recent r), at) AS partners
    )
    SELECT r.campaign_id, r.version, r.partner_id, r.name, r.state, r.starts_at, r.ends_at, r.rule, r.partners, r.outlets,
        r.tiers, r.sponsors, r.shares, r.return_days, r.expiry, r.rounding, r.priority, r.parts, r.live_from, r.live_until, r.seed,
        r.funders <@ able.partners,
        CASE WHEN r.parts ? 'budget' THEN budget_used_up(r.campaign_id, r.funders, at) ELSE false END
    FROM recent r, able
$$;

CREATE FUNCTION campaigns_digest(since timestamptz, at timestamptz) RETURNS bytea
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT sha256(convert_to(COALESCE(string_agg(concat_ws('/', c.campaign_id, c.version, c.live_until, c.funded, c.used_up), ' '
        ORDER BY c.campaign_id, c.version), ''), 'UTF8'))
    FROM campaigns_in_force(since, at) c
$$;

-- What campaigns come to, hour by hour, folded by the worker from what was posted until some minutes ago; the rest is read as it is.
-- Hours are those of the coalition's clock.
CREATE TABLE campaign_hour (
    row_id uuid NOT NULL DEFAULT gen_random_uuid() CONSTRAINT pk_campaign_hour PRIMARY KEY,
    campaign_id uuid NOT NULL,
    hour timestamptz NOT NULL,
    sponsor_id uuid,
    sponsor_contract_id uuid,
    accrual_cycle_id uuid,
    awards bigint NOT NULL,
    reached bigint NOT NULL,
    tokens bigint NOT NULL,
    points bigint NOT NULL,
    points_back bigint NOT NULL,
    money numeric(20, 6) NOT NULL,
    money_back numeric(20, 6) NOT NULL
);
CREATE UNIQUE INDEX uq_campaign_hour_one ON campaign_hour (campaign_id, hour, sponsor_id, sponsor_contract_id, accrual_cycle_id)
    NULLS NOT DISTINCT;

-- Which members a campaign has given anything, each once.
CREATE TABLE campaign_reach (
    campaign_id uuid NOT NULL,
    member_id uuid NOT NULL,
    CONSTRAINT pk_campaign_reach PRIMARY KEY (campaign_id, member_id)
);

-- Until when all that was posted is folded.
CREATE TABLE campaign_fold (
    single boolean CONSTRAINT pk_campaign_fold PRIMARY KEY DEFAULT true CONSTRAINT ck_campaign_fold_one CHECK (single),
    folded_until timestamptz NOT NULL
);

-- What was given or taken back under campaigns between two instants: a row for each thing, as postings wrote it.
CREATE FUNCTION campaign_moves(since timestamptz, until timestamptz, which uuid)
RETURNS TABLE (campaign_id uuid, posted_at timestamptz, wallet_id uuid, entry_id uuid, member_id uuid, sponsor_id uuid,
    sponsor_contract_id uuid, accrual_cycle_id uuid, tokens int, points bigint, points_back bigint, money numeric, money_back numeric)
LANGUAGE sql STABLE AS $$
    WITH moved AS MATERIALIZED (
        SELECT e.wallet_id, e.entry_id, e.member_id, e.posted_at FROM entry e
        WHERE e.posted_at >= since AND e.posted_at < until AND e.kind IN ('PURCHASE', 'ACTION', 'RETURN')
    )
    SELECT t.campaign_id, m.posted_at, m.wallet_id, m.entry_id, m.member_id, t.sponsor_id, t.sponsor_contract_id, t.accrual_cycle_id, 0,
        CASE t.kind WHEN 'ACCRUE' THEN t.points ELSE 0 END, CASE t.kind WHEN 'ACCRUE' THEN 0 ELSE t.points END, 0, 0
    FROM moved m JOIN transfer t ON t.wallet_id = m.wallet_id AND t.entry_id = m.entry_id
    WHERE t.kind IN ('ACCRUE', 'CLAWBACK') AND t.campaign_id IS NOT NULL AND (which IS NULL OR t.campaign_id = which)
    UNION ALL
    SELECT b.campaign_id, m.posted_at, m.wallet_id, m.entry_id, m.member_id, b.sponsor_id, NULL, NULL, 0, 0, 0,
        CASE WHEN b.entry_id = m.entry_id THEN b.amount ELSE 0 END, CASE WHEN b.entry_id = m.entry_id THEN 0 ELSE b.amount END
    FROM moved m JOIN benefit b ON b.wallet_id = m.wallet_id AND m.entry_id IN (b.entry_id, b.reversed_entry_id)
    WHERE b.campaign_id IS NOT NULL AND (which IS NULL OR b.campaign_id = which)
    UNION ALL
    SELECT k.campaign_id, m.posted_at, m.wallet_id, m.entry_id, m.member_id, NULL, NULL, NULL, 1, 0, 0, 0, 0
    FROM moved m JOIN token k ON k.wallet_id = m.wallet_id AND k.entry_id = m.entry_id
    WHERE which IS NULL OR k.campaign_id = which
$$;

CREATE FUNCTION hour_of(at timestamptz, zone text) RETURNS timestamptz LANGUAGE sql STABLE AS
$$ SELECT date_trunc('hour', at AT TIME ZONE zone) AT TIME ZONE zone $$;

-- Fold what was posted until an instant, at most a day of it at once; until when it is folded then. NULL: there is nothing yet.
CREATE FUNCTION fold_campaigns(until timestamptz, zone text) RETURNS timestamptz
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    since timestamptz;
    upto timestamptz;
BEGIN
    IF NOT sees_coalition() THEN
        RAISE EXCEPTION 'campaigns are folded with the sight of the coalition' USING ERRCODE = 'insufficient_privilege';
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended('fold_campaigns', 29));  -- one after the other, also the first time
    SELECT f.folded_until INTO since FROM campaign_fold f;
    since := COALESCE(since, (SELECT min(e.posted_at) FROM entry e));
    IF since IS NULL OR since >= until THEN
        RETURN since;
    END IF;
    upto := LEAST(until, since + interval '1 day');
    WITH moved AS MATERIALIZED (
        SELECT * FROM campaign_moves(since, upto, NULL)
    ), met AS (
        SELECT v.campaign_id, v.member_id, min(v.posted_at) AS posted_at FROM moved v
        WHERE v.member_id IS NOT NULL AND (v.points > 0 OR v.money > 0 OR v.tokens > 0) GROUP BY 1, 2
    ), fresh AS (
        INSERT INTO campaign_reach (campaign_id, member_id) SELECT m.campaign_id, m.member_id FROM met m
        ON CONFLICT DO NOTHING RETURNING campaign_reach.campaign_id, campaign_reach.member_id
    ), parts AS (
        SELECT v.campaign_id, hour_of(v.posted_at, zone) AS hour, v.sponsor_id, v.sponsor_contract_id, v.accrual_cycle_id,
            0 AS awards, 0 AS reached, 0 AS tokens, sum(v.points) AS points, sum(v.points_back) AS points_back, sum(v.money) AS money,
            sum(v.money_back) AS money_back
        FROM moved v WHERE v.sponsor_id IS NOT NULL GROUP BY 1, 2, 3, 4, 5
        UNION ALL
        SELECT v.campaign_id, hour_of(v.posted_at, zone), NULL, NULL, NULL,
            count(DISTINCT v.entry_id) FILTER (WHERE v.points > 0 OR v.money > 0 OR v.tokens > 0), 0, sum(v.tokens), 0, 0, 0, 0
        FROM moved v GROUP BY 1, 2
        UNION ALL
        SELECT m.campaign_id, hour_of(m.posted_at, zone), NULL, NULL, NULL, 0, count(*), 0, 0, 0, 0, 0
        FROM met m JOIN fresh f ON f.campaign_id = m.campaign_id AND f.member_id = m.member_id GROUP BY 1, 2
    )
    INSERT INTO campaign_hour AS h (campaign_id, hour, sponsor_id, sponsor_contract_id, accrual_cycle_id, awards, reached, tokens,
        points, points_back, money, money_back)
    SELECT p.campaign_id, p.hour, p.sponsor_id, p.sponsor_contract_id, p.accrual_cycle_id, sum(p.awards), sum(p.reached),
        sum(p.tokens), sum(p.points), sum(p.points_back), sum(p.money), sum(p.money_back)
    FROM parts p GROUP BY 1, 2, 3, 4, 5
    ON CONFLICT (campaign_id, hour, sponsor_id, sponsor_contract_id, accrual_cycle_id) DO UPDATE SET
        awards = h.awards + excluded.awards, reached = h.reached + excluded.reached, tokens = h.tokens + excluded.tokens,
        points = h.points + excluded.points, points_back = h.points_back + excluded.points_back,
        money = h.money + excluded.money, money_back = h.money_back + excluded.money_back;
    INSERT INTO campaign_fold (folded_until) VALUES (upto) ON CONFLICT (single) DO UPDATE SET folded_until = upto;
    RETURN upto;
END $$;

-- What a campaign came to, hour by hour: what is folded, and beside it what was posted since, as if that were folded too.
CREATE FUNCTION campaign_hours(campaign uuid, until timestamptz, zone text)
RETURNS TABLE (hour timestamptz, sponsor_id uuid, sponsor_contract_id uuid, accrual_cycle_id uuid, awards bigint, reached bigint,
    tokens bigint, points bigint, points_back bigint, money numeric, money_back numeric)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT sees_coalition() THEN
        RAISE EXCEPTION 'what campaigns came to is read with the sight of the coalition' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN QUERY
    WITH moved AS MATERIALIZED (
        SELECT v.* FROM campaign_moves(COALESCE((SELECT f.folded_until FROM campaign_fold f), '-infinity'), until, campaign) v
    )
    SELECT h.hour, h.sponsor_id, h.sponsor_contract_id, h.accrual_cycle_id, h.awards, h.reached, h.tokens, h.points, h.points_back,
        h.money, h.money_back
    FROM campaign_hour h WHERE h.campaign_id = campaign
    UNION ALL
    SELECT hour_of(v.posted_at, zone), v.sponsor_id, v.sponsor_contract_id, v.accrual_cycle_id, 0, 0, 0, sum(v.points)::bigint,
        sum(v.points_back)::bigint, sum(v.money), sum(v.money_back)
    FROM moved v WHERE v.sponsor_id IS NOT NULL GROUP BY 1, 2, 3, 4
    UNION ALL
    SELECT hour_of(v.posted_at, zone), NULL, NULL, NULL,
        count(DISTINCT v.entry_id) FILTER (WHERE v.points > 0 OR v.money > 0 OR v.tokens > 0), 0, sum(v.tokens)::bigint, 0, 0, 0, 0
    FROM moved v GROUP BY 1
    UNION ALL
    SELECT hour_of(n.posted_at, zone), NULL, NULL, NULL, 0, count(*), 0, 0, 0, 0, 0
    FROM (SELECT v.member_id, min(v.posted_at) AS posted_at FROM moved v
        WHERE v.member_id IS NOT NULL AND (v.points > 0 OR v.money > 0 OR v.tokens > 0) GROUP BY 1) n
    WHERE NOT EXISTS (SELECT FROM campaign_reach r WHERE r.campaign_id = campaign AND r.member_id = n.member_id)
    GROUP BY 1;
END $$;

-- How often each member turned a campaign's wheels, and what it was given under the campaign, so that the turns can be worked out
-- again. Read with the coalition's sight, once the seed is open.
CREATE FUNCTION campaign_turns(campaign uuid)
RETURNS TABLE (member_id uuid, turns bigint, points bigint, points_cut bigint, tokens text[])
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT sees_coalition() THEN
        RAISE EXCEPTION 'turns of wheels are read with the sight of the coalition' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN QUERY
    WITH turned AS (
        SELECT split_part(t.key, '/', 3)::uuid AS member_id, sum(t.counted)::bigint AS turns FROM tally t
        WHERE t.key LIKE campaign || '/turns/%' AND EXISTS (SELECT FROM campaign_seed s WHERE s.campaign_id = campaign
            AND s.revealed_at IS NOT NULL)
        GROUP BY 1
    ), given AS (
        SELECT e.member_id, sum(t.points)::bigint AS points FROM transfer t
        JOIN entry e ON e.wallet_id = t.wallet_id AND e.entry_id = t.entry_id
        WHERE t.campaign_id = campaign AND t.kind = 'ACCRUE' GROUP BY 1
    ), cut AS (
        SELECT e.member_id, sum(c.points - c.given)::bigint AS points FROM award_cut c
        JOIN entry e ON e.wallet_id = c.wallet_id AND e.entry_id = c.entry_id
        WHERE c.campaign_id = campaign GROUP BY 1
    ), won AS (
        SELECT k.member_id, array_agg(k.kind || ' ' || k.name ORDER BY k.kind, k.name) AS tokens FROM token k
        WHERE k.campaign_id = campaign GROUP BY 1
    )
    SELECT t.member_id, t.turns, COALESCE(g.points, 0), COALESCE(c.points, 0), COALESCE(w.tokens, '{}')
    FROM turned t LEFT JOIN given g ON g.member_id = t.member_id LEFT JOIN cut c ON c.member_id = t.member_id
    LEFT JOIN won w ON w.member_id = t.member_id ORDER BY t.member_id;
END $$;
