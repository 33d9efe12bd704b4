-- Budgets of campaigns: allowances of a third kind, whose subject is the campaign. The whole award of a campaign is drawn at once,
-- over all its sponsors and with the money it gives; where less is left, all of it is cut in proportion.
--
-- The order of locks (0023_drawing.sql) stays the same for all: wallets; budgets in the order of their campaigns' ids; sponsors in
-- the order of theirs, packs before credit; the slices of each by their numbers. What a sponsor's own bound then cuts goes back into
-- a slice of the budget that is held already.

-- A lot, or a benefit (its minor units), of a campaign that has a budget: each unit at a cost in the budget's unit.
CREATE TYPE budget_want AS (
    place bigint, wallet_id uuid, entry_id uuid, lot_id uuid, money boolean, campaign_id uuid, partner_id uuid, units bigint,
    cost numeric, given bigint, allowance_id uuid, slice int);

CREATE FUNCTION budget_wants(awards transfer_draft[], items jsonb, entries entry_draft[]) RETURNS budget_want[] LANGUAGE sql STABLE AS $$
    WITH bounded AS (
        SELECT e.entry_id, e.item, b.campaign_id
        FROM unnest(entries) e JOIN jsonb_to_recordset(items) AS i(item int, budgets uuid[]) ON i.item = e.item,
            unnest(i.budgets) AS b (campaign_id)
    ), want AS (
        SELECT b.item, false AS money, a.n::bigint AS n, a.wallet_id, a.entry_id, a.lot_id, a.campaign_id, a.sponsor_id AS partner_id,
            a.points AS units, trim_scale(c.price * 1000000) AS cost
        FROM bounded b JOIN unnest(awards) a ON a.entry_id = b.entry_id AND a.campaign_id = b.campaign_id
        JOIN contract c ON c.contract_id = a.sponsor_contract_id
        UNION ALL
        SELECT b.item, true, g.n, i.wallet_id, b.entry_id, g.benefit_id, b.campaign_id, g.sponsor_id, g.units,
            trim_scale(g.amount * 1000000 / g.units)
        FROM bounded b JOIN jsonb_to_recordset(items) AS i(item int, wallet_id uuid, benefits jsonb) ON i.item = b.item
        CROSS JOIN LATERAL (SELECT (f.each ->> 'benefit_id')::uuid AS benefit_id, (f.each ->> 'campaign_id')::uuid AS campaign_id,
                (f.each ->> 'sponsor_id')::uuid AS sponsor_id, (f.each ->> 'units')::bigint AS units,
                (f.each ->> 'amount')::numeric AS amount, f.n
            FROM jsonb_array_elements(i.benefits) WITH ORDINALITY AS f(each, n)) g
        WHERE g.campaign_id = b.campaign_id
    )
    SELECT COALESCE(array_agg(ROW(w.place, w.wallet_id, w.entry_id, w.lot_id, w.money, w.campaign_id, w.partner_id, w.units,
        CASE b.unit WHEN 'POINTS' THEN 1 ELSE w.cost END, 0, b.allowance_id, 0)::budget_want ORDER BY w.place), '{}')
    FROM (SELECT x.*, row_number() OVER (ORDER BY x.item, x.money, x.n) AS place FROM want x) w
    LEFT JOIN allowance b ON b.subject_id = w.campaign_id AND b.kind = 'BUDGET'
$$;

-- What of the wants of one entry fits into an amount: each its part by cumulative rounding, then in their order what is left over.
CREATE FUNCTION in_proportion(wants budget_want[], amount bigint) RETURNS budget_want[] LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    w budget_want;
    total numeric := (SELECT sum(needed(u.units, u.cost)) FROM unnest(wants) u);
    upto numeric := 0;
    due numeric;
    handed numeric := 0;
    rest numeric := 0;
    fits bigint;
    fitting budget_want[] := '{}';
BEGIN
    FOREACH w IN ARRAY wants LOOP
        upto := upto + needed(w.units, w.cost);
        due := CASE WHEN total = 0 THEN 0 ELSE div(amount * upto, total) END;
        rest := rest + due - handed;
        handed := due;
        w.given := CASE WHEN w.cost = 0 THEN w.units ELSE least(w.units, floor(rest / w.cost)) END;
        rest := rest - needed(w.given, w.cost);
        fitting := fitting || w;
    END LOOP;
    FOR n IN 1 .. cardinality(fitting) LOOP
        w := fitting[n];
        IF w.given < w.units THEN
            fits := least(w.units - w.given, floor(rest / w.cost));
            rest := rest - (needed(w.given + fits, w.cost) - needed(w.given, w.cost));
            w.given := w.given + fits;
            fitting[n] := w;
        END IF;
    END LOOP;
    RETURN fitting;
