-- What has been live is history: purchases name it and returns are rated by it, so its terms never change. And a campaign goes
-- live only with every sponsor's agreement to these very terms. Both are also checked by domain/earning/managing.py.

CREATE FUNCTION guard_campaign() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.state <> 'DRAFT' THEN
        IF to_jsonb(NEW) - ARRAY['state', 'live_until'] IS DISTINCT FROM to_jsonb(OLD) - ARRAY['state', 'live_until']
            OR (OLD.state, NEW.state) NOT IN (('LIVE', 'PAUSED'), ('LIVE', 'ENDED'), ('PAUSED', 'ENDED'))
            OR OLD.live_until IS NOT NULL AND NEW.live_until IS DISTINCT FROM OLD.live_until
        THEN
            RAISE EXCEPTION 'version % of campaign % has been live and never changes; make the next version',
                OLD.version, OLD.campaign_id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_campaign_live_never_changes';
        END IF;
        RETURN NEW;
    END IF;
    IF NEW.state = 'LIVE' AND EXISTS (
        SELECT FROM unnest(NEW.sponsors, NEW.shares) AS s (partner_id, share)
        WHERE s.partner_id <> NEW.partner_id AND s.share <> '0' AND NOT EXISTS (
            SELECT FROM campaign_agreement a
            WHERE a.campaign_id = NEW.campaign_id AND a.partner_id = s.partner_id AND a.fingerprint = NEW.fingerprint)
    ) THEN
        RAISE EXCEPTION 'a sponsor of campaign % has not agreed to its terms', NEW.campaign_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_campaign_sponsors_agreed';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER campaign_guarded BEFORE INSERT OR UPDATE ON campaign FOR EACH ROW EXECUTE FUNCTION guard_campaign();

CREATE FUNCTION sees_any(partners uuid[]) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT EXISTS (SELECT FROM unnest(partners) AS named (partner_id) WHERE sees_partner(named.partner_id)) $$;

-- Which of these partners may fund points now. Contracts are walled; this tells yes or no, and nothing else of them.
CREATE FUNCTION may_fund(partners uuid[], at timestamptz) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT ARRAY(SELECT p.partner_id FROM partner p
        WHERE p.partner_id = ANY (partners) AND p.status = 'ACTIVE' AND (contract_in_force(p.partner_id, at)).issues)
$$;

-- The campaigns that purchases of the last days may earn under, for the tills' cache: all that are or were live since a
-- moment, and whether all who pay for them may fund points now.
CREATE FUNCTION campaigns_in_force(since timestamptz, at timestamptz)
RETURNS TABLE (
    campaign_id uuid, version int, partner_id uuid, name varchar, state varchar, starts_at timestamptz, ends_at timestamptz,
    rule jsonb, partners uuid[], outlets uuid[], tiers text[], sponsors uuid[], shares text[], return_days int, expiry jsonb,
    rounding varchar, priority int, live_from timestamptz, live_until timestamptz, funded boolean
)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH recent AS (
        SELECT c.*, ARRAY(SELECT s.partner_id FROM unnest(c.sponsors, c.shares) AS s (partner_id, share) WHERE s.share <> '0')
            AS funders
        FROM campaign c
        WHERE c.live_from IS NOT NULL AND COALESCE(LEAST(c.live_until, c.ends_at) > since, true)
    ), able AS (
        SELECT may_fund(ARRAY(SELECT DISTINCT unnest(r.funders) FROM recent r), at) AS partners
    )
    SELECT r.campaign_id, r.version, r.partner_id, r.name, r.state, r.starts_at, r.ends_at, r.rule, r.partners, r.outlets,
        r.tiers, r.sponsors, r.shares, r.return_days, r.expiry, r.rounding, r.priority, r.live_from, r.live_until,
        r.funders <@ able.partners
    FROM recent r, able
$$;

-- Changes whenever campaigns_in_force would answer otherwise; a till asks it every few seconds.
CREATE FUNCTION campaigns_digest(since timestamptz, at timestamptz) RETURNS bytea
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT sha256(convert_to(COALESCE(string_agg(concat_ws('/', c.campaign_id, c.version, c.live_until, c.funded), ' '
        ORDER BY c.campaign_id, c.version), ''), 'UTF8'))
    FROM campaigns_in_force(since, at) c
$$;

-- Versions of campaigns as recorded with a purchase, for re-rating it.
CREATE FUNCTION campaigns_recorded(ids uuid[], versions int[]) RETURNS SETOF campaign
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT c.* FROM unnest(ids, versions) AS named (campaign_id, version)
    JOIN campaign c ON c.campaign_id = named.campaign_id AND c.version = named.version
$$;
