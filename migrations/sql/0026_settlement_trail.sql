-- What is decided about money is told by the audit trail, from the very rows that hold the decision: nobody has to remember it.
-- The line is written as the transaction ends, so the trail's one lock is held for an instant and is always the last one taken.

-- Arguments: action, subject, the column with the subject's id, the column of the partner whose affair it is, the columns that
-- name who did it, the columns that are told, and 'partner' where the partner itself did it. Of a change, what changed is told.
CREATE FUNCTION tell_trail() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    is_now jsonb := to_jsonb(NEW);
    was jsonb := CASE TG_OP WHEN 'UPDATE' THEN to_jsonb(OLD) ELSE '{}' END;
    whose uuid := (is_now ->> TG_ARGV[3])::uuid;
    acting text[] := string_to_array(NULLIF(current_setting('app.actor', true), ''), ':');  -- kind, id, partner
    person uuid;
    told jsonb;
BEGIN
    SELECT (is_now ->> who)::uuid INTO person FROM unnest(string_to_array(TG_ARGV[4], ',')) WITH ORDINALITY AS p (who, place)
    WHERE is_now ->> who IS NOT NULL AND (TG_OP = 'INSERT' OR is_now -> who IS DISTINCT FROM was -> who)
    ORDER BY place LIMIT 1;
    SELECT COALESCE(jsonb_object_agg(name, regexp_replace(word, '^\\x', '')), '{}') INTO told FROM (  -- a digest as it is shown
        SELECT name, is_now ->> name AS word FROM unnest(string_to_array(TG_ARGV[5], ',')) AS name
        WHERE is_now -> name IS DISTINCT FROM was -> name
        UNION ALL
        SELECT 'was_' || name, was ->> name FROM unnest(string_to_array(TG_ARGV[5], ',')) AS name
        WHERE is_now -> name IS DISTINCT FROM was -> name) AS facts
    WHERE word ~ '^[^\s@]{1,200}$';  -- what has a space or an @ in it is no fact of a trail
    IF TG_OP = 'UPDATE' AND person IS NULL AND told = '{}' AND TG_ARGV[5] <> '' THEN
        RETURN NULL;
    END IF;
    IF TG_ARGV[1] = 'DECISION' THEN
        told := told || jsonb_build_object('of', TG_TABLE_NAME);
    END IF;
    IF person IS NOT NULL AND person <> COALESCE(acting[2]::uuid, person) THEN
        acting := NULL;  -- the row knows better than the session
    END IF;
    PERFORM append_line(gen_random_uuid(), whose,
        CASE WHEN acting IS NOT NULL THEN acting[1] WHEN person IS NOT NULL THEN 'PERSON' ELSE 'COMMAND_LINE' END,
        COALESCE(person, acting[2]::uuid),
        CASE WHEN acting[3] = whose::text OR (TG_ARGV[6] = 'partner' AND person IS NOT NULL) THEN whose END,
        TG_ARGV[0], TG_ARGV[1], (is_now ->> TG_ARGV[2])::uuid, told, clock_timestamp());
    RETURN NULL;
END $$;
