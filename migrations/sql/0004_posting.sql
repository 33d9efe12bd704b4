-- The doors to the ledger. Each takes an array of requests (at most one a wallet), locks the wallets, judges every request,
-- writes those that stand, and answers for each: POSTED, REPLAYED, or the name of a refusal. A refusal is a row, never an
-- exception, and leaves nothing behind. The functions run as hansa_ledger, which sees all wallets, and therefore check
-- themselves that partner, outlet, purchase and hold belong together.
--
-- Their plans are made once and always by index: arrays of one and of five hundred look different to the planner, which would
-- plan each call anew (four times the cost of a single posting), and a plan made while tables were small would read them whole.

CREATE TYPE posting_result AS (
    item int, outcome text, wallet_id uuid, entry_id uuid, available bigint, pending bigint, held bigint, debt bigint,
    spendable bigint);

CREATE TYPE verdict AS (item int, outcome text, wallet_id uuid, entry_id uuid, spendable bigint);

-- An adjustment is posted under one key whatever the caller's, so that it is never posted twice.
CREATE FUNCTION drafts(items jsonb, door text) RETURNS entry_draft[] LANGUAGE sql STABLE AS $$
    SELECT COALESCE(array_agg(ROW(i.item, i.wallet_id, i.entry_id,
        CASE WHEN door = 'REDEMPTION' AND i.hold_until IS NOT NULL THEN 'AUTHORIZATION'
            WHEN door = 'CAPTURE' AND i.points = 0 THEN 'VOID' ELSE door END,
        i.member_id, i.partner_id, i.outlet_id, i.channel, i.staff, i.reference,
        CASE WHEN door = 'ADJUSTMENT' THEN 'adjustment-' || i.refers_to ELSE i.idempotency_key END, i.fingerprint,
        i.refers_to, i.occurred_at, NULL)::entry_draft), '{}')
    FROM jsonb_to_recordset(items) AS i(item int, wallet_id uuid, entry_id uuid, member_id uuid, partner_id uuid,
        outlet_id uuid, channel text, staff text, reference text, idempotency_key text, fingerprint bytea, refers_to uuid,
        occurred_at timestamptz, points bigint, hold_until timestamptz)
$$;

