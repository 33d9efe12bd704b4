-- Standings. A standing rests on grounds: each says why a member has a tier, from when, until when; the highest that holds counts.
-- Looking again takes back the grounds that stood on what came back, adds those that are reached, lands softly where a term ended,
-- and writes down what changed. It may be done at any time, by anybody, as often as one likes.

CREATE TYPE tier_change AS (programme_id uuid, wallet_id uuid, member_id uuid, was varchar, tier varchar);
CREATE TYPE tier_look AS (
    wallet_id uuid, member_id uuid, joined_at timestamptz, turn int, version int, since timestamptz, until timestamptz, amount bigint);

-- What a standing stands on; a reason given by hand is the owner's, and not told.
CREATE FUNCTION tier_evidence(g tier_ground) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT jsonb_strip_nulls(jsonb_build_object('tier', g.tier, 'version', g.version, 'from', g.window_from, 'to', g.window_to,
        'threshold', g.threshold, 'amount', g.amount))
$$;

-- Until when a rolling window carries so much, if nothing more comes: the day on which the piece falls out that it needs.
CREATE FUNCTION tier_carried(terms tier_terms, programme uuid, owner uuid, asked tier_amount[], thresholds bigint[])
RETURNS TABLE (place bigint, carried timestamptz) LANGUAGE plpgsql STABLE AS $$
DECLARE
    zone text := coalition_zone();
BEGIN
    IF (terms).period <> 'ROLLING' THEN
        RETURN;
    END IF;
    RETURN QUERY
    SELECT r.place, local_midnight(falls_out(local_day(max(r.occurred_at), zone), (terms).months), zone)
    FROM (
        SELECT p.place, p.occurred_at, sum(p.units) OVER (PARTITION BY p.place ORDER BY p.occurred_at DESC) AS upto
        FROM tier_pieces(terms, programme, owner,
            ARRAY(SELECT x.wallet_id FROM unnest(asked) WITH ORDINALITY AS x (wallet_id, member_id, f, t, amount, n) ORDER BY n),
            ARRAY(SELECT x.member_id FROM unnest(asked) WITH ORDINALITY AS x (wallet_id, member_id, f, t, amount, n) ORDER BY n),
            ARRAY(SELECT x.f FROM unnest(asked) WITH ORDINALITY AS x (wallet_id, member_id, f, t, amount, n) ORDER BY n),
            ARRAY(SELECT x.t FROM unnest(asked) WITH ORDINALITY AS x (wallet_id, member_id, f, t, amount, n) ORDER BY n)) p
    ) r WHERE r.upto >= thresholds[r.place] GROUP BY r.place;
END $$;

-- Status points for what has none yet, at the rates of the version in force, from the day on which the programme began to count; and
-- what returns take away again, at the rates by which they were given.
CREATE FUNCTION keep_status(v tier_version, people uuid[], homes uuid[], at timestamptz) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    terms tier_terms := tier_terms_of(v.terms);
    old tier_version;
    began timestamptz := COALESCE(local_midnight((terms).counting_from, coalition_zone()),
        (SELECT min(x.applies_from) FROM tier_version x WHERE x.programme_id = v.programme_id));
    since timestamptz[] := array_fill(began, ARRAY[cardinality(people)]);
    until timestamptz[] := array_fill('infinity'::timestamptz, ARRAY[cardinality(people)]);
