-- Uses a number up, named by its hash: true the first time, false ever after, whichever server asks. It is asked with every
-- request that proves a key, so it waits for no disk: what a crash forgets in its last moments has to be stolen within them.
CREATE FUNCTION use_once(number_hash bytea, until timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM set_config('synchronous_commit', 'off', true);
    INSERT INTO used_jti (jti_hash, expires_at) VALUES (number_hash, until) ON CONFLICT DO NOTHING;
    RETURN FOUND;
END $$;