CREATE FUNCTION lock_for(entries entry_draft[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM lock_cycle();
    PERFORM lock_wallets(ARRAY(SELECT e.wallet_id FROM unnest(entries) e));
END $$;

-- What holds for every request, in order of precedence; NULL where nothing speaks against it. The same key answers again
-- only for the same request through the same door. A redemption may be taken back in a wallet that has moved on.
CREATE FUNCTION judged(entries entry_draft[], earning boolean, moved boolean DEFAULT false) RETURNS TABLE (item int, outcome text, wallet_id uuid, entry_id uuid)
LANGUAGE sql STABLE AS $$
    SELECT e.item, CASE
        WHEN old.entry_id IS NOT NULL AND old.fingerprint = e.fingerprint AND old.kind = e.kind THEN 'REPLAYED'
        WHEN old.entry_id IS NOT NULL THEN 'IDEMPOTENCY_CONFLICT'
        WHEN w.wallet_id IS NULL THEN 'MEMBER_NOT_FOUND'
        WHEN w.merged_into IS NOT NULL AND NOT moved THEN 'WALLET_MOVED'
        WHEN p.partner_id IS NULL OR p.status NOT IN ('ACTIVE', 'LEAVING') OR earning AND p.status = 'LEAVING'
            THEN 'PARTNER_NOT_ACTIVE'
        WHEN e.outlet_id IS NOT NULL AND (o.outlet_id IS NULL OR o.partner_id <> e.partner_id OR o.closed_at <= e.occurred_at)
            THEN 'OUTLET_NOT_FOUND'
        END,
        COALESCE(old.wallet_id, e.wallet_id), COALESCE(old.entry_id, e.entry_id)
    FROM unnest(entries) e
    LEFT JOIN LATERAL (SELECT x.wallet_id, x.entry_id, x.kind, x.fingerprint FROM entry x
        WHERE x.partner_id = e.partner_id AND x.idempotency_key = e.idempotency_key LIMIT 1) old ON true
    LEFT JOIN LATERAL (SELECT x.wallet_id, x.merged_into FROM wallet x WHERE x.wallet_id = e.wallet_id LIMIT 1) w ON true
    LEFT JOIN LATERAL (SELECT x.partner_id, x.status FROM partner x WHERE x.partner_id = e.partner_id LIMIT 1) p ON true
    LEFT JOIN LATERAL (SELECT x.outlet_id, x.partner_id, x.closed_at FROM outlet x WHERE x.outlet_id = e.outlet_id LIMIT 1) o
        ON true
$$;

CREATE FUNCTION standing(entries entry_draft[], verdicts verdict[]) RETURNS entry_draft[] LANGUAGE sql STABLE AS $$
    SELECT COALESCE(array_agg(e), '{}') FROM unnest(entries) e JOIN unnest(verdicts) v ON v.item = e.item AND v.outcome IS NULL
$$;

CREATE FUNCTION answers(verdicts verdict[]) RETURNS SETOF posting_result LANGUAGE sql STABLE AS $$
    SELECT v.item, COALESCE(v.outcome, 'POSTED'), v.wallet_id, v.entry_id, w.available, w.pending, w.held, w.debt, v.spendable
    FROM unnest(verdicts) v LEFT JOIN LATERAL (SELECT x.* FROM wallet x WHERE x.wallet_id = v.wallet_id LIMIT 1) w ON true
    ORDER BY v.item
$$;

CREATE FUNCTION contract_in_force(partner uuid, at timestamptz) RETURNS contract LANGUAGE sql STABLE AS $$
    SELECT c FROM contract c WHERE c.partner_id = partner AND c.signed_at IS NOT NULL AND c.valid_from <= at
    ORDER BY c.version DESC LIMIT 1
$$;

-- Purchases: each award becomes a lot of its sponsor; the basket is kept as it was rated.
CREATE FUNCTION post_purchases(items jsonb, at timestamptz) RETURNS SETOF posting_result
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET jit = off AS $$
DECLARE
    entries entry_draft[] := drafts(items, 'PURCHASE');
    wallets uuid[] := wallets_of(entries);
    giving boolean := items @? '$[*].benefits[*]';
    cycle uuid;
    verdicts verdict[];
    awards transfer_draft[];
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
            WHERE p.partner_id = s.sponsor_id AND p.status = 'ACTIVE') AS sound
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
        j.wallet_id, j.entry_id, NULL)::verdict), (SELECT transfers FROM accrued)
    INTO verdicts, awards FROM judged(entries, true) j LEFT JOIN unsound u ON u.item = j.item;
    IF EXISTS (SELECT FROM unnest(verdicts) v WHERE v.outcome IS NOT NULL) THEN
        entries := standing(entries, verdicts);
        wallets := wallets_of(entries);
        awards := ARRAY(SELECT a FROM unnest(awards) a JOIN unnest(entries) e ON e.entry_id = a.entry_id);
    END IF;
    IF cardinality(entries) > 0 THEN
        PERFORM expire_idle(wallets, at);
        PERFORM append_entries(keep_baskets(items, entries, giving), awards, at, draws => false);
        IF giving THEN
            PERFORM keep_benefits(items, entries, cycle);
        END IF;
        PERFORM repay_debts(wallets, at);
    END IF;
    RETURN QUERY SELECT * FROM answers(verdicts);
END $$;

-- Keeps each basket, and gives each entry the digest of its basket and benefits (docs/ledger.md has the form).
CREATE FUNCTION keep_baskets(items jsonb, entries entry_draft[], giving boolean) RETURNS entry_draft[] LANGUAGE sql AS $$
    WITH basket AS MATERIALIZED (
        SELECT e::entry_draft AS entry, i.*
        FROM jsonb_to_recordset(items) AS i(item int, currency text, total bigint, numbers int[], skus text[],
            quantities numeric[], amounts bigint[], facts jsonb, benefits jsonb)
        JOIN unnest(entries) e ON e.item = i.item
    ), kept AS (
        INSERT INTO purchase (wallet_id, entry_id, partner_id, outlet_id, receipt_number, occurred_at, currency, total,
            numbers, skus, quantities, amounts, facts, returns)
        SELECT (b.entry).wallet_id, (b.entry).entry_id, (b.entry).partner_id, (b.entry).outlet_id, (b.entry).reference,
            (b.entry).occurred_at, b.currency, b.total, b.numbers, b.skus, b.quantities, b.amounts, b.facts, 0 FROM basket b
    )
    SELECT array_agg(carrying(b.entry, concat_ws(chr(30),
        concat_ws(chr(31), b.currency, b.total, b.numbers::text, b.skus::text, b.quantities::text, b.amounts::text, b.facts::text),
        CASE WHEN giving THEN (
            SELECT string_agg(concat_ws(chr(31), g.benefit_id, g.kind, g.sponsor_id, g.amount,
                COALESCE(g.campaign_id::text, ''), COALESCE(g.campaign_version::text, '')), chr(30) ORDER BY g.benefit_id)
            FROM jsonb_to_recordset(b.benefits) AS g(benefit_id uuid, kind text, sponsor_id uuid, amount numeric(18, 6),
                campaign_id uuid, campaign_version int)) END)))
    FROM basket b