BEGIN
    terms.household := false;
    INSERT INTO status_points (wallet_id, programme_id, entry_id, member_id, partner_id, refers_to, kind, points, version, occurred_at,
        recorded_at)
    SELECT p.wallet_id, v.programme_id, p.entry_id, p.member_id, v.partner_id, p.entry_id, 'PURCHASE',
        p.net * terms.rate_numerator / terms.rate_denominator, v.version, p.occurred_at, at
    FROM tier_purchases(terms, v.partner_id, homes, people, since, until) p
    WHERE terms.rate_numerator > 0
    ON CONFLICT DO NOTHING;
    INSERT INTO status_points (wallet_id, programme_id, entry_id, member_id, partner_id, refers_to, kind, points, version, occurred_at,
        recorded_at)
    SELECT a.wallet_id, v.programme_id, a.entry_id, s.member_id, v.partner_id, a.entry_id, 'ACTION',
        (terms.actions ->> a.kind)::bigint, v.version, a.occurred_at, at
    FROM tier_sources(false, homes, people) s
    JOIN action a ON a.wallet_id = s.wallet_id AND a.occurred_at >= began AND terms.actions ? a.kind
        AND (v.partner_id IS NULL OR a.partner_id = v.partner_id) AND (terms.partners IS NULL OR a.partner_id = ANY (terms.partners))
    JOIN entry e ON e.wallet_id = a.wallet_id AND e.entry_id = a.entry_id AND e.member_id = s.member_id
    ON CONFLICT DO NOTHING;
    FOR old IN SELECT x.* FROM tier_version x WHERE x.programme_id = v.programme_id AND EXISTS (
        SELECT FROM tier_sources(false, homes, people) s JOIN status_points k ON k.wallet_id = s.wallet_id AND k.member_id = s.member_id
            AND k.programme_id = x.programme_id AND k.version = x.version AND k.kind = 'PURCHASE'
        JOIN purchase p ON p.wallet_id = k.wallet_id AND p.entry_id = k.entry_id AND p.returns > 0)
    LOOP
        terms := tier_terms_of(old.terms);
        terms.household := false;
        INSERT INTO status_points (wallet_id, programme_id, entry_id, member_id, partner_id, refers_to, kind, points, version,
            occurred_at, recorded_at)
        SELECT h.wallet_id, v.programme_id, b.entry_id, h.member_id, v.partner_id, h.refers_to, 'RETURN',
            COALESCE(n.net, 0) * terms.rate_numerator / terms.rate_denominator - h.points, old.version, h.occurred_at, at
        FROM (
            SELECT k.wallet_id, k.member_id, k.refers_to, k.occurred_at, sum(k.points)::bigint AS points
            FROM tier_sources(false, homes, people) s JOIN status_points k ON k.wallet_id = s.wallet_id AND k.member_id = s.member_id
                AND k.programme_id = v.programme_id AND k.version = old.version AND k.kind <> 'ACTION'
            GROUP BY 1, 2, 3, 4
        ) h JOIN purchase p ON p.wallet_id = h.wallet_id AND p.entry_id = h.refers_to AND p.returns > 0
        JOIN LATERAL (SELECT r.entry_id FROM purchase_return r WHERE r.wallet_id = h.wallet_id AND r.purchase_entry_id = h.refers_to
            ORDER BY r.number DESC LIMIT 1) b ON true
        LEFT JOIN tier_purchases(terms, v.partner_id, homes, people, since, until) n
            ON n.wallet_id = h.wallet_id AND n.entry_id = h.refers_to
        WHERE COALESCE(n.net, 0) * terms.rate_numerator / terms.rate_denominator <> h.points
        ON CONFLICT DO NOTHING;
    END LOOP;
END $$;

-- Take back the grounds whose stretch no longer comes to what they ask.
CREATE FUNCTION take_back_tiers(v tier_version, wallets uuid[], looked tier_look[], at timestamptz) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    old tier_version;
    amounts tier_amount[];
BEGIN
    FOR old IN SELECT x.* FROM tier_version x WHERE x.programme_id = v.programme_id AND x.terms ->> 'returns' = 'TAKE_BACK'
        AND EXISTS (SELECT FROM tier_ground g WHERE g.programme_id = v.programme_id AND g.wallet_id = ANY (wallets)
            AND g.version = x.version AND g.threshold IS NOT NULL AND g.taken_back_at IS NULL AND g.until > at)
    LOOP
        amounts := ARRAY(SELECT ROW(l.wallet_id, l.member_id, l.since, l.until, l.amount)::tier_amount FROM unnest(looked) l
            WHERE l.version = old.version);
        amounts := amounts || tier_amounts(tier_terms_of(old.terms), v.programme_id, v.partner_id, ARRAY(
            SELECT DISTINCT ROW(g.wallet_id, g.member_id, g.window_from, g.window_to, 0)::tier_amount FROM tier_ground g
            WHERE g.programme_id = v.programme_id AND g.wallet_id = ANY (wallets) AND g.version = old.version AND g.threshold IS NOT NULL
                AND g.taken_back_at IS NULL AND g.until > at AND NOT EXISTS (SELECT FROM unnest(amounts) a WHERE a.wallet_id = g.wallet_id
                    AND a.member_id = g.member_id AND a.window_from = g.window_from AND a.window_to = g.window_to)));
        UPDATE tier_ground g SET taken_back_at = at, amount = a.amount FROM unnest(amounts) a
        WHERE g.programme_id = v.programme_id AND g.wallet_id = a.wallet_id AND g.member_id = a.member_id AND g.version = old.version
            AND g.window_from = a.window_from AND g.window_to = a.window_to AND g.threshold > a.amount AND g.taken_back_at IS NULL
            AND g.until > at;
    END LOOP;
