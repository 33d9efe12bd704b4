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
