-- Who is looking. One setting, bound at the start of each transaction: 'coalition', 'partner:<uuid>' or 'member:<uuid>'.
-- Unset sees nothing. STABLE, so that the planner asks once a statement.

CREATE FUNCTION sees_coalition() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT current_setting('app.sight', true) IS NOT DISTINCT FROM 'coalition' $$;

CREATE FUNCTION sees_partner(partner uuid) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT COALESCE(current_setting('app.sight', true) IN ('coalition', 'partner:' || partner::text), false) $$;

CREATE FUNCTION sees_member(member uuid) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT COALESCE(current_setting('app.sight', true) IN ('coalition', 'member:' || member::text), false) $$;