END $$;

-- Give the tiers that are reached, each for as long as it is kept.
CREATE FUNCTION give_tiers(v tier_version, looked tier_look[], at timestamptz) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    judge tier_version;
    terms tier_terms;
    zone text := coalition_zone();
BEGIN
    FOR judge IN SELECT x.* FROM tier_version x WHERE x.programme_id = v.programme_id
        AND x.version = ANY (ARRAY(SELECT l.version FROM unnest(looked) l WHERE l.amount > 0))
    LOOP
        terms := tier_terms_of(judge.terms);
        WITH reached AS MATERIALIZED (
            SELECT l.*, x.tier ->> 'name' AS tier, (x.tier ->> 'threshold')::bigint AS threshold, row_number() OVER () AS place
            FROM unnest(looked) l JOIN jsonb_array_elements(terms.tiers) AS x (tier)
                ON l.version = judge.version AND (x.tier ->> 'threshold')::bigint BETWEEN 1 AND l.amount
        ), carried AS (
            SELECT c.place, c.carried FROM tier_carried(terms, v.programme_id, v.partner_id,
                ARRAY(SELECT ROW(r.wallet_id, r.member_id, r.since, r.until, 0)::tier_amount FROM reached r ORDER BY r.place),
                ARRAY(SELECT r.threshold FROM reached r ORDER BY r.place)) c
        ), held AS MATERIALIZED (
            SELECT r.*, COALESCE(c.carried, r.until) AS carried, g.ground_id,
                CASE terms.period WHEN 'ANNIVERSARY' THEN r.joined_at ELSE '-infinity' END AS born,
                CASE terms.kept WHEN 'MONTHS' THEN COALESCE(g.since, at) ELSE '-infinity' END AS begun
            FROM reached r LEFT JOIN carried c ON c.place = r.place
            LEFT JOIN LATERAL (SELECT o.ground_id, o.since FROM tier_ground o  -- one by one, by its key, whatever is known of the table
                WHERE o.wallet_id = r.wallet_id AND o.member_id = r.member_id AND o.programme_id = v.programme_id
                AND o.tier = r.tier AND o.why = 'EARNED' AND o.taken_back_at IS NULL
                AND CASE WHEN terms.period = 'ROLLING' THEN o.carried_until > at AND o.until > at ELSE o.window_from = r.since END
                LIMIT 1) g ON true
        ), term AS MATERIALIZED (
            SELECT d.*, tier_kept(terms, d.born, d.begun, d.carried, zone) AS kept
            FROM (SELECT DISTINCT h.born, h.begun, h.carried FROM held h) d
        ), lasting AS MATERIALIZED (
            SELECT h.*, t.kept FROM held h JOIN term t ON t.carried = h.carried AND t.born = h.born AND t.begun = h.begun
        ), longer AS (
            UPDATE tier_ground g SET window_from = n.since, window_to = n.until, carried_until = n.carried, until = n.kept,
                amount = n.amount, version = n.version, threshold = n.threshold
            FROM lasting n WHERE terms.period = 'ROLLING' AND g.wallet_id = n.wallet_id AND g.member_id = n.member_id
                AND g.programme_id = v.programme_id AND g.ground_id = n.ground_id AND n.kept > at
        )
        INSERT INTO tier_ground (wallet_id, member_id, programme_id, ground_id, partner_id, tier, why, version, since, until,
            window_from, window_to, carried_until, threshold, amount)
        SELECT n.wallet_id, n.member_id, v.programme_id, gen_random_uuid(), v.partner_id, n.tier, 'EARNED', n.version, at, n.kept,
            n.since, n.until, n.carried, n.threshold, n.amount
        FROM lasting n WHERE n.ground_id IS NULL AND n.kept > at;
    END LOOP;
