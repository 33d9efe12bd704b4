-- What counts towards tiers: always figured anew from purchases, returns, transfers and status points, never counted along. One law
-- for one wallet after a purchase and for a million of them at once.

CREATE TYPE tier_terms AS (
    measure text, period text, months int, kept text, kept_months int, soft_landing boolean, returns text, household boolean,
    partners uuid[], campaigns uuid[], skus text[], categories text[], brands text[], departments text[],
    not_skus text[], not_categories text[], not_brands text[], not_departments text[], counting_from date,
    tiers jsonb, rate_numerator bigint, rate_denominator bigint, actions jsonb
);

-- An amount of a member within a stretch of time, towards a version's tiers.
CREATE TYPE tier_amount AS (wallet_id uuid, member_id uuid, window_from timestamptz, window_to timestamptz, amount bigint);

CREATE FUNCTION tier_terms_of(terms jsonb) RETURNS tier_terms LANGUAGE sql IMMUTABLE AS
$$ SELECT jsonb_populate_record(NULL::tier_terms, terms) $$;

CREATE FUNCTION tier_names(terms tier_terms) RETURNS text[] LANGUAGE sql IMMUTABLE AS
$$ SELECT ARRAY(SELECT x.tier ->> 'name' FROM jsonb_array_elements((terms).tiers) WITH ORDINALITY AS x (tier, place) ORDER BY x.place) $$;

-- The tier that everybody has who has no other: the lowest, where nothing is asked for it.
CREATE FUNCTION base_tier(terms tier_terms) RETURNS text LANGUAGE sql IMMUTABLE AS
$$ SELECT CASE WHEN (terms).tiers -> 0 ->> 'threshold' = '0' THEN (terms).tiers -> 0 ->> 'name' END $$;

CREATE FUNCTION coalition_zone() RETURNS text LANGUAGE sql STABLE AS $$ SELECT c.time_zone FROM coalition c LIMIT 1 $$;

CREATE FUNCTION local_day(at timestamptz, zone text) RETURNS date LANGUAGE sql STABLE AS $$ SELECT (at AT TIME ZONE zone)::date $$;

CREATE FUNCTION local_midnight(day date, zone text) RETURNS timestamptz LANGUAGE sql STABLE AS $$ SELECT day::timestamp AT TIME ZONE zone $$;

CREATE FUNCTION months_on(day date, months int) RETURNS date LANGUAGE sql IMMUTABLE AS
$$ SELECT (day + make_interval(months => months))::date $$;

-- A yearly day in a year; 29 February on 1 March in years without it.
CREATE FUNCTION yearly_day(day date, year int) RETURNS date LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN extract(month FROM day) = 2 AND extract(day FROM day) = 29 AND NOT (year % 4 = 0 AND (year % 100 <> 0 OR year % 400 = 0))
        THEN make_date(year, 3, 1) ELSE make_date(year, extract(month FROM day)::int, extract(day FROM day)::int) END
$$;

-- The stretch of time in which it counts at an instant, from its beginning up to, not including, its end.
CREATE FUNCTION tier_window(terms tier_terms, joined timestamptz, at timestamptz, zone text, OUT since timestamptz, OUT until timestamptz)
LANGUAGE plpgsql STABLE AS $$
DECLARE
    today date := local_day(at, zone);
    year int := extract(year FROM today);
    born date;
BEGIN
    IF (terms).period = 'CALENDAR_YEAR' THEN
        since := local_midnight(make_date(year, 1, 1), zone);
        until := local_midnight(make_date(year + 1, 1, 1), zone);
    ELSIF (terms).period = 'ROLLING' THEN
        since := local_midnight(months_on(today, -(terms).months) + 1, zone);
        until := local_midnight(today + 1, zone);
    ELSE
        born := local_day(joined, zone);
        year := year - CASE WHEN today < yearly_day(born, year) THEN 1 ELSE 0 END;
        since := local_midnight(yearly_day(born, year), zone);
        until := local_midnight(yearly_day(born, year + 1), zone);
    END IF;
END $$;

