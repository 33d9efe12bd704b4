-- The ledger's engine. Every posting is planned by one of the post_* functions (0004_posting.sql) and written here,
-- by one statement that derives all counters from the transfers. docs/ledger.md explains the books; the canonical
-- form below is fixed as 'hansa-1' and is recomputed in Python by domain/audit.

CREATE TYPE entry_draft AS (
    item int, wallet_id uuid, entry_id uuid, kind text, member_id uuid, partner_id uuid, outlet_id uuid, channel text,
    staff text, reference text, idempotency_key text, fingerprint bytea, refers_to uuid, occurred_at timestamptz,
    content bytea);

CREATE TYPE transfer_draft AS (
    wallet_id uuid, entry_id uuid, n int, kind text, debit text, credit text, points bigint, lot_id uuid, sponsor_id uuid,
    sponsor_contract_id uuid, accrual_cycle_id uuid, redeemer_id uuid, redeemer_contract_id uuid, campaign_id uuid,
    campaign_version int, move_id uuid, root_lot_id uuid, debt_id uuid, available_at timestamptz, expires_at timestamptz,
    inactivity_months int);

CREATE FUNCTION canonical(instant timestamptz) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT COALESCE(to_char(instant AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), '') $$;

CREATE FUNCTION canonical(e entry_draft, version bigint, cycle uuid, at timestamptz) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT concat_ws(chr(31), 'hansa-1', e.wallet_id, version, e.entry_id, e.kind, COALESCE(e.member_id::text, ''),
        e.partner_id, COALESCE(e.outlet_id::text, ''), COALESCE(e.channel, ''), COALESCE(e.staff, ''),
        COALESCE(e.reference, ''), e.idempotency_key, encode(e.fingerprint, 'hex'), COALESCE(e.refers_to::text, ''),
        canonical(e.occurred_at), canonical(at), cycle, COALESCE(encode(e.content, 'hex'), ''))
$$;

CREATE FUNCTION canonical(t transfer_draft) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT concat_ws(chr(31), t.n, t.kind, t.debit, t.credit, t.points, t.lot_id, t.sponsor_id, t.sponsor_contract_id,
        t.accrual_cycle_id, COALESCE(t.redeemer_id::text, ''), COALESCE(t.redeemer_contract_id::text, ''),
        COALESCE(t.campaign_id::text, ''), COALESCE(t.campaign_version::text, ''), COALESCE(t.move_id::text, ''),
        COALESCE(t.root_lot_id::text, ''), COALESCE(t.debt_id::text, ''), canonical(t.available_at), canonical(t.expires_at),
        COALESCE(t.inactivity_months::text, ''))
$$;

-- What an entry carries besides transfers (a basket, the goods that came back) stands in tables of its own and may be
-- forgotten one day; the entry keeps this digest of it, so that the chain holds either way.
CREATE FUNCTION carrying(e entry_draft, content text) RETURNS entry_draft LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT ROW(e.item, e.wallet_id, e.entry_id, e.kind, e.member_id, e.partner_id, e.outlet_id, e.channel, e.staff, e.reference,
        e.idempotency_key, e.fingerprint, e.refers_to, e.occurred_at, sha256(convert_to(content, 'UTF8')))::entry_draft
$$;

-- The one lock between postings and the close of a cycle: postings share it, cut-off takes it alone.
-- It must be taken in a statement before the one that reads the open cycle.
CREATE FUNCTION lock_cycle() RETURNS void LANGUAGE sql AS $$ SELECT pg_advisory_xact_lock_shared(20261122) $$;

CREATE FUNCTION open_cycle() RETURNS uuid LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (SELECT cycle_id FROM cycle WHERE state = 'OPEN');
END $$;