$$;

-- Value given in money at the till: the sponsor pays, the partner that gave it receives.
CREATE FUNCTION keep_benefits(items jsonb, entries entry_draft[], cycle uuid) RETURNS void LANGUAGE sql AS $$
    INSERT INTO benefit (wallet_id, benefit_id, entry_id, kind, sponsor_id, redeemer_id, amount, currency, campaign_id,
        campaign_version, state, used_entry_id, cycle_id)
    SELECT e.wallet_id, b.benefit_id, e.entry_id, b.kind, b.sponsor_id, e.partner_id, b.amount, i.currency, b.campaign_id,
        b.campaign_version, 'USED', e.entry_id, cycle
    FROM jsonb_to_recordset(items) AS i(item int, currency text, benefits jsonb)
    JOIN unnest(entries) e ON e.item = i.item,
        jsonb_to_recordset(i.benefits) AS b(benefit_id uuid, kind text, sponsor_id uuid, amount numeric, campaign_id uuid,
            campaign_version int)
$$;

-- Redemptions: points are drawn at once, or held until captured (hold_until given).
CREATE FUNCTION post_redemptions(items jsonb, at timestamptz) RETURNS SETOF posting_result
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET jit = off AS $$
DECLARE
    entries entry_draft[] := drafts(items, 'REDEMPTION');
    wallets uuid[] := ARRAY(SELECT e.wallet_id FROM unnest(entries) e);
    verdicts verdict[];
    drawn transfer_draft[];
BEGIN
    PERFORM lock_for(entries);
    PERFORM release_due(wallets, at);
    PERFORM expire_idle(wallets, at);
    SELECT array_agg(ROW(j.item, COALESCE(j.outcome, CASE
            WHEN COALESCE(i.points, 0) <= 0 THEN 'INVALID_VALUE'
            WHEN (contract_in_force(i.partner_id, at)).redeems IS NOT TRUE THEN 'PARTNER_NOT_ACTIVE'
            WHEN i.points > COALESCE(s.points, 0) THEN 'INSUFFICIENT_POINTS' END),
        j.wallet_id, j.entry_id, COALESCE(s.points, 0))::verdict)
    INTO verdicts
    FROM judged(entries, false) j
    JOIN jsonb_to_recordset(items) AS i(item int, partner_id uuid, points bigint) ON i.item = j.item
    LEFT JOIN (SELECT l.wallet_id, sum(l.points)::bigint AS points FROM spendable_lots(wallets, at) l GROUP BY l.wallet_id) s
        ON s.wallet_id = j.wallet_id;
    entries := standing(entries, verdicts);
    IF cardinality(entries) > 0 THEN
        SELECT array_agg(ROW(e.wallet_id, e.entry_id, row_number, CASE WHEN held THEN 'HOLD' ELSE 'REDEEM' END, 'AVAILABLE',
            CASE WHEN held THEN 'HELD' ELSE 'REDEEMED' END, take, (lot).lot_id, (lot).sponsor_id, (lot).sponsor_contract_id,
            (lot).accrual_cycle_id, e.partner_id, (contract_in_force(e.partner_id, at)).contract_id, (lot).campaign_id,
            (lot).campaign_version, NULL, NULL, NULL, NULL, hold_until, NULL)::transfer_draft)
        INTO drawn FROM (
            SELECT e.*, i.hold_until, i.hold_until IS NOT NULL AS held, l.lot, LEAST(l.points, i.points - (l.upto - l.points)) AS take,
                row_number() OVER (PARTITION BY e.wallet_id ORDER BY l.upto)
            FROM unnest(entries) e
            JOIN jsonb_to_recordset(items) AS i(item int, points bigint, hold_until timestamptz) ON i.item = e.item
            JOIN spendable_lots(wallets, at) l ON l.wallet_id = e.wallet_id AND l.upto - l.points < i.points) e;
        PERFORM append_entries(entries, drawn, at);
        INSERT INTO hold (wallet_id, hold_id, partner_id, points, captured, state, expires_at)
        SELECT e.wallet_id, e.entry_id, e.partner_id, i.points, 0, 'OPEN', i.hold_until FROM unnest(entries) e
        JOIN jsonb_to_recordset(items) AS i(item int, points bigint, hold_until timestamptz)
            ON i.item = e.item AND i.hold_until IS NOT NULL;
    END IF;
    RETURN QUERY SELECT * FROM answers(verdicts);