END $$;

-- Where a term ended since the last look, and nothing as high or one lower holds: one tier lower, for another term. What is by
-- invitation is not landed on, and what was given by invitation does not land.
CREATE FUNCTION land_softly(v tier_version, wallets uuid[], at timestamptz) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    terms tier_terms := tier_terms_of(v.terms);
    names text[] := tier_names(terms);
BEGIN
    LOOP
        INSERT INTO tier_ground (wallet_id, member_id, programme_id, ground_id, partner_id, tier, why, version, since, until,
            window_from, window_to, carried_until, threshold, amount)
        SELECT DISTINCT ON (g.wallet_id, g.member_id) g.wallet_id, g.member_id, g.programme_id, gen_random_uuid(), g.partner_id, b.tier,
            'LANDED', g.version, g.until, tier_landed(terms, m.joined_at, g.until, coalition_zone()), g.window_from, g.window_to,
            g.carried_until, g.threshold, g.amount
        FROM tier_ground g
        JOIN tier_standing s ON s.wallet_id = g.wallet_id AND s.member_id = g.member_id AND s.programme_id = g.programme_id
        JOIN member m ON m.wallet_id = g.wallet_id AND m.member_id = g.member_id
        JOIN LATERAL (SELECT x.tier ->> 'name' AS tier, x.place FROM jsonb_array_elements(terms.tiers) WITH ORDINALITY AS x (tier, place)
            WHERE x.place < array_position(names, g.tier::text) AND (x.tier ->> 'threshold')::bigint > 0 ORDER BY x.place DESC LIMIT 1) b
            ON true
        WHERE g.programme_id = v.programme_id AND g.wallet_id = ANY (wallets) AND g.why IN ('EARNED', 'LANDED')
            AND g.taken_back_at IS NULL AND g.until <= at AND g.until > s.looked_at
            AND NOT EXISTS (SELECT FROM tier_ground o WHERE o.wallet_id = g.wallet_id AND o.member_id = g.member_id
                AND o.programme_id = g.programme_id AND o.why IN ('EARNED', 'LANDED') AND o.since <= g.until AND o.until > g.until
                AND (o.taken_back_at IS NULL OR o.why = 'LANDED') AND array_position(names, o.tier::text) >= b.place)
        ORDER BY g.wallet_id, g.member_id, array_position(names, g.tier::text) DESC, g.until;
        EXIT WHEN NOT FOUND;
    END LOOP;
END $$;

-- Who stands where by what holds at an instant, or, for terms that ended before it, as they ended.
CREATE TYPE tier_next AS (
    wallet_id uuid, member_id uuid, as_of timestamptz, steps int, was varchar, was_until timestamptz, was_evidence jsonb, was_rank int,
    tier varchar, until timestamptz, why varchar, ground_since timestamptz, evidence jsonb, rank int);

CREATE FUNCTION next_tiers(v tier_version, wallets uuid[], at timestamptz, ended boolean) RETURNS tier_next[] LANGUAGE plpgsql STABLE AS $$
DECLARE
    names text[] := tier_names(tier_terms_of(v.terms));
    base text := base_tier(tier_terms_of(v.terms));
BEGIN
    RETURN ARRAY(
        SELECT ROW(p.wallet_id, p.member_id, p.as_of, p.steps, p.tier, p.until, p.evidence,
            COALESCE(array_position(names, p.tier::text), 0), COALESCE((t.top).tier, base), (t.top).until, COALESCE((t.top).why, 'BASE'),
            (t.top).since, CASE WHEN (t.top).tier IS NULL THEN '{}' ELSE tier_evidence(t.top) END,
            COALESCE(array_position(names, COALESCE((t.top).tier, base)::text), 0))::tier_next
        FROM (
            SELECT s.*, CASE WHEN ended THEN s.due_at ELSE at END AS as_of FROM tier_standing s
            WHERE s.programme_id = v.programme_id AND s.wallet_id = ANY (wallets)
                AND (NOT ended OR s.due_at <= at AND s.due_at > '-infinity')
        ) p LEFT JOIN LATERAL (
            SELECT g AS top FROM tier_ground g
            WHERE g.wallet_id = p.wallet_id AND g.member_id = p.member_id AND g.programme_id = p.programme_id AND g.since <= p.as_of
                AND (g.until IS NULL OR g.until > p.as_of) AND (g.taken_back_at IS NULL OR g.taken_back_at > p.as_of)
                AND array_position(names, g.tier::text) IS NOT NULL
            ORDER BY array_position(names, g.tier::text) DESC, g.until DESC NULLS FIRST, g.since LIMIT 1) t ON true);
