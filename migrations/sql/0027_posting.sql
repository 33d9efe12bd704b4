-- The doors of 0023 again. What earns (a purchase, an action) goes one way: its awards within budgets and sponsors' bounds, the
-- tallies it moved, the things it won. A posting that moves no tally, wins no thing and has no budget does nothing more than before.

DROP FUNCTION within_bounds(transfer_draft[], entry_draft[], uuid, timestamptz);

-- Awards as their sponsors may fund them: cut to what is left, in the order given, and left out where nothing is. What a budget
-- cut before is told together with it.
CREATE FUNCTION within_bounds(awards transfer_draft[], entries entry_draft[], cycle uuid, at timestamptz, wants budget_want[] DEFAULT '{}')
RETURNS transfer_draft[]
LANGUAGE plpgsql AS $$
DECLARE
    c contract;
    funded award_want[];
    short award_want[] := '{}';
    why text;
BEGIN
    FOR c IN SELECT k.* FROM contract k WHERE k.contract_id = ANY (ARRAY(SELECT DISTINCT a.sponsor_contract_id FROM unnest(awards) a))
        ORDER BY k.partner_id
    LOOP
        funded := ARRAY(SELECT ROW(a.wallet_id, a.entry_id, a.lot_id, a.points, a.points)::award_want FROM unnest(awards) a
            WHERE a.sponsor_contract_id = c.contract_id);
        why := CASE WHEN stopped(c, at) THEN 'ISSUANCE_STOPPED' END;
        IF why IS NULL AND c.billing = 'PREPAID' THEN
            funded := draw_allowance(c.partner_id, 'PREPAID', 1, funded, cycle, at);
            why := CASE WHEN c.pack_limit THEN 'PREPAID_USED_UP' END;
        END IF;
        IF why IS NULL AND c.credit_limit IS NOT NULL AND owed_per_point(c) > 0 THEN
            PERFORM meet_limit(c.partner_id, floor(c.credit_limit * 1000000)::bigint, at);
            funded := draw_allowance(c.partner_id, 'CREDIT', owed_per_point(c), funded, cycle, at);
            why := 'CREDIT_LIMIT_REACHED';
        END IF;
        IF why IS NOT NULL AND EXISTS (SELECT FROM unnest(funded) w WHERE w.rest > 0) THEN
            short := short || ARRAY(SELECT w FROM unnest(funded) w WHERE w.rest > 0);
            INSERT INTO award_cut (wallet_id, lot_id, entry_id, partner_id, sponsor_id, campaign_id, campaign_version, points,
                given, why, cut_at)
            SELECT a.wallet_id, a.lot_id, a.entry_id, e.partner_id, a.sponsor_id, a.campaign_id, a.campaign_version,
                COALESCE(b.units, w.points), w.points - w.rest, why, at
            FROM unnest(funded) w JOIN unnest(awards) a ON a.lot_id = w.lot_id JOIN unnest(entries) e ON e.entry_id = a.entry_id
            LEFT JOIN unnest(wants) b ON b.lot_id = w.lot_id
            WHERE w.rest > 0;
        END IF;
    END LOOP;
    IF cardinality(short) = 0 THEN
        RETURN awards;
    END IF;
    RETURN ARRAY(SELECT ROW(a.wallet_id, a.entry_id, row_number() OVER (PARTITION BY a.entry_id ORDER BY a.n), a.kind, a.debit,
        a.credit, a.points - COALESCE(s.rest, 0), a.lot_id, a.sponsor_id, a.sponsor_contract_id, a.accrual_cycle_id,
        a.redeemer_id, a.redeemer_contract_id, a.campaign_id, a.campaign_version, a.move_id, a.root_lot_id, a.debt_id,
        a.available_at, a.expires_at, a.inactivity_months)::transfer_draft
    FROM unnest(awards) a LEFT JOIN unnest(short) s ON s.lot_id = a.lot_id WHERE a.points > COALESCE(s.rest, 0));
END $$;

-- What budgets alone cut of lots.
CREATE FUNCTION keep_budget_cuts(wants budget_want[], awards transfer_draft[], entries entry_draft[], at timestamptz) RETURNS void
LANGUAGE sql AS $$
    INSERT INTO award_cut (wallet_id, lot_id, entry_id, partner_id, sponsor_id, campaign_id, campaign_version, points, given, why, cut_at)
    SELECT w.wallet_id, w.lot_id, w.entry_id, e.partner_id, w.partner_id, w.campaign_id, a.campaign_version, w.units, w.given,
        'BUDGET_USED_UP', at
    FROM unnest(wants) w JOIN unnest(awards) a ON a.lot_id = w.lot_id JOIN unnest(entries) e ON e.entry_id = w.entry_id
    WHERE w.given < w.units AND NOT w.money
    ON CONFLICT DO NOTHING
