-- Campaigns with all that they say: when and for whom they hold, beside whom they give, caps, budget, release; and the seeds that
-- wheels turn by.

ALTER TABLE campaign ADD COLUMN parts jsonb NOT NULL DEFAULT '{}';

-- What a campaign's wheels turn by: secret while it goes on; its digest is public from the start, so that nobody can choose it anew.
CREATE TABLE campaign_seed (
    campaign_id uuid CONSTRAINT pk_campaign_seed PRIMARY KEY,
    partner_id uuid NOT NULL CONSTRAINT fk_campaign_seed_partner_id REFERENCES partner,
    seed bytea NOT NULL CONSTRAINT ck_campaign_seed_seed CHECK (length(seed) = 32),
    made_at timestamptz NOT NULL,
    revealed_at timestamptz
);

DROP FUNCTION campaigns_digest(timestamptz, timestamptz);
DROP FUNCTION campaigns_in_force(timestamptz, timestamptz);
DROP FUNCTION campaigns_recorded(uuid[], int[]);

-- As before, with their parts and seeds.
CREATE FUNCTION campaigns_in_force(since timestamptz, at timestamptz)
RETURNS TABLE (
    campaign_id uuid, version int, partner_id uuid, name varchar, state varchar, starts_at timestamptz, ends_at timestamptz,
    rule jsonb, partners uuid[], outlets uuid[], tiers text[], sponsors uuid[], shares text[], return_days int, expiry jsonb,
    rounding varchar, priority int, parts jsonb, live_from timestamptz, live_until timestamptz, seed bytea, funded boolean
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
        r.funders <@ able.partners
    FROM recent r, able
$$;

CREATE FUNCTION campaigns_digest(since timestamptz, at timestamptz) RETURNS bytea
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT sha256(convert_to(COALESCE(string_agg(concat_ws('/', c.campaign_id, c.version, c.live_until, c.funded), ' '
        ORDER BY c.campaign_id, c.version), ''), 'UTF8'))
    FROM campaigns_in_force(since, at) c
$$;

CREATE FUNCTION campaigns_recorded(ids uuid[], versions int[])
RETURNS TABLE (
    campaign_id uuid, version int, partner_id uuid, name varchar, state varchar, starts_at timestamptz, ends_at timestamptz,
    rule jsonb, partners uuid[], outlets uuid[], tiers text[], sponsors uuid[], shares text[], return_days int, expiry jsonb,
    rounding varchar, priority int, parts jsonb, live_from timestamptz, live_until timestamptz, seed bytea
)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT c.campaign_id, c.version, c.partner_id, c.name, c.state, c.starts_at, c.ends_at, c.rule, c.partners, c.outlets,
        c.tiers, c.sponsors, c.shares, c.return_days, c.expiry, c.rounding, c.priority, c.parts, c.live_from, c.live_until, s.seed
    FROM unnest(ids, versions) AS named (campaign_id, version)
    JOIN campaign c ON c.campaign_id = named.campaign_id AND c.version = named.version
    LEFT JOIN campaign_seed s ON s.campaign_id = c.campaign_id
$$;
