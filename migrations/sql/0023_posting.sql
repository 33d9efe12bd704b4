-- The doors of 0004 and 0005 again, minding stops and allowances. A sponsor that has neither costs a posting nothing: what bounds
-- it stands in the contract that is read anyway, and stops are a look into an index that is empty most of the time.

ALTER TYPE posting_result ADD ATTRIBUTE cuts jsonb;

CREATE OR REPLACE FUNCTION answers(verdicts verdict[]) RETURNS SETOF posting_result LANGUAGE sql STABLE AS $$
    SELECT v.item, COALESCE(v.outcome, 'POSTED'), v.wallet_id, v.entry_id, w.available, w.pending, w.held, w.debt, v.spendable, NULL::jsonb
    FROM unnest(verdicts) v LEFT JOIN LATERAL (SELECT x.* FROM wallet x WHERE x.wallet_id = v.wallet_id LIMIT 1) w ON true
    ORDER BY v.item
$$;

-- What of an entry's awards fell away, lot by lot.
CREATE FUNCTION cuts_of(wallet uuid, entry uuid) RETURNS jsonb LANGUAGE sql STABLE AS $$
    SELECT jsonb_agg(jsonb_build_object('lot_id', c.lot_id, 'given', c.given, 'why', c.why) ORDER BY c.lot_id) FROM award_cut c
    WHERE c.wallet_id = wallet AND c.entry_id = entry
$$;

-- Purchases: each award becomes a lot of its sponsor, as far as that may fund it; the basket is kept as it was rated. A purchase
-- is never refused since a sponsor's means are at an end: the award is cut, and the answer says so.
CREATE OR REPLACE FUNCTION post_purchases(items jsonb, at timestamptz) RETURNS SETOF posting_result
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET jit = off AS $$
DECLARE
    entries entry_draft[] := drafts(items, 'PURCHASE');
    wallets uuid[] := wallets_of(entries);
    giving boolean := items @? '$[*].benefits[*]';
    cycle uuid;
    verdicts verdict[];
    awards transfer_draft[];
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
    IF EXISTS (SELECT FROM unnest(verdicts) v WHERE v.outcome IS NOT NULL) THEN
        entries := standing(entries, verdicts);
        wallets := wallets_of(entries);
        awards := ARRAY(SELECT a FROM unnest(awards) a JOIN unnest(entries) e ON e.entry_id = a.entry_id);
    END IF;
    IF cardinality(entries) > 0 THEN
        PERFORM expire_idle(wallets, at);
        IF bounded THEN
            awards := within_bounds(awards, entries, cycle, at);
        END IF;
        PERFORM append_entries(keep_baskets(items, entries, giving), awards, at, draws => false);
        IF giving THEN
            PERFORM keep_benefits(items, entries, cycle);
        END IF;
        PERFORM repay_debts(wallets, at);
    END IF;
    IF bounded THEN
        RETURN QUERY SELECT a.item, a.outcome, a.wallet_id, a.entry_id, a.available, a.pending, a.held, a.debt, a.spendable,
            cuts_of(a.wallet_id, a.entry_id) FROM answers(verdicts) a;
    ELSE
        RETURN QUERY SELECT * FROM answers(verdicts);
    END IF;
END $$;

