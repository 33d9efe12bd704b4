-- A fourth viewer beside coalition, partner and member: the authorization server itself.

CREATE FUNCTION sees_server() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT current_setting('app.sight', true) IS NOT DISTINCT FROM 'server' $$;