-- Until when a tier is kept that was reached at an instant and is carried by what counts until another.
CREATE FUNCTION tier_kept(terms tier_terms, joined timestamptz, reached timestamptz, carried timestamptz, zone text) RETURNS timestamptz
LANGUAGE sql STABLE AS $$
    SELECT CASE (terms).kept
        WHEN 'END_OF_PERIOD' THEN carried
        WHEN 'MONTHS' THEN greatest(carried, local_midnight(months_on(local_day(reached, zone), (terms).kept_months), zone))
        ELSE CASE WHEN (terms).period = 'ROLLING' THEN local_midnight(months_on(local_day(carried, zone), (terms).months), zone)
            ELSE (SELECT w.until FROM tier_window(terms, joined, carried, zone) w) END END
$$;

-- Until when a tier is kept that a member landed on at an instant: one period, or the months for which tiers are kept.
CREATE FUNCTION tier_landed(terms tier_terms, joined timestamptz, at timestamptz, zone text) RETURNS timestamptz LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN (terms).kept = 'MONTHS' THEN local_midnight(months_on(local_day(at, zone), (terms).kept_months), zone)
        WHEN (terms).period = 'ROLLING' THEN local_midnight(months_on(local_day(at, zone), (terms).months), zone)
        ELSE (SELECT w.until FROM tier_window(terms, joined, at, zone) w) END
$$;

-- The first day on which a rolling window leaves a day out.
CREATE FUNCTION falls_out(day date, months int) RETURNS date LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN months_on(d.there, -months) >= day THEN d.there ELSE d.there + 1 END FROM (SELECT months_on(day, months) AS there) d
$$;

-- Whose purchases count for each place asked: the member's own and of those that it has become; or of all who share its wallet.
-- Where a member is alone on a wallet, all in it is its own, and no entry needs to be asked whose it is.
CREATE FUNCTION tier_sources(household boolean, wallets uuid[], members uuid[])
RETURNS TABLE (place bigint, wallet_id uuid, member_id uuid, alone boolean) LANGUAGE sql STABLE AS $$
    WITH asked AS (
        SELECT a.place, a.wallet, a.member FROM unnest(wallets, members) WITH ORDINALITY AS a (wallet, member, place) WHERE NOT household
        UNION ALL
        SELECT a.place, a.wallet, h.member_id FROM unnest(wallets, members) WITH ORDINALITY AS a (wallet, member, place)
        JOIN member h ON h.wallet_id = a.wallet AND h.merged_into IS NULL WHERE household
    )
    SELECT s.place, s.wallet, s.member, NOT EXISTS (SELECT FROM member o WHERE o.wallet_id = s.wallet AND o.member_id <> s.member)
    FROM (
        SELECT a.place, a.wallet, a.member FROM asked a
        UNION ALL
        SELECT a.place, m.wallet_id, m.member_id FROM asked a JOIN member m ON m.merged_into = a.member
    ) s
$$;

