-- Take from a caller's bucket: what is wanted, or what is left of it, or nothing where less than `at_least` is left.
--
-- A bucket is told by one instant, when it will be full again: taking moves it on, time alone does the rest. A server
-- process takes a slice ahead and spends it in memory, so a busy caller's row is written some fifty times a period.
CREATE FUNCTION take_from_bucket(
    asked bytea, amount bigint, period interval, wanted bigint, at_least bigint, at timestamptz,
    OUT taken bigint, OUT seconds_to_full double precision
) LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS
$$
DECLARE
    moment timestamptz;
    filled_at timestamptz;
    seconds numeric := extract(epoch FROM period);
BEGIN
    INSERT INTO bucket AS kept (bucket_hash, full_at) VALUES (asked, '-infinity')
    ON CONFLICT (bucket_hash) DO UPDATE SET full_at = kept.full_at
    RETURNING kept.full_at INTO filled_at;
    -- Read once the row is ours: who waited for it counts from now, and not from when it began to wait.
    moment := coalesce(at, clock_timestamp());
    filled_at := greatest(filled_at, moment);
    taken := least(wanted, floor(extract(epoch FROM moment + period - filled_at) * amount / seconds));
    IF taken < greatest(at_least, 1) THEN
        taken := 0;
    ELSE
        filled_at := filled_at + trunc(taken * seconds * 1000000 / amount)::bigint * interval '1 microsecond';
        UPDATE bucket SET full_at = filled_at WHERE bucket_hash = asked;
    END IF;
    seconds_to_full := extract(epoch FROM filled_at - moment);
END
$$;

-- A bucket that is full again is as good as none.
CREATE FUNCTION forget_full_buckets(at timestamptz) RETURNS bigint
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS
$$
    WITH gone AS (DELETE FROM bucket WHERE full_at < coalesce(at, clock_timestamp()) AND sees_server() RETURNING 1)
    SELECT count(*) FROM gone;
$$;