-- What returns take back of points that nobody has spent goes back to where it was drawn from, credit before packs. What was
-- spent stays drawn: it becomes a debt, and is money once it is repaid.
CREATE FUNCTION give_back_allowances(clawed transfer_draft[], entries entry_draft[], items jsonb, at timestamptz) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    back record;
BEGIN
    FOR back IN
        WITH taken AS (
            SELECT i.purchase_wallet_id AS wallet_id, COALESCE(l.root_lot_id, l.lot_id) AS lot_id, e.entry_id, sum(t.points) AS points
            FROM unnest(clawed) t
            JOIN lot l ON l.wallet_id = t.wallet_id AND l.lot_id = t.lot_id
            JOIN unnest(entries) e ON e.entry_id = t.entry_id
            JOIN jsonb_to_recordset(items) AS i(item int, purchase_wallet_id uuid) ON i.item = e.item
            WHERE t.debit IN ('PENDING', 'AVAILABLE')
            GROUP BY 1, 2, 3
        ), drawn AS (
            SELECT x.wallet_id, x.lot_id, x.entry_id, x.points, d.allowance_id, d.partner_id, a.kind, a.spread, sum(d.points) AS held,
                sum(d.amount) AS amount, max(d.points) AS first_points, max(d.amount) AS first_amount
            FROM taken x JOIN allowance_draw d ON d.wallet_id = x.wallet_id AND d.lot_id = x.lot_id
            JOIN allowance a ON a.allowance_id = d.allowance_id
            GROUP BY 1, 2, 3, 4, 5, 6, 7, 8
        )
        SELECT d.*, least(d.held, greatest(0, d.points - (d.upto - d.held)))::bigint AS part FROM (
            SELECT x.*, sum(x.held) OVER (PARTITION BY x.lot_id ORDER BY x.kind) AS upto FROM drawn x) d
        WHERE d.held > 0 AND d.points > d.upto - d.held
        ORDER BY d.partner_id, d.kind DESC, slice_of(d.wallet_id, d.spread)
    LOOP
        back.amount := back.amount - ceil(back.first_amount * (back.held - back.part) / back.first_points);
        UPDATE allowance_slice SET left_amount = left_amount + back.amount
        WHERE allowance_id = back.allowance_id AND number = slice_of(back.wallet_id, back.spread);
        INSERT INTO allowance_draw (wallet_id, lot_id, allowance_id, entry_id, partner_id, cycle_id, points, amount, drawn_at)
        VALUES (back.wallet_id, back.lot_id, back.allowance_id, back.entry_id, back.partner_id, open_cycle(), -back.part,
            -back.amount, at);
    END LOOP;
END $$;

CREATE OR REPLACE FUNCTION post_returns(items jsonb, at timestamptz) RETURNS SETOF posting_result
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET jit = off AS $$
DECLARE
    entries entry_draft[] := drafts(items, 'RETURN');
    wallets uuid[] := ARRAY(SELECT e.wallet_id FROM unnest(entries) e);
    verdicts verdict[];
    clawed transfer_draft[];
BEGIN
    PERFORM lock_cycle();
    PERFORM lock_wallets(wallets || ARRAY(SELECT i.purchase_wallet_id FROM jsonb_to_recordset(items) AS i(purchase_wallet_id uuid)));
    PERFORM release_due(wallets, at);
    SELECT array_agg(ROW(j.item, COALESCE(j.outcome, CASE
            WHEN p.entry_id IS NULL OR i.purchase_wallet_id <> j.wallet_id AND forwarded(i.purchase_wallet_id) <> j.wallet_id
                OR EXISTS (SELECT FROM jsonb_to_recordset(i.claims) AS c(lot_id uuid) WHERE NOT EXISTS (SELECT FROM lot l
                    WHERE l.wallet_id = i.purchase_wallet_id AND l.lot_id = c.lot_id AND l.entry_id = i.refers_to))
                THEN 'PURCHASE_NOT_FOUND'
            WHEN i.purchase_wallet_id <> j.wallet_id AND underway(i.purchase_wallet_id) THEN 'WALLET_MOVED'
            WHEN p.returns <> i.returns_before THEN 'STALE' END),
        j.wallet_id, j.entry_id, NULL)::verdict)
    INTO verdicts
    FROM judged(entries, false) j
    JOIN jsonb_to_recordset(items) AS i(item int, partner_id uuid, refers_to uuid, purchase_wallet_id uuid, returns_before int,
        claims jsonb) ON i.item = j.item
    LEFT JOIN LATERAL (SELECT x.entry_id, x.returns FROM purchase x
        WHERE x.wallet_id = i.purchase_wallet_id AND x.entry_id = i.refers_to AND x.partner_id = i.partner_id LIMIT 1) p ON true;
    entries := with_goods(standing(entries, verdicts), items);
    IF cardinality(entries) > 0 THEN
        clawed := claimed(entries, items, at);
        PERFORM give_back_allowances(clawed, entries, items, at);
        PERFORM append_entries(entries, clawed, at);
        PERFORM keep_returns(entries, items);
        PERFORM repay_debts(ARRAY(SELECT e.wallet_id FROM unnest(entries) e), at);
    END IF;
    RETURN QUERY SELECT * FROM answers(verdicts);