-- Purchases that count, with what of them does: all that was paid less what came back, or that of the lines that qualify.
CREATE FUNCTION tier_purchases(terms tier_terms, owner uuid, wallets uuid[], members uuid[], since timestamptz[], until timestamptz[])
RETURNS TABLE (place bigint, wallet_id uuid, entry_id uuid, member_id uuid, partner_id uuid, occurred_at timestamptz, net bigint)
LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF COALESCE((terms).skus, (terms).categories, (terms).brands, (terms).departments, (terms).not_skus, (terms).not_categories,
        (terms).not_brands, (terms).not_departments) IS NULL THEN
        RETURN QUERY
        SELECT s.place, p.wallet_id, p.entry_id, s.member_id, p.partner_id, p.occurred_at, p.total - COALESCE(r.back, 0)::bigint
        FROM tier_sources((terms).household, wallets, members) s
        JOIN purchase p ON p.wallet_id = s.wallet_id AND p.occurred_at >= since[s.place] AND p.occurred_at < until[s.place]
            AND (owner IS NULL OR p.partner_id = owner) AND ((terms).partners IS NULL OR p.partner_id = ANY ((terms).partners))
        LEFT JOIN LATERAL (SELECT sum(a.amount) AS back FROM purchase_return b, unnest(b.amounts) AS a (amount)
            WHERE b.wallet_id = p.wallet_id AND b.purchase_entry_id = p.entry_id) r ON p.returns > 0
        WHERE (p.returns = 0 OR p.total > COALESCE(r.back, 0)) AND (s.alone OR EXISTS (SELECT FROM entry e
            WHERE e.wallet_id = p.wallet_id AND e.entry_id = p.entry_id AND e.member_id = s.member_id));
        RETURN;
    END IF;
    RETURN QUERY
    WITH sold AS (
        SELECT s.place, p.wallet_id, p.entry_id, s.member_id, p.partner_id, p.occurred_at, p.returns, sum(l.amount)::bigint AS amount,
            array_agg(l.number) AS numbers
        FROM tier_sources((terms).household, wallets, members) s
        JOIN purchase p ON p.wallet_id = s.wallet_id AND p.occurred_at >= since[s.place] AND p.occurred_at < until[s.place]
            AND (owner IS NULL OR p.partner_id = owner) AND ((terms).partners IS NULL OR p.partner_id = ANY ((terms).partners))
        CROSS JOIN LATERAL unnest(p.numbers, p.skus, p.amounts, p.quantities) AS l (number, sku, amount, quantity)
        LEFT JOIN product g ON g.partner_id = p.partner_id AND g.sku = l.sku
        WHERE (s.alone OR EXISTS (SELECT FROM entry e
                WHERE e.wallet_id = p.wallet_id AND e.entry_id = p.entry_id AND e.member_id = s.member_id))
            AND l.quantity > 0 AND ((terms).skus IS NULL OR l.sku = ANY ((terms).skus))
            AND ((terms).categories IS NULL OR g.category = ANY ((terms).categories))
            AND ((terms).brands IS NULL OR g.brand = ANY ((terms).brands))
            AND ((terms).departments IS NULL OR g.department = ANY ((terms).departments))
            AND (l.sku = ANY ((terms).not_skus) OR g.category = ANY ((terms).not_categories) OR g.brand = ANY ((terms).not_brands)
                OR g.department = ANY ((terms).not_departments)) IS NOT TRUE
        GROUP BY s.place, p.wallet_id, p.entry_id, s.member_id, p.partner_id, p.occurred_at, p.returns
    )
    SELECT s.place, s.wallet_id, s.entry_id, s.member_id, s.partner_id, s.occurred_at, s.amount - COALESCE(r.back, 0)::bigint
    FROM sold s LEFT JOIN LATERAL (SELECT sum(a.amount) AS back FROM purchase_return b, unnest(b.numbers, b.amounts) AS a (number, amount)
        WHERE b.wallet_id = s.wallet_id AND b.purchase_entry_id = s.entry_id AND a.number = ANY (s.numbers)) r ON s.returns > 0
    WHERE s.returns = 0 OR s.amount > COALESCE(r.back, 0);
END $$;

-- Points as they were earned, at the time of what earned them, less what returns of it took back.
CREATE FUNCTION tier_points(terms tier_terms, owner uuid, wallets uuid[], members uuid[], since timestamptz[], until timestamptz[])
RETURNS TABLE (place bigint, occurred_at timestamptz, points bigint) LANGUAGE sql STABLE AS $$
    WITH source AS MATERIALIZED (
        SELECT s.* FROM tier_sources((terms).household, wallets, members) s
    ), earned AS (
        SELECT s.place, e.wallet_id, e.entry_id, e.occurred_at FROM source s
        JOIN entry e ON e.wallet_id = s.wallet_id AND e.member_id = s.member_id AND e.kind IN ('PURCHASE', 'ACTION')
            AND e.occurred_at >= since[s.place] AND e.occurred_at < until[s.place]
            AND (owner IS NULL OR e.partner_id = owner) AND ((terms).partners IS NULL OR e.partner_id = ANY ((terms).partners))
    ), moved AS (
        SELECT d.place, d.entry_id, d.occurred_at, t.points FROM earned d
        JOIN transfer t ON t.wallet_id = d.wallet_id AND t.entry_id = d.entry_id AND t.kind = 'ACCRUE'
            AND ((terms).campaigns IS NULL OR t.campaign_id = ANY ((terms).campaigns))
        UNION ALL
        SELECT d.place, d.entry_id, d.occurred_at, -t.points FROM earned d
        JOIN purchase_return b ON b.wallet_id = d.wallet_id AND b.purchase_entry_id = d.entry_id
        JOIN LATERAL forwards(d.wallet_id) f ON true
        JOIN transfer t ON t.wallet_id = f.wallet_id AND t.entry_id = b.entry_id AND t.kind = 'CLAWBACK'
            AND ((terms).campaigns IS NULL OR t.campaign_id = ANY ((terms).campaigns))
    )
    SELECT m.place, m.occurred_at, sum(m.points)::bigint FROM moved m GROUP BY m.place, m.entry_id, m.occurred_at
    HAVING sum(m.points) > 0