END $$;

-- The end of a hold (refers_to names it): capture so many points, the rest goes back; nought voids it.
CREATE FUNCTION post_captures(items jsonb, at timestamptz) RETURNS SETOF posting_result
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET jit = off AS $$
DECLARE
    entries entry_draft[] := drafts(items, 'CAPTURE');
    verdicts verdict[];
BEGIN
    PERFORM lock_for(entries);
    SELECT array_agg(ROW(j.item, COALESCE(j.outcome, CASE
            WHEN h.hold_id IS NULL THEN 'HOLD_NOT_FOUND'
            WHEN h.state <> 'OPEN' OR h.expires_at <= at THEN 'HOLD_NOT_OPEN'
            WHEN COALESCE(i.points, -1) < 0 THEN 'INVALID_VALUE'
            WHEN i.points > h.points THEN 'CAPTURE_EXCEEDS_HOLD' END),
        j.wallet_id, j.entry_id, h.points)::verdict)
    INTO verdicts
    FROM judged(entries, false) j
    JOIN jsonb_to_recordset(items) AS i(item int, partner_id uuid, refers_to uuid, points bigint) ON i.item = j.item
    LEFT JOIN LATERAL (SELECT x.* FROM hold x
        WHERE x.wallet_id = j.wallet_id AND x.hold_id = i.refers_to AND x.partner_id = i.partner_id LIMIT 1) h ON true;
    entries := standing(entries, verdicts);
    PERFORM expire_idle(ARRAY(SELECT e.wallet_id FROM unnest(entries) e WHERE e.kind = 'CAPTURE'), at);
    PERFORM end_holds(entries, items, at);
    RETURN QUERY SELECT * FROM answers(verdicts);
END $$;

CREATE FUNCTION end_holds(entries entry_draft[], items jsonb, at timestamptz) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    moves transfer_draft[];
BEGIN
    IF cardinality(entries) = 0 THEN
        RETURN;
    END IF;
    SELECT array_agg(ROW(d.wallet_id, d.into_entry, row_number, part.kind, 'HELD', part.credit, part.points, d.lot_id,
        d.sponsor_id, d.sponsor_contract_id, d.accrual_cycle_id, d.redeemer_id,
        d.redeemer_contract_id, d.campaign_id, d.campaign_version, NULL, NULL, NULL, NULL, NULL, NULL)::transfer_draft)
    INTO moves FROM (
        SELECT t.*, e.entry_id AS into_entry, LEAST(t.points, GREATEST(i.points - (t.upto - t.points), 0)) AS captured,
            row_number() OVER (PARTITION BY t.wallet_id ORDER BY t.n) * 2 AS place
        FROM unnest(entries) e
        JOIN jsonb_to_recordset(items) AS i(item int, points bigint) ON i.item = e.item
        JOIN LATERAL (SELECT x.*, sum(x.points) OVER (ORDER BY x.n) AS upto FROM transfer x
            WHERE x.wallet_id = e.wallet_id AND x.entry_id = e.refers_to AND x.kind = 'HOLD') t ON true
    ) d CROSS JOIN LATERAL (VALUES ('REDEEM', 'REDEEMED', d.captured, d.place), ('VOID', 'AVAILABLE', d.points - d.captured, d.place + 1))
        AS part(kind, credit, points, row_number) WHERE part.points > 0;
    PERFORM append_entries(entries, moves, at);
    UPDATE hold h SET captured = i.points, state = CASE e.kind WHEN 'LAPSE' THEN 'LAPSED' WHEN 'VOID' THEN 'VOIDED'
        ELSE 'CAPTURED' END
    FROM unnest(entries) e JOIN jsonb_to_recordset(items) AS i(item int, points bigint) ON i.item = e.item
    WHERE h.wallet_id = e.wallet_id AND h.hold_id = e.refers_to
        AND h.wallet_id = ANY (ARRAY(SELECT x.wallet_id FROM unnest(entries) x));
    PERFORM repay_debts(ARRAY(SELECT e.wallet_id FROM unnest(entries) e), at);
END $$;

-- A redemption is taken back (refers_to names it), wholly or in part: the points return into the very lots they came from,
-- last drawn first; a lot past its term lives on for the coalition's days of grace, but what it held till its term does not.
-- Where the wallet was merged since, they leave at once for where it went.
CREATE FUNCTION post_reversals(items jsonb, at timestamptz) RETURNS SETOF posting_result
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET jit = off AS $$
DECLARE
    entries entry_draft[] := drafts(items, 'REVERSAL');
    grace timestamptz := at + make_interval(days => (SELECT grace_days FROM coalition));
    verdicts verdict[];
    back transfer_draft[];