$$;

-- What an entry's budgets cut of the money it gives.
CREATE FUNCTION money_cut(wants budget_want[], entry uuid) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT jsonb_agg(jsonb_build_object('lot_id', w.lot_id, 'given', w.given, 'why', 'BUDGET_USED_UP') ORDER BY w.lot_id)
    FROM unnest(wants) w WHERE w.entry_id = entry AND w.money AND w.given < w.units
$$;

-- Requests whose tallies were written since they were rated would count twice or not at all: they are to be rated anew.
CREATE FUNCTION minding_tallies(verdicts verdict[], items jsonb) RETURNS verdict[] LANGUAGE sql STABLE AS $$
    SELECT array_agg(CASE WHEN v.outcome IS NULL AND EXISTS (
            SELECT FROM jsonb_to_recordset(i.tallies) AS m(key text, version int)
            LEFT JOIN LATERAL (SELECT x.version FROM tally x WHERE x.wallet_id = v.wallet_id AND x.key = m.key LIMIT 1) t ON true
            WHERE COALESCE(t.version, 0) <> m.version)
        THEN ROW(v.item, 'STALE', v.wallet_id, v.entry_id, v.spendable)::verdict ELSE v END)
    FROM unnest(verdicts) v JOIN jsonb_to_recordset(items) AS i(item int, tallies jsonb) ON i.item = v.item
$$;

CREATE FUNCTION keep_tallies(items jsonb, entries entry_draft[]) RETURNS void LANGUAGE sql AS $$
    INSERT INTO tally AS t (wallet_id, key, counted, rewarded, since, recent, version)
    SELECT e.wallet_id, m.key, m.counted, m.rewarded, m.since, COALESCE(m.recent, '{}'), m.version + 1
    FROM jsonb_to_recordset(items) AS i(item int, tallies jsonb) JOIN unnest(entries) e ON e.item = i.item,
        jsonb_to_recordset(i.tallies) AS m(key text, counted bigint, rewarded bigint, since timestamptz, recent timestamptz[],
            version int)
    ON CONFLICT (wallet_id, key) DO UPDATE SET counted = excluded.counted, rewarded = excluded.rewarded, since = excluded.since,
        recent = excluded.recent, version = excluded.version
$$;

CREATE FUNCTION keep_tokens(items jsonb, entries entry_draft[], at timestamptz) RETURNS void LANGUAGE sql AS $$
    INSERT INTO token (wallet_id, token_id, home_wallet_id, entry_id, member_id, partner_id, campaign_id, campaign_version, kind, name,
        given_at, expires_at)
    SELECT e.wallet_id, k.token_id, e.wallet_id, e.entry_id, e.member_id, e.partner_id, k.campaign_id, k.campaign_version, k.kind,
        k.name, at, k.expires_at
    FROM jsonb_to_recordset(items) AS i(item int, tokens jsonb) JOIN unnest(entries) e ON e.item = i.item,
        jsonb_to_recordset(i.tokens) AS k(token_id uuid, campaign_id uuid, campaign_version int, kind text, name text,
            expires_at timestamptz)
$$;

-- Keeps each action, and gives each entry the digest of it.
CREATE FUNCTION keep_actions(items jsonb, entries entry_draft[]) RETURNS entry_draft[] LANGUAGE sql AS $$
    WITH deed AS MATERIALIZED (
        SELECT e::entry_draft AS entry, i.*
        FROM jsonb_to_recordset(items) AS i(item int, kind text, attributes jsonb, facts jsonb)
        JOIN unnest(entries) e ON e.item = i.item
    ), kept AS (
        INSERT INTO action (wallet_id, entry_id, partner_id, outlet_id, kind, occurred_at, attributes, facts)
        SELECT (d.entry).wallet_id, (d.entry).entry_id, (d.entry).partner_id, (d.entry).outlet_id, d.kind, (d.entry).occurred_at,
            d.attributes, d.facts FROM deed d
    )
    SELECT array_agg(carrying(d.entry, concat_ws(chr(31), d.kind, d.attributes::text, d.facts::text))) FROM deed d
$$;

