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