END $$;

-- Write it down, each change as a step.
CREATE FUNCTION step_tiers(v tier_version, next tier_next[], at timestamptz) RETURNS SETOF tier_change LANGUAGE plpgsql AS $$
BEGIN
    UPDATE tier_standing s SET tier = n.tier, until = n.until, why = n.why, evidence = n.evidence, due_at = n.until,
        since = CASE WHEN n.was IS DISTINCT FROM n.tier THEN n.as_of ELSE s.since END,
        steps = s.steps + CASE WHEN n.was IS DISTINCT FROM n.tier THEN 1 ELSE 0 END, looked_at = greatest(s.looked_at, n.as_of)
    FROM unnest(next) n WHERE s.wallet_id = n.wallet_id AND s.member_id = n.member_id AND s.programme_id = v.programme_id;
    IF NOT EXISTS (SELECT FROM unnest(next) n WHERE n.was IS DISTINCT FROM n.tier) THEN
        RETURN;
    END IF;
    RETURN QUERY INSERT INTO tier_step AS t (wallet_id, member_id, programme_id, number, partner_id, was, tier, since, until, why, evidence, noted_at)
    SELECT n.wallet_id, n.member_id, v.programme_id, n.steps + 1, v.partner_id, n.was, n.tier, n.as_of, n.until,
        CASE WHEN n.rank > n.was_rank THEN n.why WHEN n.why = 'LANDED' AND n.ground_since = n.as_of THEN 'LANDED'
            WHEN n.was_until <= n.as_of THEN 'TERM_OVER' ELSE 'TAKEN_BACK' END,
        CASE WHEN n.rank > n.was_rank OR n.why = 'LANDED' AND n.ground_since = n.as_of THEN n.evidence
            WHEN n.was_until <= n.as_of THEN n.was_evidence
            ELSE COALESCE((SELECT tier_evidence(g) FROM tier_ground g WHERE g.wallet_id = n.wallet_id AND g.member_id = n.member_id
                AND g.programme_id = v.programme_id AND g.tier = n.was AND g.taken_back_at = n.as_of LIMIT 1), n.was_evidence) END,
        at
    FROM unnest(next) n WHERE n.was IS DISTINCT FROM n.tier
    RETURNING t.programme_id, t.wallet_id, t.member_id, t.was, t.tier;
END $$;

CREATE FUNCTION meet_programme(programme uuid, wallets uuid[], at timestamptz) RETURNS SETOF tier_change LANGUAGE plpgsql AS $$
DECLARE
    v tier_version := tier_version_in_force(programme, at);
    looked tier_look[];
    fresh bigint;
    late boolean;