-- The one lock on wallets, always in the order of their ids, so that no two batches wait for each other.
CREATE FUNCTION lock_wallets(ids uuid[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM wallet WHERE wallet_id = ANY (ids) ORDER BY wallet_id FOR NO KEY UPDATE;
END $$;

CREATE FUNCTION term(expires_at timestamptz, inactivity_months int, active_at timestamptz) RETURNS timestamptz
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT LEAST(expires_at, (active_at AT TIME ZONE 'UTC' + make_interval(months => inactivity_months)) AT TIME ZONE 'UTC') $$;

CREATE FUNCTION wallets_of(entries entry_draft[]) RETURNS uuid[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT ARRAY(SELECT e.wallet_id FROM unnest(entries) e) $$;

-- Write entries with their transfers; at most one entry a wallet, the wallets already locked. Transfers that only make lots
-- need no look at older ones (draws is false).
CREATE FUNCTION append_entries(entries entry_draft[], transfers transfer_draft[], at timestamptz, draws boolean DEFAULT true)
RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    cycle uuid := open_cycle();
    wallets uuid[] := wallets_of(entries);
    touched int;
BEGIN
    IF cycle IS NULL THEN
        RAISE EXCEPTION 'no cycle is open' USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
    WITH t AS MATERIALIZED (
        SELECT u.* FROM unnest(transfers) u
    ), moved AS (
        SELECT t.entry_id, string_agg(canonical(t::transfer_draft), chr(30) ORDER BY t.n) AS body,
            sum(points * ((credit = 'AVAILABLE')::int - (debit = 'AVAILABLE')::int))::bigint AS available,
            sum(points * ((credit = 'PENDING')::int - (debit = 'PENDING')::int))::bigint AS pending,
            sum(points * ((credit = 'HELD')::int - (debit = 'HELD')::int))::bigint AS held,
            sum(points * ((debit = 'DEBT')::int - (credit = 'DEBT')::int))::bigint AS debt
        FROM t GROUP BY t.entry_id
    ), chained AS MATERIALIZED (
        SELECT e.*, w.version + 1 AS version, m.available, m.pending, m.held, m.debt,
            sha256(w.head || convert_to(concat_ws(chr(30), canonical(e::entry_draft, w.version + 1, cycle, at), m.body), 'UTF8'))
                AS hash
        FROM unnest(entries) e
        CROSS JOIN LATERAL (SELECT x.version, x.head FROM wallet x WHERE x.wallet_id = e.wallet_id LIMIT 1) w
        LEFT JOIN moved m ON m.entry_id = e.entry_id
    ), posted AS (
        INSERT INTO entry (wallet_id, entry_id, version, kind, member_id, partner_id, outlet_id, channel, staff, reference,
            idempotency_key, fingerprint, refers_to, occurred_at, posted_at, cycle_id, content, hash)
        SELECT wallet_id, entry_id, version, kind, member_id, partner_id, outlet_id, channel, staff, reference,
            idempotency_key, fingerprint, refers_to, occurred_at, at, cycle, content, hash FROM chained
    ), booked AS (
        INSERT INTO transfer (wallet_id, entry_id, n, kind, debit, credit, points, lot_id, sponsor_id, sponsor_contract_id,
            accrual_cycle_id, redeemer_id, redeemer_contract_id, campaign_id, campaign_version, partner_id, cycle_id, move_id,
            root_lot_id, debt_id, available_at, expires_at, inactivity_months)
        SELECT t.wallet_id, t.entry_id, t.n, t.kind, t.debit, t.credit, t.points, t.lot_id, t.sponsor_id,
            t.sponsor_contract_id, t.accrual_cycle_id, t.redeemer_id, t.redeemer_contract_id, t.campaign_id,
            t.campaign_version, c.partner_id, cycle, t.move_id, t.root_lot_id, t.debt_id, t.available_at, t.expires_at, t.inactivity_months
        FROM t JOIN chained c ON c.entry_id = t.entry_id
    ), made AS (
        INSERT INTO lot (wallet_id, lot_id, entry_id, member_id, sponsor_id, sponsor_contract_id, accrual_cycle_id, campaign_id,
            campaign_version, available_at, expires_at, inactivity_months, original, remaining, held, released, earned_at, root_lot_id)
        SELECT t.wallet_id, t.lot_id, t.entry_id, c.member_id, t.sponsor_id, t.sponsor_contract_id, t.accrual_cycle_id,
            t.campaign_id, t.campaign_version, t.available_at, t.expires_at, t.inactivity_months, t.points, t.points, 0,
            t.credit = 'AVAILABLE', at, t.root_lot_id
        FROM t JOIN chained c ON c.entry_id = t.entry_id WHERE t.debit IN ('ISSUED', 'TRANSIT') AND t.credit <> 'DEBT'
    )
    UPDATE wallet w SET
        available = w.available + COALESCE(c.available, 0), pending = w.pending + COALESCE(c.pending, 0),
        held = w.held + COALESCE(c.held, 0), debt = w.debt + COALESCE(c.debt, 0), version = c.version, head = c.hash,
        active_at = CASE WHEN c.kind IN ('PURCHASE', 'REDEMPTION', 'AUTHORIZATION', 'CAPTURE', 'MOVE_IN')
            THEN GREATEST(w.active_at, at) ELSE w.active_at END
    FROM chained c WHERE w.wallet_id = c.wallet_id AND w.wallet_id = ANY (wallets);
    GET DIAGNOSTICS touched = ROW_COUNT;
    IF touched <> cardinality(entries) THEN
        RAISE EXCEPTION 'a batch holds one entry a wallet: % entries, % wallets', cardinality(entries), touched
            USING ERRCODE = 'assert_failure';
    END IF;
    IF NOT draws THEN
        RETURN;
    END IF;
    IF EXISTS (SELECT FROM unnest(transfers) t WHERE t.debit NOT IN ('ISSUED', 'TRANSIT', 'DEBT')) THEN
        PERFORM draw_lots(transfers);
    END IF;
    IF EXISTS (SELECT FROM unnest(transfers) t WHERE t.debt_id IS NOT NULL) THEN
        PERFORM keep_debts(transfers);
    END IF;
END $$;

-- What the transfers do to lots that already exist.
CREATE FUNCTION draw_lots(transfers transfer_draft[]) RETURNS void LANGUAGE plpgsql
SET enable_hashjoin = off SET enable_mergejoin = off AS $$
BEGIN
    UPDATE lot l SET remaining = l.remaining + d.remaining, held = l.held + d.held, released = l.released OR d.released,
        expires_at = CASE WHEN d.expires_at IS NULL THEN l.expires_at ELSE d.expires_at END,
        inactivity_months = CASE WHEN d.expires_at IS NULL THEN l.inactivity_months END
    FROM (
        SELECT t.wallet_id, t.lot_id,
            sum(t.points * ((t.credit IN ('AVAILABLE', 'PENDING', 'HELD'))::int
                - (t.debit IN ('AVAILABLE', 'PENDING', 'HELD'))::int)) AS remaining,
            sum(t.points * ((t.credit = 'HELD')::int - (t.debit = 'HELD')::int)) AS held,
            bool_or(t.kind = 'RELEASE') AS released,
            max(t.expires_at) FILTER (WHERE t.kind = 'UNREDEEM') AS expires_at
        FROM unnest(transfers) t WHERE t.debit NOT IN ('ISSUED', 'TRANSIT', 'DEBT')
        GROUP BY t.wallet_id, t.lot_id
    ) d WHERE l.wallet_id = d.wallet_id AND l.lot_id = d.lot_id;
END $$;

-- Debts made by claw-backs of spent points, and repaid by later earnings.
CREATE FUNCTION keep_debts(transfers transfer_draft[]) RETURNS void LANGUAGE plpgsql
SET enable_hashjoin = off SET enable_mergejoin = off AS $$
BEGIN
    INSERT INTO debt (wallet_id, debt_id, entry_id, n, lot_id, sponsor_id, redeemer_contract_id, points, repaid)
    SELECT t.wallet_id, t.debt_id, t.entry_id, t.n, t.lot_id, t.sponsor_id, t.redeemer_contract_id, t.points, 0
    FROM unnest(transfers) t WHERE t.debit = 'DEBT';
    UPDATE debt d SET repaid = d.repaid + r.points
    FROM (SELECT t.wallet_id, t.debt_id, sum(t.points) AS points FROM unnest(transfers) t WHERE t.credit = 'DEBT'
        GROUP BY t.wallet_id, t.debt_id) r
    WHERE d.wallet_id = r.wallet_id AND d.debt_id = r.debt_id;
END $$;

-- Entries the ledger makes by itself (points become available, debts are repaid, lots expire): the coalition's own.
CREATE FUNCTION system_entry(wallet uuid, kind text, at timestamptz) RETURNS entry_draft LANGUAGE sql VOLATILE AS $$
    SELECT ROW(0, wallet, id, kind, NULL, (SELECT coalition_id FROM coalition), NULL, NULL, NULL, NULL,
        lower(kind) || '-' || id, sha256(convert_to(kind || id, 'UTF8')), NULL, at, NULL)::entry_draft
    FROM (SELECT gen_random_uuid() AS id OFFSET 0) fresh
$$;

-- Points whose time has come move from pending to available; then debts are repaid.
CREATE FUNCTION release_due(wallets uuid[], at timestamptz) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
    due transfer_draft[];
    entries entry_draft[];
BEGIN
    due := ARRAY(SELECT ROW(l.wallet_id, NULL, row_number() OVER (PARTITION BY l.wallet_id ORDER BY l.available_at, l.lot_id),
        'RELEASE', 'PENDING', 'AVAILABLE', l.remaining, l.lot_id, l.sponsor_id, l.sponsor_contract_id, l.accrual_cycle_id,
        NULL, NULL, l.campaign_id, l.campaign_version, NULL, NULL, NULL, NULL, NULL, NULL)::transfer_draft
    FROM lot l WHERE l.wallet_id = ANY (wallets) AND NOT l.released AND l.available_at <= at AND l.remaining > 0);
    IF cardinality(due) = 0 THEN
        RETURN 0;
    END IF;
    SELECT array_agg(system_entry(w.wallet_id, 'RELEASE', at)) INTO entries
    FROM (SELECT DISTINCT t.wallet_id FROM unnest(due) t) w;
    PERFORM append_entries(entries, named(due, entries), at);
    PERFORM repay_debts(wallets, at);
    RETURN cardinality(entries);
END $$;

-- Lots past their term leave the wallet; what is held of them stays until its hold ends.
CREATE FUNCTION expire_due(wallets uuid[], at timestamptz) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
    lapsed transfer_draft[];
    entries entry_draft[];
BEGIN
    PERFORM release_due(wallets, at);
    lapsed := ARRAY(SELECT ROW(l.wallet_id, NULL, row_number() OVER (PARTITION BY l.wallet_id ORDER BY l.expires_at, l.lot_id),
        'EXPIRE', 'AVAILABLE', 'EXPIRED', l.remaining - l.held, l.lot_id, l.sponsor_id, l.sponsor_contract_id,
        l.accrual_cycle_id, NULL, NULL, l.campaign_id, l.campaign_version, NULL, NULL, NULL, NULL, NULL, NULL)::transfer_draft
    FROM lot l JOIN wallet w ON w.wallet_id = l.wallet_id
    WHERE l.wallet_id = ANY (wallets) AND w.wallet_id = ANY (wallets) AND l.released AND l.remaining > l.held
        AND term(l.expires_at, l.inactivity_months, w.active_at) <= at);
    IF cardinality(lapsed) = 0 THEN
        RETURN 0;
    END IF;
    SELECT array_agg(system_entry(w.wallet_id, 'EXPIRY', at)) INTO entries
    FROM (SELECT DISTINCT t.wallet_id FROM unnest(lapsed) t) w;
    PERFORM append_entries(entries, named(lapsed, entries), at);
    RETURN cardinality(entries);
END $$;

-- Before activity moves on the terms that run from it, what they have ended already must go, or late sweeping would revive it.
-- No such term is shorter than a month, so only wallets that rested for some weeks are looked at.
CREATE FUNCTION expire_idle(wallets uuid[], at timestamptz) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    idle uuid[] := ARRAY(SELECT w.wallet_id FROM wallet w
        WHERE w.wallet_id = ANY (wallets) AND w.active_at < at - interval '600 hours' AND EXISTS (SELECT FROM lot l
            WHERE l.wallet_id = w.wallet_id AND l.inactivity_months IS NOT NULL AND l.remaining > 0));
BEGIN
    IF cardinality(idle) > 0 THEN
        PERFORM expire_due(idle, at);
    END IF;
END $$;

-- Where a wallet has gone by merges, itself first.
CREATE FUNCTION forwards(wallet uuid) RETURNS TABLE (wallet_id uuid, hop int) LANGUAGE sql STABLE AS $$
    WITH RECURSIVE way AS (
        SELECT w.wallet_id, w.merged_into, 0 AS hop FROM wallet w WHERE w.wallet_id = wallet
        UNION ALL
        SELECT w.wallet_id, w.merged_into, f.hop + 1 FROM way f JOIN wallet w ON w.wallet_id = f.merged_into WHERE f.hop < 100
    )
    SELECT f.wallet_id, f.hop FROM way f
$$;

CREATE FUNCTION forwarded(wallet uuid) RETURNS uuid LANGUAGE sql STABLE AS
$$ SELECT f.wallet_id FROM forwards(wallet) f ORDER BY f.hop DESC LIMIT 1 $$;

-- Whether points that a wallet sent on its way have not arrived yet.
CREATE FUNCTION underway(wallet uuid) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT FROM forwards(wallet) f JOIN entry d ON d.wallet_id = f.wallet_id AND d.kind = 'MOVE_OUT'
        WHERE NOT EXISTS (SELECT FROM entry a
            WHERE a.partner_id = d.partner_id AND a.idempotency_key = 'move_in-' || d.entry_id))
$$;

-- Give transfers planned by wallet the id of that wallet's entry.
CREATE FUNCTION named(transfers transfer_draft[], entries entry_draft[]) RETURNS transfer_draft[] LANGUAGE sql STABLE AS $$
    SELECT array_agg(ROW(t.wallet_id, e.entry_id, t.n, t.kind, t.debit, t.credit, t.points, t.lot_id, t.sponsor_id,
        t.sponsor_contract_id, t.accrual_cycle_id, t.redeemer_id, t.redeemer_contract_id, t.campaign_id, t.campaign_version,
        t.move_id, t.root_lot_id, t.debt_id, t.available_at, t.expires_at, t.inactivity_months)::transfer_draft)
    FROM unnest(transfers) t JOIN unnest(entries) e ON e.wallet_id = t.wallet_id
$$;

-- What can be drawn now, in the order it is drawn: what expires first, then what is oldest.
CREATE FUNCTION spendable_lots(wallets uuid[], at timestamptz)
RETURNS TABLE (wallet_id uuid, lot_id uuid, points bigint, upto bigint, lot lot) LANGUAGE sql STABLE AS $$
    SELECT l.wallet_id, l.lot_id, l.remaining - l.held,
        (sum(l.remaining - l.held) OVER (PARTITION BY l.wallet_id
            ORDER BY term(l.expires_at, l.inactivity_months, w.active_at) NULLS LAST, l.earned_at, l.lot_id))::bigint,
        l
    FROM wallet w JOIN lot l ON l.wallet_id = w.wallet_id
    WHERE w.wallet_id = ANY (wallets) AND l.wallet_id = ANY (wallets) AND l.released AND l.remaining > l.held AND l.available_at <= at
        AND COALESCE(term(l.expires_at, l.inactivity_months, w.active_at) > at, true)
$$;

-- Pay what is owed, oldest debt first, from what can be spent: priced as a redemption with the owed sponsor.
CREATE FUNCTION repay_debts(wallets uuid[], at timestamptz) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
    paid transfer_draft[];
    entries entry_draft[];
BEGIN
    IF NOT EXISTS (SELECT FROM wallet w WHERE w.wallet_id = ANY (wallets) AND w.debt > 0 AND w.available > 0) THEN
        RETURN 0;
    END IF;
    WITH owed AS (
        SELECT d.*, d.points - d.repaid AS owing,
            sum(d.points - d.repaid) OVER (PARTITION BY d.wallet_id ORDER BY e.version, d.n) AS upto
        FROM debt d CROSS JOIN LATERAL (
            SELECT x.version FROM entry x WHERE x.wallet_id = d.wallet_id AND x.entry_id = d.entry_id LIMIT 1) e
        WHERE d.wallet_id = ANY (wallets) AND d.points > d.repaid
    ), payment AS (
        SELECT o.wallet_id, o.debt_id, o.sponsor_id, o.redeemer_contract_id, s.lot,
            GREATEST(s.upto - s.points, o.upto - o.owing) AS start, LEAST(s.upto, o.upto) AS stop
        FROM owed o JOIN spendable_lots(wallets, at) s ON s.wallet_id = o.wallet_id
            AND LEAST(s.upto, o.upto) > GREATEST(s.upto - s.points, o.upto - o.owing)
    )
    SELECT array_agg(ROW(p.wallet_id, NULL, row_number, 'REPAY', 'AVAILABLE', 'DEBT', p.stop - p.start, (p.lot).lot_id,
        (p.lot).sponsor_id, (p.lot).sponsor_contract_id, (p.lot).accrual_cycle_id, p.sponsor_id, p.redeemer_contract_id,
        (p.lot).campaign_id, (p.lot).campaign_version, NULL, NULL, p.debt_id, NULL, NULL, NULL)::transfer_draft)
    INTO paid FROM (SELECT *, row_number() OVER (PARTITION BY wallet_id ORDER BY start) FROM payment) p;
    IF paid IS NULL THEN
        RETURN 0;
    END IF;
    SELECT array_agg(system_entry(w.wallet_id, 'REPAYMENT', at)) INTO entries
    FROM (SELECT DISTINCT t.wallet_id FROM unnest(paid) t) w;
    PERFORM append_entries(entries, named(paid, entries), at);
    RETURN cardinality(entries);
END $$;