END $$;

-- What the wants of several entries may have of an amount, entry by entry in their order.
CREATE FUNCTION allotted(wants budget_want[], amount bigint) RETURNS budget_want[] LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    one budget_want[];
    rest bigint := amount;
    done budget_want[] := '{}';
BEGIN
    FOR one IN SELECT array_agg(w ORDER BY w.place) FROM unnest(wants) w GROUP BY w.entry_id ORDER BY min(w.place) LOOP
        one := in_proportion(one, least(rest, (SELECT sum(needed(w.units, w.cost)) FROM unnest(one) w))::bigint);
        rest := rest - (SELECT sum(needed(w.given, w.cost)) FROM unnest(one) w);
        done := done || one;
    END LOOP;
    RETURN done;
END $$;

-- Take what wants of one campaign may have out of its budget; each then says from which slice. Without a budget: nothing.
CREATE FUNCTION draw_budget(wants budget_want[]) RETURNS budget_want[] LANGUAGE plpgsql AS $$
DECLARE
    which uuid := wants[1].allowance_id;
    wanted bigint := (SELECT sum(needed(w.units, w.cost)) FROM unnest(wants) w);
    first int;
    held bigint;
    covered budget_want[];
BEGIN
    IF which IS NULL THEN
        RETURN wants;
    END IF;
    first := slice_of(wants[1].wallet_id, (SELECT a.spread FROM allowance a WHERE a.allowance_id = which));
    IF wanted = 0 OR taken_at_once(which, first, wanted) THEN
        RETURN ARRAY(SELECT ROW(w.place, w.wallet_id, w.entry_id, w.lot_id, w.money, w.campaign_id, w.partner_id, w.units, w.cost,
            w.units, which, first)::budget_want FROM unnest(wants) w ORDER BY w.place);
    END IF;
    IF (SELECT sum(s.left_amount) FROM allowance_slice s WHERE s.allowance_id = which) < (SELECT min(w.cost) FROM unnest(wants) w) THEN
        RETURN wants;  -- used up: known without waiting for anybody
    END IF;
    held := held_still(which);
    covered := allotted(wants, held);
    PERFORM spread_out(which, held - (SELECT sum(needed(w.given, w.cost)) FROM unnest(covered) w)::bigint, wanted);
    RETURN covered;
END $$;

-- The wants of all campaigns with what their budgets cover.
CREATE FUNCTION draw_budgets(wants budget_want[]) RETURNS budget_want[] LANGUAGE plpgsql AS $$
DECLARE
    one budget_want[];
    done budget_want[] := '{}';
BEGIN
    FOR one IN SELECT array_agg(w ORDER BY w.place) FROM unnest(wants) w GROUP BY w.campaign_id ORDER BY w.campaign_id LOOP
        done := done || draw_budget(one);
    END LOOP;
    RETURN done;
END $$;

-- Awards without what their budgets do not cover.
CREATE FUNCTION less_awards(awards transfer_draft[], wants budget_want[]) RETURNS transfer_draft[] LANGUAGE sql STABLE AS $$
    SELECT ARRAY(SELECT ROW(a.wallet_id, a.entry_id, row_number() OVER (PARTITION BY a.entry_id ORDER BY a.n), a.kind, a.debit,
        a.credit, COALESCE(w.given, a.points), a.lot_id, a.sponsor_id, a.sponsor_contract_id, a.accrual_cycle_id, a.redeemer_id,
        a.redeemer_contract_id, a.campaign_id, a.campaign_version, a.move_id, a.root_lot_id, a.debt_id, a.available_at, a.expires_at,
        a.inactivity_months)::transfer_draft
    FROM unnest(awards) a LEFT JOIN unnest(wants) w ON w.lot_id = a.lot_id WHERE COALESCE(w.given, a.points) > 0)
$$;