$$;

-- What counts, piece by piece, each at its time. Before the day from which a programme counts, nothing does.
CREATE FUNCTION tier_pieces(terms tier_terms, programme uuid, owner uuid, wallets uuid[], members uuid[], since timestamptz[],
    until timestamptz[])
RETURNS TABLE (place bigint, occurred_at timestamptz, units bigint) LANGUAGE plpgsql STABLE AS $$
DECLARE
    zone text := coalition_zone();
BEGIN
    IF (terms).counting_from IS NOT NULL THEN
        since := ARRAY(SELECT greatest(s.x, local_midnight((terms).counting_from, zone))
            FROM unnest(since) WITH ORDINALITY AS s (x, n) ORDER BY s.n);
    END IF;
    IF (terms).measure = 'SPEND' THEN
        RETURN QUERY SELECT p.place, p.occurred_at, p.net FROM tier_purchases(terms, owner, wallets, members, since, until) p;
    ELSIF (terms).measure = 'VISITS' THEN
        RETURN QUERY SELECT DISTINCT p.place, local_midnight(local_day(p.occurred_at, zone), zone), 1::bigint
            FROM tier_purchases(terms, owner, wallets, members, since, until) p;
    ELSIF (terms).measure = 'POINTS' THEN
        RETURN QUERY SELECT p.* FROM tier_points(terms, owner, wallets, members, since, until) p;
    ELSIF (terms).measure = 'STATUS' THEN
        RETURN QUERY SELECT s.place, k.occurred_at, k.points FROM tier_sources((terms).household, wallets, members) s
            JOIN status_points k ON k.wallet_id = s.wallet_id AND k.member_id = s.member_id AND k.programme_id = programme
                AND k.occurred_at >= since[s.place] AND k.occurred_at < until[s.place];
    END IF;
END $$;

-- What members come to, each within a stretch of time of its own.
CREATE FUNCTION tier_amounts(terms tier_terms, programme uuid, owner uuid, asked tier_amount[]) RETURNS tier_amount[]
LANGUAGE plpgsql STABLE AS $$
DECLARE
    wallets uuid[];
    members uuid[];
    since timestamptz[];
    until timestamptz[];
BEGIN
    IF cardinality(asked) = 0 THEN
        RETURN asked;
    END IF;
    SELECT array_agg(a.wallet_id ORDER BY a.n), array_agg(a.member_id ORDER BY a.n), array_agg(a.f ORDER BY a.n), array_agg(a.t ORDER BY a.n)
    INTO wallets, members, since, until FROM unnest(asked) WITH ORDINALITY AS a (wallet_id, member_id, f, t, amount, n);
    RETURN ARRAY(SELECT ROW(a.wallet_id, a.member_id, a.f, a.t, COALESCE(c.units, 0))::tier_amount
        FROM unnest(wallets, members, since, until) WITH ORDINALITY AS a (wallet_id, member_id, f, t, n)
        LEFT JOIN (SELECT p.place, sum(p.units)::bigint AS units
            FROM tier_pieces(terms, programme, owner, wallets, members, since, until) p GROUP BY p.place) c ON c.place = a.n
        ORDER BY a.n);
END $$;

-- The version of a programme in force.
CREATE FUNCTION tier_version_in_force(programme uuid, at timestamptz) RETURNS tier_version LANGUAGE sql STABLE AS $$
    SELECT v FROM tier_version v JOIN tier_programme p ON p.programme_id = v.programme_id AND p.state = 'LIVE'
    WHERE v.programme_id = programme AND v.applies_from <= at ORDER BY v.version DESC LIMIT 1
$$;

-- The stretches of time that count for the members of these wallets at an instant: the one in which it lies (turn 0), and, where
-- what was reached in the one before is kept beyond it and something of it may have come late, that one too (turn 1).
CREATE FUNCTION tier_stretches(terms tier_terms, wallets uuid[], at timestamptz, late boolean)
RETURNS TABLE (wallet_id uuid, member_id uuid, joined_at timestamptz, turn int, since timestamptz, until timestamptz)
LANGUAGE plpgsql STABLE AS $$
DECLARE
    zone text := coalition_zone();