END $$;

-- Goodwill is given whole or refused by name: the lot that its sponsor cannot fund wholly draws nothing at all.
CREATE FUNCTION bounded_adjustments(given transfer_draft[], entries entry_draft[], verdicts verdict[], cycle uuid, at timestamptz)
RETURNS verdict[] LANGUAGE plpgsql AS $$
DECLARE
    gift transfer_draft;
    refused verdict[] := verdicts;
    why text;
    most bigint;
BEGIN
    IF NOT EXISTS (SELECT FROM unnest(given) g JOIN contract c ON c.contract_id = g.sponsor_contract_id
        WHERE c.billing = 'PREPAID' OR c.credit_limit IS NOT NULL OR stopped(c, at)) THEN
        RETURN verdicts;
    END IF;
    FOR gift IN SELECT g.* FROM unnest(given) g ORDER BY g.sponsor_id LOOP
        BEGIN
            PERFORM within_bounds(ARRAY[gift], entries, cycle, at);
            SELECT c.why, c.given INTO why, most FROM award_cut c WHERE c.wallet_id = gift.wallet_id AND c.lot_id = gift.lot_id;
            IF FOUND THEN
                RAISE EXCEPTION USING ERRCODE = 'HA002';
            END IF;
        EXCEPTION WHEN SQLSTATE 'HA002' THEN
            refused := ARRAY(SELECT CASE WHEN v.entry_id = gift.entry_id THEN ROW(v.item, why, v.wallet_id, v.entry_id, most)::verdict
                ELSE v END FROM unnest(refused) v);
        END;
    END LOOP;
    RETURN refused;
END $$;

CREATE OR REPLACE FUNCTION post_adjustments(items jsonb, at timestamptz) RETURNS SETOF posting_result
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET jit = off AS $$
DECLARE
    entries entry_draft[] := drafts(items, 'ADJUSTMENT');
    cycle uuid;
    verdicts verdict[];
    given transfer_draft[];
BEGIN
    PERFORM lock_for(entries);
    cycle := open_cycle();
    SELECT array_agg(ROW(j.item, COALESCE(j.outcome, CASE
            WHEN a.approved_by IS NULL OR a.partner_id <> e.partner_id
                OR a.wallet_id <> e.wallet_id AND forwarded(a.wallet_id) <> e.wallet_id THEN 'ADJUSTMENT_NOT_APPROVED'
            WHEN a.expires_at <= at THEN 'ADJUSTMENT_TOO_LATE'
            WHEN (contract_in_force(a.partner_id, at)).issues IS NOT TRUE THEN 'SPONSOR_NOT_ACTIVE' END),
        j.wallet_id, j.entry_id, NULL)::verdict)
    INTO verdicts FROM judged(entries, true) j JOIN unnest(entries) e ON e.item = j.item
    LEFT JOIN adjustment a ON a.adjustment_id = e.refers_to;
    given := ARRAY(
        SELECT ROW(e.wallet_id, e.entry_id, 1, 'ADJUST', 'ISSUED', 'AVAILABLE', a.points, gen_random_uuid(), a.partner_id,
            (contract_in_force(a.partner_id, at)).contract_id, cycle, NULL, NULL, NULL, NULL, NULL, NULL, NULL, at,
            a.expires_at, NULL)::transfer_draft
        FROM unnest(standing(entries, verdicts)) e JOIN adjustment a ON a.adjustment_id = e.refers_to);
    verdicts := bounded_adjustments(given, entries, verdicts, cycle, at);
    entries := standing(entries, verdicts);
    IF cardinality(entries) > 0 THEN
        PERFORM append_entries(entries, ARRAY(SELECT g FROM unnest(given) g JOIN unnest(entries) e ON e.entry_id = g.entry_id), at);
        PERFORM repay_debts(ARRAY(SELECT e.wallet_id FROM unnest(entries) e), at);
    END IF;
    RETURN QUERY SELECT * FROM answers(verdicts);