BEGIN
    PERFORM lock_for(entries);
    SELECT array_agg(ROW(j.item, COALESCE(j.outcome, CASE
            WHEN d.drawn IS NULL THEN 'REDEMPTION_NOT_FOUND'
            WHEN i.points <= 0 THEN 'INVALID_VALUE'
            WHEN COALESCE(i.points, 1) > d.left_over THEN 'REVERSAL_EXCEEDS_REDEMPTION' END),
        j.wallet_id, j.entry_id, d.left_over)::verdict)
    INTO verdicts
    FROM judged(entries, false, moved => true) j
    JOIN jsonb_to_recordset(items) AS i(item int, partner_id uuid, refers_to uuid, points bigint) ON i.item = j.item
    LEFT JOIN LATERAL (SELECT max(r.drawn) AS drawn, sum(r.points)::bigint AS left_over
        FROM redeemed_of(j.wallet_id, i.refers_to) r WHERE r.redeemer_id = i.partner_id) d ON true;
    entries := standing(entries, verdicts);
    IF cardinality(entries) > 0 THEN
        PERFORM expire_due(ARRAY(SELECT e.wallet_id FROM unnest(entries) e), at);
        SELECT array_agg(ROW(e.wallet_id, e.entry_id, r.place, 'UNREDEEM', 'REDEEMED', 'AVAILABLE',
            LEAST(r.points, COALESCE(i.points, r.upto) - (r.upto - r.points)), r.lot_id, r.sponsor_id, r.sponsor_contract_id,
            r.accrual_cycle_id, r.redeemer_id, r.redeemer_contract_id, r.campaign_id, r.campaign_version, NULL, NULL, NULL, NULL,
            CASE WHEN term(l.expires_at, l.inactivity_months, w.active_at) <= at THEN grace END, NULL)::transfer_draft)
        INTO back FROM unnest(entries) e
        JOIN jsonb_to_recordset(items) AS i(item int, points bigint) ON i.item = e.item
        CROSS JOIN LATERAL (SELECT x.active_at FROM wallet x WHERE x.wallet_id = e.wallet_id LIMIT 1) w
        JOIN LATERAL redeemed_of(e.wallet_id, e.refers_to) r
            ON r.points > 0 AND COALESCE(i.points, r.upto) > r.upto - r.points
        CROSS JOIN LATERAL (SELECT x.expires_at, x.inactivity_months FROM lot x
            WHERE x.wallet_id = e.wallet_id AND x.lot_id = r.lot_id LIMIT 1) l;
        PERFORM append_entries(entries, back, at);
        PERFORM repay_debts(ARRAY(SELECT e.wallet_id FROM unnest(entries) e), at);
        PERFORM depart(w.wallet_id, w.merged_into, e.member_id, NULL, at)
        FROM unnest(entries) e
        CROSS JOIN LATERAL (SELECT x.wallet_id, x.merged_into FROM wallet x WHERE x.wallet_id = e.wallet_id LIMIT 1) w
        WHERE w.merged_into IS NOT NULL;
    END IF;
    RETURN QUERY SELECT * FROM answers(verdicts);
END $$;

-- What of a redemption is not yet taken back, a row for each lot drawn, last drawn first.
CREATE FUNCTION redeemed_of(wallet uuid, redemption uuid)
RETURNS TABLE (place int, lot_id uuid, sponsor_id uuid, sponsor_contract_id uuid, accrual_cycle_id uuid, redeemer_id uuid,
    redeemer_contract_id uuid, campaign_id uuid, campaign_version int, drawn bigint, points bigint, upto bigint)
LANGUAGE sql STABLE AS $$
    SELECT d.n, d.lot_id, d.sponsor_id, d.sponsor_contract_id, d.accrual_cycle_id, d.redeemer_id, d.redeemer_contract_id,
        d.campaign_id, d.campaign_version, d.points, d.left_over, (sum(d.left_over) OVER (ORDER BY d.n DESC))::bigint
    FROM (
        SELECT t.*, t.points - COALESCE((SELECT sum(u.points) FROM entry e
            JOIN transfer u ON u.wallet_id = e.wallet_id AND u.entry_id = e.entry_id AND u.kind = 'UNREDEEM'
            WHERE e.wallet_id = wallet AND e.refers_to = redemption AND u.lot_id = t.lot_id), 0)::bigint AS left_over
        FROM transfer t WHERE t.wallet_id = wallet AND t.entry_id = redemption AND t.kind = 'REDEEM'
    ) d
$$;