BEGIN
    RETURN QUERY
    WITH present AS (
        SELECT m.wallet_id, m.member_id, m.joined_at, w.since, w.until FROM member m
        CROSS JOIN LATERAL tier_window(terms, m.joined_at, at, zone) w
        WHERE (terms).period = 'ANNIVERSARY' AND m.wallet_id = ANY (wallets) AND m.status = 'ACTIVE'
        UNION ALL
        SELECT m.wallet_id, m.member_id, m.joined_at, w.since, w.until
        FROM member m CROSS JOIN tier_window(terms, NULL::timestamptz, at, zone) w
        WHERE (terms).period <> 'ANNIVERSARY' AND m.wallet_id = ANY (wallets) AND m.status = 'ACTIVE'
    )
    SELECT p.wallet_id, p.member_id, p.joined_at, 0, p.since, p.until FROM present p
    UNION ALL
    SELECT p.wallet_id, p.member_id, p.joined_at, 1, b.since, b.until FROM present p
    JOIN LATERAL tier_window(terms, p.joined_at, p.since - interval '1 second', zone) b ON true
    WHERE late AND (terms).period = 'ANNIVERSARY' AND (terms).kept <> 'END_OF_PERIOD'
    UNION ALL
    SELECT p.wallet_id, p.member_id, p.joined_at, 1, b.since, b.until FROM present p
    JOIN (SELECT d.since, w.since AS before, w.until FROM (SELECT DISTINCT x.since FROM present x) d
        CROSS JOIN LATERAL tier_window(terms, NULL::timestamptz, d.since - interval '1 second', zone) w
        WHERE (terms).period = 'CALENDAR_YEAR') c (since_now, since, until) ON c.since_now = p.since
    CROSS JOIN LATERAL (SELECT c.since, c.until) b
    WHERE late AND (terms).period = 'CALENDAR_YEAR' AND (terms).kept <> 'END_OF_PERIOD';
END $$;

-- By which version a stretch is judged that is over: by the one in force as it ended, or by the first.
CREATE FUNCTION tier_version_then(programme uuid, ended timestamptz) RETURNS int LANGUAGE sql STABLE AS $$
    SELECT v.version FROM tier_version v WHERE v.programme_id = programme AND v.published_at IS NOT NULL
    ORDER BY v.applies_from < ended DESC, CASE WHEN v.applies_from < ended THEN -v.version ELSE v.version END LIMIT 1
$$;

-- What the members of these wallets have come to at an instant, and in the stretch before, by the version that judges it.
CREATE FUNCTION qualified(programme uuid, wallets uuid[], at timestamptz, late boolean DEFAULT true)
RETURNS TABLE (wallet_id uuid, member_id uuid, joined_at timestamptz, turn int, version int, since timestamptz, until timestamptz, amount bigint)
LANGUAGE plpgsql STABLE AS $$
DECLARE
    v tier_version := tier_version_in_force(programme, at);
    judge tier_version;
BEGIN
    IF v.programme_id IS NULL THEN
        RETURN;
    END IF;
    FOR judge IN SELECT x.* FROM tier_version x WHERE x.programme_id = programme AND x.published_at IS NOT NULL LOOP
        RETURN QUERY
        WITH everybody AS MATERIALIZED (
            SELECT * FROM tier_stretches(tier_terms_of(v.terms), wallets, at, late)
        ), judged AS MATERIALIZED (
            SELECT d.turn, d.until, CASE d.turn WHEN 0 THEN v.version ELSE tier_version_then(programme, d.until) END AS version
            FROM (SELECT DISTINCT x.turn, x.until FROM everybody x) d
        ), stretch AS MATERIALIZED (
            SELECT s.*, row_number() OVER () AS place FROM everybody s
            JOIN judged j ON j.turn = s.turn AND j.until = s.until AND j.version = judge.version
        )
        SELECT s.wallet_id, s.member_id, s.joined_at, s.turn, judge.version, s.since, s.until, c.amount
        FROM stretch s JOIN unnest(tier_amounts(tier_terms_of(judge.terms), programme, v.partner_id,
            ARRAY(SELECT ROW(x.wallet_id, x.member_id, x.since, x.until, 0)::tier_amount FROM stretch x ORDER BY x.place)))
            WITH ORDINALITY AS c (wallet_id, member_id, window_from, window_to, amount, place) ON c.place = s.place;
    END LOOP;
END $$;