END $$;

CREATE OR REPLACE FUNCTION purchase_as_rated(partner uuid, wallet uuid, purchase uuid)
RETURNS TABLE (
    wallet_id uuid, entry_id uuid, current_wallet_id uuid, member_id uuid, currency varchar, numbers int[], skus varchar[],
    quantities numeric[], amounts bigint[], facts jsonb, returns int, returned_numbers int[], returned_quantities numeric[],
    lots jsonb, benefits jsonb
)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT p.wallet_id, p.entry_id, forwarded(p.wallet_id), e.member_id, p.currency, p.numbers, p.skus, p.quantities,
        p.amounts, p.facts, p.returns, COALESCE(r.numbers, '{}'), COALESCE(r.quantities, '{}'),
        COALESCE((
            SELECT jsonb_agg(jsonb_build_object('lot_id', lot_id, 'sponsor_id', COALESCE(l.sponsor_id, c.sponsor_id),
                'campaign_id', COALESCE(l.campaign_id, c.campaign_id), 'version', COALESCE(l.campaign_version, c.campaign_version),
                'points', COALESCE(l.original, 0), 'available_at', l.available_at, 'expires_at', l.expires_at,
                'earned', COALESCE(c.points, l.original), 'why', c.why) ORDER BY lot_id)
            FROM (SELECT x.* FROM lot x WHERE x.wallet_id = p.wallet_id AND x.entry_id = p.entry_id) l
            FULL JOIN (SELECT x.* FROM award_cut x WHERE x.wallet_id = p.wallet_id AND x.entry_id = p.entry_id) c
                USING (lot_id)), '[]'),
        COALESCE((
            SELECT jsonb_agg(jsonb_build_object('benefit_id', b.benefit_id, 'sponsor_id', b.sponsor_id, 'amount', b.amount::text,
                'campaign_id', b.campaign_id, 'version', b.campaign_version) ORDER BY b.benefit_id)
            FROM benefit b WHERE b.wallet_id = p.wallet_id AND b.entry_id = p.entry_id), '[]')
    FROM purchase p
    JOIN entry e ON e.wallet_id = p.wallet_id AND e.entry_id = p.entry_id
    LEFT JOIN LATERAL (
        SELECT array_agg(u.number ORDER BY b.number, u.place) AS numbers, array_agg(u.quantity ORDER BY b.number, u.place) AS quantities
        FROM purchase_return b, unnest(b.numbers, b.quantities) WITH ORDINALITY AS u (number, quantity, place)
        WHERE b.wallet_id = p.wallet_id AND b.purchase_entry_id = p.entry_id
    ) r ON true
    WHERE p.wallet_id = wallet AND p.entry_id = purchase AND p.partner_id = partner
$$;

-- Adding to an allowance is the coalition's: a pack that was paid, a limit, what was found to be owed.
CREATE FUNCTION change_allowance(partner uuid, sort text, change uuid, by_amount bigint, why text, person uuid, at timestamptz)
RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT sees_coalition() THEN
        RAISE EXCEPTION 'allowances are changed with the sight of the coalition' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN move_allowance(open_allowance(partner, sort, CASE sort WHEN 'CREDIT' THEN 'MILLIONTHS' ELSE 'POINTS' END,
        CASE sort WHEN 'CREDIT' THEN 0 END, at), change, by_amount, why, person, at);
END $$;

-- What is left of an allowance, which stays so until the transaction ends; a limit of credit is met first. Nothing, where there
-- is no such allowance.
CREATE FUNCTION hold_allowance(partner uuid, sort text, most bigint, at timestamptz) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT sees_coalition() THEN
        RAISE EXCEPTION 'allowances are held with the sight of the coalition' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF most IS NOT NULL THEN
        PERFORM meet_limit(partner, most, at);
    END IF;
    RETURN held_still((SELECT a.allowance_id FROM allowance a WHERE a.subject_id = partner AND a.kind = sort));
END $$;