-- What earns: each award becomes a lot of its sponsor, as far as its campaign's budget and the sponsor's own bounds go. Nothing is
-- refused since means are at an end: the award is cut, and the answer says so.
CREATE FUNCTION post_earned(items jsonb, at timestamptz, door text) RETURNS SETOF posting_result LANGUAGE plpgsql AS $$
DECLARE
    entries entry_draft[] := drafts(items, door);
    wallets uuid[] := wallets_of(entries);
    giving boolean := items @? '$[*].benefits[*]';
    counting boolean := items @? '$[*].tallies[*]';
    winning boolean := items @? '$[*].tokens[*]';
    budgeted boolean := items @? '$[*].budgets[*]';
    cycle uuid;
    verdicts verdict[];
    awards transfer_draft[];
    earned transfer_draft[];
    wants budget_want[] := '{}';
    bounded boolean;
BEGIN
    PERFORM lock_cycle();
    PERFORM lock_wallets(wallets);
    cycle := open_cycle();
    WITH award AS MATERIALIZED (
        SELECT i.item, i.wallet_id, i.entry_id, a.*, row_number() OVER (PARTITION BY i.item) AS n
        FROM jsonb_to_recordset(items) AS i(item int, wallet_id uuid, entry_id uuid, awards jsonb),
            jsonb_to_recordset(i.awards) AS a(lot_id uuid, sponsor_id uuid, campaign_id uuid, campaign_version int,
                points bigint, available_at timestamptz, expires_at timestamptz, inactivity_months int)
    ), sponsor AS MATERIALIZED (
        SELECT s.sponsor_id, c.contract_id, c.issues IS TRUE AND EXISTS (SELECT FROM partner p
            WHERE p.partner_id = s.sponsor_id AND p.status = 'ACTIVE') AS sound,
            c.billing = 'PREPAID' OR c.credit_limit IS NOT NULL OR stopped(c, at) AS bounded
        FROM (SELECT DISTINCT a.sponsor_id FROM award a) s LEFT JOIN LATERAL contract_in_force(s.sponsor_id, at) c ON true
    ), unsound AS (
        SELECT a.item FROM award a JOIN sponsor s ON s.sponsor_id = a.sponsor_id WHERE NOT s.sound
        UNION
        SELECT i.item FROM jsonb_to_recordset(items) AS i(item int, benefits jsonb), jsonb_to_recordset(i.benefits) AS b(sponsor_id uuid)
        WHERE giving AND NOT EXISTS (SELECT FROM partner p WHERE p.partner_id = b.sponsor_id AND p.status = 'ACTIVE')
    ), accrued AS (
        SELECT array_agg(ROW(a.wallet_id, a.entry_id, a.n, 'ACCRUE', 'ISSUED',
            CASE WHEN a.available_at > at THEN 'PENDING' ELSE 'AVAILABLE' END, a.points, a.lot_id, a.sponsor_id,
            s.contract_id, cycle, NULL, NULL, a.campaign_id, a.campaign_version, NULL, NULL, NULL, a.available_at,
            a.expires_at, a.inactivity_months)::transfer_draft) AS transfers
        FROM award a JOIN sponsor s ON s.sponsor_id = a.sponsor_id
    )
    SELECT array_agg(ROW(j.item, COALESCE(j.outcome, CASE WHEN u.item IS NOT NULL THEN 'SPONSOR_NOT_ACTIVE' END),
        j.wallet_id, j.entry_id, NULL)::verdict), (SELECT transfers FROM accrued),
        (SELECT bool_or(s.bounded) FROM sponsor s)
    INTO verdicts, awards, bounded FROM judged(entries, true) j LEFT JOIN unsound u ON u.item = j.item;
    IF counting THEN
        verdicts := minding_tallies(verdicts, items);
    END IF;
    IF EXISTS (SELECT FROM unnest(verdicts) v WHERE v.outcome IS NOT NULL) THEN
        entries := standing(entries, verdicts);
        wallets := wallets_of(entries);
        awards := ARRAY(SELECT a FROM unnest(awards) a JOIN unnest(entries) e ON e.entry_id = a.entry_id);
    END IF;
    IF cardinality(entries) > 0 THEN
        PERFORM expire_idle(wallets, at);
        IF budgeted THEN
            earned := awards;
            wants := draw_budgets(budget_wants(awards, items, entries));
            awards := less_awards(awards, wants);
            items := less_benefits(items, wants);
        END IF;
        IF bounded THEN
            awards := within_bounds(awards, entries, cycle, at, wants);
        END IF;
        IF budgeted THEN
            PERFORM keep_budget_cuts(wants, earned, entries, at);
            PERFORM keep_budget_draws(wants, awards, cycle, at);
        END IF;
        PERFORM append_entries(CASE door WHEN 'PURCHASE' THEN keep_baskets(items, entries, giving) ELSE keep_actions(items, entries) END,
            awards, at, draws => false);
        IF giving THEN
            PERFORM keep_benefits(items, entries, cycle);
        END IF;
        IF counting THEN
            PERFORM keep_tallies(items, entries);
        END IF;
        IF winning THEN
            PERFORM keep_tokens(items, entries, at);
        END IF;
        PERFORM repay_debts(wallets, at);
    END IF;
    IF bounded OR budgeted THEN
        RETURN QUERY SELECT a.item, a.outcome, a.wallet_id, a.entry_id, a.available, a.pending, a.held, a.debt, a.spendable,
            cuts_of(a.wallet_id, a.entry_id) || COALESCE(money_cut(wants, a.entry_id), '[]') FROM answers(verdicts) a;
    ELSE
        RETURN QUERY SELECT * FROM answers(verdicts);
    END IF;