-- Requests without the benefits that their budgets do not cover.
CREATE FUNCTION less_benefits(items jsonb, wants budget_want[]) RETURNS jsonb LANGUAGE sql STABLE AS $$
    SELECT jsonb_agg(CASE WHEN jsonb_array_length(COALESCE(i.each -> 'benefits', '[]')) = 0 THEN i.each
        ELSE jsonb_set(i.each, '{benefits}', (
            SELECT COALESCE(jsonb_agg(CASE WHEN w.lot_id IS NULL THEN b.each ELSE jsonb_set(b.each, '{amount}',
                to_jsonb(round((b.each ->> 'amount')::numeric * w.given / w.units, 6)::text)) END ORDER BY b.n), '[]')
            FROM jsonb_array_elements(i.each -> 'benefits') WITH ORDINALITY AS b(each, n)
            LEFT JOIN unnest(wants) w ON w.lot_id = (b.each ->> 'benefit_id')::uuid
            WHERE w.lot_id IS NULL OR w.given > 0)) END ORDER BY i.n)
    FROM jsonb_array_elements(items) WITH ORDINALITY AS i(each, n)
$$;

-- Write down what budgets gave in the end: what a sponsor's own bound cut of it goes back into the slice it came from.
CREATE FUNCTION keep_budget_draws(wants budget_want[], awards transfer_draft[], cycle uuid, at timestamptz) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    final budget_want[] := ARRAY(
        SELECT ROW(w.place, w.wallet_id, w.entry_id, w.lot_id, w.money, w.campaign_id, w.partner_id, w.given, w.cost,
            CASE WHEN w.money THEN w.given ELSE COALESCE(a.points, 0) END, w.allowance_id, w.slice)::budget_want
        FROM unnest(wants) w LEFT JOIN unnest(awards) a ON a.lot_id = w.lot_id);
BEGIN
    UPDATE allowance_slice s SET left_amount = s.left_amount + f.excess
    FROM (SELECT u.allowance_id, u.slice, sum(needed(u.units, u.cost) - needed(u.given, u.cost)) AS excess
        FROM unnest(final) u GROUP BY u.allowance_id, u.slice) f
    WHERE s.allowance_id = f.allowance_id AND s.number = f.slice AND f.excess > 0;
    INSERT INTO allowance_draw (wallet_id, lot_id, allowance_id, entry_id, partner_id, cycle_id, points, amount, drawn_at)
    SELECT f.wallet_id, f.lot_id, f.allowance_id, f.entry_id, f.partner_id, cycle, f.given, needed(f.given, f.cost), at
    FROM unnest(final) f WHERE f.given > 0;
END $$;

-- Put a budget there, or have so much been put in by now: more is added, and what is too much taken out again as far as it is left.
-- Asked again it changes nothing. The budget is its owner's, in one unit for good.
CREATE FUNCTION open_budget(campaign uuid, measure text, total bigint, why text, person uuid, at timestamptz) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    owner uuid := (SELECT c.partner_id FROM campaign c WHERE c.campaign_id = campaign ORDER BY c.version DESC LIMIT 1);
    budget allowance;
    held bigint;
    put_in bigint;
BEGIN
    IF owner IS NULL OR NOT sees_partner(owner) THEN
        RAISE EXCEPTION 'a budget is opened with the sight of its campaign''s owner' USING ERRCODE = 'insufficient_privilege';
    END IF;
    INSERT INTO allowance (allowance_id, partner_id, kind, subject_id, unit, slices, spread, opened_at)
    VALUES (gen_random_uuid(), owner, 'BUDGET', campaign, measure, 16, 1, at) ON CONFLICT DO NOTHING
    RETURNING * INTO budget;
    IF FOUND THEN
        INSERT INTO allowance_slice (allowance_id, number, partner_id, left_amount)
        SELECT budget.allowance_id, n, owner, 0 FROM generate_series(0, 15) n;
    ELSE
        SELECT a.* INTO budget FROM allowance a WHERE a.subject_id = campaign AND a.kind = 'BUDGET';
    END IF;
    IF budget.unit <> measure THEN
        RAISE EXCEPTION 'the budget of campaign % is in %', campaign, budget.unit
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_allowance_unit_never_changes';
    END IF;
    held := held_still(budget.allowance_id);
    put_in := (SELECT COALESCE(sum(c.amount), 0) FROM allowance_change c WHERE c.allowance_id = budget.allowance_id);
    IF total = put_in OR total < put_in AND held = 0 THEN
        RETURN held;
    END IF;
    RETURN move_allowance(budget.allowance_id, gen_random_uuid(), (total - put_in)::bigint, why, person, at);
END $$;