BEGIN
    IF v.programme_id IS NULL THEN
        RETURN;
    END IF;
    INSERT INTO tier_standing (wallet_id, member_id, programme_id, partner_id, tier, since, why, evidence, steps, looked_at)
    SELECT m.wallet_id, m.member_id, programme, v.partner_id, base_tier(tier_terms_of(v.terms)), m.joined_at, 'BASE', '{}', 0, at
    FROM member m WHERE m.wallet_id = ANY (wallets) AND m.status = 'ACTIVE' ORDER BY m.wallet_id, m.member_id
    ON CONFLICT DO NOTHING;
    GET DIAGNOSTICS fresh = ROW_COUNT;
    -- Two postings of one wallet look one after the other; the statements below see what the other's look left.
    PERFORM FROM tier_standing s WHERE s.programme_id = programme AND s.wallet_id = ANY (wallets)
    ORDER BY s.wallet_id, s.member_id FOR UPDATE;
    -- What comes late comes within weeks; who was looked at since has had the stretch before.
    late := fresh > 0 OR EXISTS (SELECT FROM tier_standing s WHERE s.programme_id = programme AND s.wallet_id = ANY (wallets)
        AND (s.due_at = '-infinity' OR s.looked_at < at - interval '200 days'))
        OR (v.terms ->> 'period' = 'ANNIVERSARY')
        OR at < (SELECT w.since FROM tier_window(tier_terms_of(v.terms), NULL, at, coalition_zone()) w) + interval '100 days';
    IF v.terms ->> 'measure' = 'STATUS' THEN
        PERFORM keep_status(v, array_agg(m.member_id), array_agg(m.wallet_id), at) FROM member m
        WHERE m.wallet_id = ANY (wallets) AND m.status = 'ACTIVE' HAVING count(*) > 0;
    END IF;
    looked := ARRAY(SELECT ROW(q.wallet_id, q.member_id, q.joined_at, q.turn, q.version, q.since, q.until, q.amount)::tier_look
        FROM qualified(programme, wallets, at, late) q);
    PERFORM take_back_tiers(v, wallets, looked, at);
    PERFORM give_tiers(v, looked, at);
    IF (v.terms ->> 'soft_landing')::boolean THEN
        PERFORM land_softly(v, wallets, at);
    END IF;
    WHILE EXISTS (SELECT FROM tier_standing s WHERE s.programme_id = programme AND s.wallet_id = ANY (wallets) AND s.due_at <= at
        AND s.due_at > '-infinity')
    LOOP
        RETURN QUERY SELECT * FROM step_tiers(v, next_tiers(v, wallets, at, true), at);
    END LOOP;
    RETURN QUERY SELECT * FROM step_tiers(v, next_tiers(v, wallets, at, false), at);
END $$;

-- The door: look again at these wallets under these programmes; who changed.
CREATE FUNCTION meet_tiers(programmes uuid[], wallets uuid[], at timestamptz) RETURNS SETOF tier_change
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET jit = off AS $$
DECLARE
    programme uuid;
BEGIN
    -- One wallet is looked at by plans that are kept ready; thousands are worth plans of their own.
    IF cardinality(wallets) > 100 THEN
        PERFORM set_config('plan_cache_mode', 'force_custom_plan', true);
    END IF;
    FOR programme IN SELECT p FROM unnest(programmes) p ORDER BY p LOOP
        RETURN QUERY SELECT * FROM meet_programme(programme, wallets, at);
    END LOOP;
END $$;

-- The tiers of members at whose tills they stand: of the coalition's programme first, then of the partner's own. `due`: a term has
-- ended, or members became one, and nobody has looked since.
CREATE FUNCTION tiers_held(partners uuid[], wallets uuid[], members uuid[], at timestamptz)
RETURNS TABLE (place bigint, programme_id uuid, partner_id uuid, tier varchar, since timestamptz, until timestamptz, due boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH law AS MATERIALIZED (
        SELECT p.programme_id, p.partner_id, base_tier(tier_terms_of((tier_version_in_force(p.programme_id, at)).terms)) AS base
        FROM tier_programme p WHERE p.state = 'LIVE' AND (p.partner_id IS NULL OR p.partner_id = ANY (partners))
    )
    SELECT a.place, l.programme_id, l.partner_id, COALESCE(s.tier, l.base), s.since, s.until, COALESCE(s.due_at <= at, false)
    FROM unnest(partners, wallets, members) WITH ORDINALITY AS a (partner, wallet, member, place)
    JOIN law l ON l.partner_id IS NULL OR l.partner_id = a.partner
    LEFT JOIN tier_standing s ON s.wallet_id = a.wallet AND s.member_id = a.member AND s.programme_id = l.programme_id
    ORDER BY a.place, l.partner_id NULLS FIRST
$$;

-- What a member has come to in the stretch that lasts now; told to the member and to the programme's owner.
CREATE FUNCTION tier_progress(programme uuid, wallet uuid, member uuid, at timestamptz)
RETURNS TABLE (since timestamptz, until timestamptz, amount bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF sees_member(member) OR sees_owner((SELECT p.partner_id FROM tier_programme p WHERE p.programme_id = programme)) THEN
        RETURN QUERY SELECT q.since, q.until, q.amount FROM qualified(programme, ARRAY[wallet], at) q
            WHERE q.member_id = member AND q.turn = 0;
    END IF;
END $$;