END $$;

CREATE OR REPLACE FUNCTION cuts_of(wallet uuid, entry uuid) RETURNS jsonb LANGUAGE sql STABLE AS $$
    SELECT COALESCE(jsonb_agg(jsonb_build_object('lot_id', c.lot_id, 'given', c.given, 'why', c.why) ORDER BY c.lot_id), '[]')
    FROM award_cut c WHERE c.wallet_id = wallet AND c.entry_id = entry
$$;

CREATE OR REPLACE FUNCTION post_purchases(items jsonb, at timestamptz) RETURNS SETOF posting_result
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET jit = off AS $$
BEGIN
    RETURN QUERY SELECT * FROM post_earned(items, at, 'PURCHASE');
END $$;

CREATE FUNCTION post_actions(items jsonb, at timestamptz) RETURNS SETOF posting_result
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET jit = off AS $$
BEGIN
    RETURN QUERY SELECT * FROM post_earned(items, at, 'ACTION');
END $$;

-- Counters of wallets, for rating: those that are there.
CREATE FUNCTION tallies_of(wallets uuid[], keys text[])
RETURNS TABLE (wallet_id uuid, key varchar, counted bigint, rewarded bigint, since timestamptz, recent timestamptz[], version int)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT t.wallet_id, t.key, t.counted, t.rewarded, t.since, t.recent, t.version
    FROM unnest(wallets, keys) AS asked (wallet_id, key) JOIN tally t ON t.wallet_id = asked.wallet_id AND t.key = asked.key
$$;

-- Since when members have been members, for conditions that ask it.
CREATE FUNCTION joined_at_of(wallets uuid[], members uuid[]) RETURNS TABLE (wallet_id uuid, member_id uuid, joined_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT m.wallet_id, m.member_id, m.joined_at FROM unnest(wallets, members) AS asked (wallet_id, member_id)
    JOIN member m ON m.wallet_id = asked.wallet_id AND m.member_id = asked.member_id
$$;

-- The types of actions that partners thought of, for what they record.
CREATE FUNCTION action_types_in_use(partners uuid[]) RETURNS TABLE (partner_id uuid, name varchar, fields jsonb)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT t.partner_id, t.name, t.fields FROM action_type t WHERE t.partner_id = ANY (partners) AND t.retired_at IS NULL
$$;

-- Members whose days a partner may celebrate: those that allow it offers by what they told. As sealed as it is kept.
CREATE FUNCTION celebrants(partner uuid) RETURNS TABLE (
    wallet_id uuid, member_id uuid, kind varchar, pairwise_id uuid, joined_at timestamptz, sealed_key bytea, sealed bytea)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    RETURN QUERY SELECT m.wallet_id, m.member_id, m.kind, min(l.pairwise_id::text)::uuid, m.joined_at, d.sealed_key, d.sealed
    FROM member m
    JOIN link l ON l.wallet_id = m.wallet_id AND l.member_id = m.member_id AND l.partner_id = partner
    JOIN personal_data d ON d.wallet_id = m.wallet_id AND d.member_id = m.member_id
    WHERE sees_partner(partner) AND m.status = 'ACTIVE' AND allows_offers(m.wallet_id, m.member_id, partner)
    GROUP BY m.wallet_id, m.member_id, m.kind, m.joined_at, d.sealed_key, d.sealed;
END $$;
