-- Drawing from allowances, inside the posting that awards the points: refused or crashed, it gives all back by itself.
--
-- The order of locks is the same for all: wallets; then sponsor by sponsor in the order of their ids, packs before credit, and
-- the slices of an allowance by their numbers. A single slice is tried first, in a step that lets go of it when it does not
-- suffice; only then are all slices locked. So nobody ever waits for a lower slice while holding a higher one.

CREATE TYPE award_want AS (wallet_id uuid, entry_id uuid, lot_id uuid, points bigint, rest bigint);

-- Whether points of a version need no reserve: paid before, paid when they are spent, or what is paid then covers the dearest
-- redeemer even at the lowest price that any band can bring.
CREATE FUNCTION secured(c contract, at timestamptz) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT c.billing = 'PREPAID' OR c.share_at_issuance = 0 OR COALESCE((1 - c.share_at_issuance)
        * least(c.price, (SELECT min((b ->> 'price')::numeric) FROM jsonb_array_elements(c.bands) b))
        >= (SELECT NULLIF(max(k.price_redeem), 0) FROM partner p CROSS JOIN LATERAL contract_in_force(p.partner_id, at) k), false)
$$;

-- Whether a sponsor may fund no points now. The price of redemptions is looked for only while unsecured issuance is stopped.
CREATE FUNCTION stopped(c contract, at timestamptz) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT FROM issuance_stop s WHERE s.lifted_at IS NULL AND CASE
        WHEN s.partner_id IS NOT NULL THEN s.partner_id = c.partner_id
        WHEN s.reason = 'UNSECURED' THEN NOT secured(c, at)
        ELSE true END)
$$;

-- What a sponsor comes to owe for each point it awards, charge, fees and tax, in millionths of the currency's unit.
CREATE FUNCTION owed_per_point(c contract) RETURNS numeric LANGUAGE sql IMMUTABLE AS
$$ SELECT trim_scale((c.price * c.share_at_issuance * (1 + c.fee_share) + c.fee_per_point) * (1 + c.tax_supply) * 1000000) $$;

CREATE FUNCTION needed(points numeric, cost numeric) RETURNS bigint LANGUAGE sql IMMUTABLE AS
$$ SELECT ceil(points * cost)::bigint $$;

CREATE FUNCTION slice_of(wallet uuid, spread int) RETURNS int LANGUAGE sql IMMUTABLE AS
$$ SELECT (uuid_hash(wallet) & 2147483647) % spread $$;

-- Take an amount from one slice, or hold on to nothing.
CREATE FUNCTION taken_at_once(which uuid, slice int, wanted bigint) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    UPDATE allowance_slice SET left_amount = left_amount - wanted
    WHERE allowance_id = which AND number = slice AND left_amount >= wanted;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'HA001';
    END IF;
    RETURN true;
EXCEPTION WHEN SQLSTATE 'HA001' THEN
    RETURN false;
END $$;

-- All that is left, exactly, until the transaction ends: the locks in one statement, the sum in the next.
CREATE FUNCTION held_still(which uuid) RETURNS bigint LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM allowance_slice s WHERE s.allowance_id = which ORDER BY s.number FOR UPDATE;
    RETURN (SELECT sum(s.left_amount) FROM allowance_slice s WHERE s.allowance_id = which);
END $$;

-- Lay what is left over the slices, which are held: over fewer, the less it is beside what was just asked for.
CREATE FUNCTION spread_out(which uuid, amount bigint, asked bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    over int := (SELECT least(a.slices, greatest(1, amount / (32 * greatest(asked, 1)))) FROM allowance a WHERE a.allowance_id = which);
BEGIN
    UPDATE allowance_slice s SET left_amount = n.due
    FROM (SELECT x.number, CASE WHEN x.number < over THEN amount / over + (x.number < amount % over)::int ELSE 0 END AS due
        FROM allowance_slice x WHERE x.allowance_id = which) n
    WHERE s.allowance_id = which AND s.number = n.number AND s.left_amount <> n.due;
    UPDATE allowance a SET spread = over WHERE a.allowance_id = which AND a.spread <> over;
END $$;

-- Cover the rest of awards from an allowance as far as it goes, in their order; each point at a cost in the allowance's unit.
CREATE FUNCTION draw_allowance(subject uuid, sort text, cost numeric, wants award_want[], cycle uuid, at timestamptz)
RETURNS award_want[] LANGUAGE plpgsql AS $$
DECLARE
    source allowance;
    wanted bigint := (SELECT sum(needed(w.rest, cost)) FROM unnest(wants) w);
    held bigint;
    covered award_want[];
    at_once boolean;
BEGIN
    SELECT a.* INTO source FROM allowance a WHERE a.subject_id = subject AND a.kind = sort;
    IF NOT FOUND OR wanted = 0 THEN
        RETURN wants;
    END IF;
    at_once := taken_at_once(source.allowance_id, slice_of(wants[1].wallet_id, source.spread), wanted);
    IF NOT at_once THEN
        IF (SELECT sum(s.left_amount) FROM allowance_slice s WHERE s.allowance_id = source.allowance_id) < cost THEN
            RETURN wants;  -- used up: known without waiting for anybody
        END IF;
        held := held_still(source.allowance_id);
    END IF;
    covered := ARRAY(SELECT ROW(w.wallet_id, w.entry_id, w.lot_id,
            CASE WHEN at_once THEN w.rest ELSE least(w.rest, floor(greatest(held - (w.upto - w.need), 0) / cost)) END, w.rest)::award_want
        FROM (SELECT u.*, needed(u.rest, cost) AS need, sum(needed(u.rest, cost)) OVER (ORDER BY u.place) AS upto
            FROM unnest(wants) WITH ORDINALITY AS u(wallet_id, entry_id, lot_id, points, rest, place)) w ORDER BY w.place);
    IF NOT at_once THEN
        PERFORM spread_out(source.allowance_id, held - (SELECT sum(needed(c.points, cost)) FROM unnest(covered) c)::bigint, wanted);
    END IF;
    INSERT INTO allowance_draw (wallet_id, lot_id, allowance_id, entry_id, partner_id, cycle_id, points, amount, drawn_at)
    SELECT c.wallet_id, c.lot_id, source.allowance_id, c.entry_id, source.partner_id, cycle, c.points, needed(c.points, cost), at
    FROM unnest(covered) c WHERE c.points > 0;
    RETURN ARRAY(SELECT ROW(w.wallet_id, w.entry_id, w.lot_id, w.points, w.rest - c.points)::award_want
        FROM unnest(wants) WITH ORDINALITY AS w(wallet_id, entry_id, lot_id, points, rest, place)
        JOIN unnest(covered) c ON c.lot_id = w.lot_id ORDER BY w.place);
END $$;

-- Put an allowance there that is not yet, with nothing in it.
CREATE FUNCTION open_allowance(partner uuid, sort text, measure text, most bigint, at timestamptz) RETURNS uuid LANGUAGE plpgsql AS $$
DECLARE
    fresh uuid := gen_random_uuid();
BEGIN
    INSERT INTO allowance (allowance_id, partner_id, kind, subject_id, unit, slices, spread, limit_amount, opened_at)
    VALUES (fresh, partner, sort, partner, measure, 16, 1, most, at) ON CONFLICT DO NOTHING;
    IF FOUND THEN
        INSERT INTO allowance_slice (allowance_id, number, partner_id, left_amount)
        SELECT fresh, n, partner, 0 FROM generate_series(0, 15) n;
    END IF;
    RETURN (SELECT a.allowance_id FROM allowance a WHERE a.subject_id = partner AND a.kind = sort);
END $$;

-- Add to an allowance, or take from it no more than it has, and write down why.
CREATE FUNCTION move_allowance(which uuid, change uuid, by_amount bigint, why text, person uuid, at timestamptz) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    held bigint := held_still(which);
    moved bigint := greatest(by_amount, -held);
BEGIN
    INSERT INTO allowance_change (change_id, allowance_id, partner_id, amount, reason, changed_at, changed_by)
    SELECT change, which, a.partner_id, moved, why, at, person FROM allowance a WHERE a.allowance_id = which
    ON CONFLICT DO NOTHING;
    IF NOT FOUND THEN
        RETURN held;
    END IF;
    PERFORM spread_out(which, held + moved, 1);
    RETURN held + moved;
END $$;

-- A contract came into force with another limit than the allowance was last set by: the difference is added or taken at once.
CREATE FUNCTION meet_limit(partner uuid, most bigint, at timestamptz) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    credit allowance;
BEGIN
    SELECT a.* INTO credit FROM allowance a WHERE a.subject_id = partner AND a.kind = 'CREDIT';
    IF credit.limit_amount = most THEN
        RETURN;
    END IF;
    IF NOT FOUND THEN
        credit.allowance_id := open_allowance(partner, 'CREDIT', 'MILLIONTHS', 0, at);
    END IF;
    PERFORM held_still(credit.allowance_id);
    SELECT a.* INTO credit FROM allowance a WHERE a.allowance_id = credit.allowance_id;
    IF credit.limit_amount <> most THEN
        PERFORM move_allowance(credit.allowance_id, gen_random_uuid(), most - credit.limit_amount, 'LIMIT', NULL, at);
        UPDATE allowance SET limit_amount = most WHERE allowance_id = credit.allowance_id;
    END IF;
END $$;

-- Awards as their sponsors may fund them: cut to what is left, in the order given, and left out where nothing is.
CREATE FUNCTION within_bounds(awards transfer_draft[], entries entry_draft[], cycle uuid, at timestamptz) RETURNS transfer_draft[]
LANGUAGE plpgsql AS $$
DECLARE
    c contract;
    wants award_want[];
    short award_want[] := '{}';
    why text;
BEGIN
    FOR c IN SELECT k.* FROM contract k WHERE k.contract_id = ANY (ARRAY(SELECT DISTINCT a.sponsor_contract_id FROM unnest(awards) a))
        ORDER BY k.partner_id
    LOOP
        wants := ARRAY(SELECT ROW(a.wallet_id, a.entry_id, a.lot_id, a.points, a.points)::award_want FROM unnest(awards) a
            WHERE a.sponsor_contract_id = c.contract_id);
        why := CASE WHEN stopped(c, at) THEN 'ISSUANCE_STOPPED' END;
        IF why IS NULL AND c.billing = 'PREPAID' THEN
            wants := draw_allowance(c.partner_id, 'PREPAID', 1, wants, cycle, at);
            why := CASE WHEN c.pack_limit THEN 'PREPAID_USED_UP' END;
        END IF;
        IF why IS NULL AND c.credit_limit IS NOT NULL AND owed_per_point(c) > 0 THEN
            PERFORM meet_limit(c.partner_id, floor(c.credit_limit * 1000000)::bigint, at);
            wants := draw_allowance(c.partner_id, 'CREDIT', owed_per_point(c), wants, cycle, at);
            why := 'CREDIT_LIMIT_REACHED';
        END IF;
        IF why IS NOT NULL AND EXISTS (SELECT FROM unnest(wants) w WHERE w.rest > 0) THEN
            short := short || ARRAY(SELECT w FROM unnest(wants) w WHERE w.rest > 0);
            INSERT INTO award_cut (wallet_id, lot_id, entry_id, partner_id, sponsor_id, campaign_id, campaign_version, points,
                given, why, cut_at)
            SELECT a.wallet_id, a.lot_id, a.entry_id, e.partner_id, a.sponsor_id, a.campaign_id, a.campaign_version, w.points,
                w.points - w.rest, why, at
            FROM unnest(wants) w JOIN unnest(awards) a ON a.lot_id = w.lot_id JOIN unnest(entries) e ON e.entry_id = a.entry_id
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

-- A sponsor is told each time that little is left; the sweep notes it, and this says it in the same transaction.
CREATE FUNCTION tell_of_allowance() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO event (partner_id, kind, balance_seen, subject_id, detail, occurred_at)
    VALUES (NEW.partner_id, 'ALLOWANCE_LOW', false, NEW.allowance_id, NEW.kind, NEW.low_since);
    RETURN NULL;
END $$;
CREATE TRIGGER low_allowance_is_told AFTER UPDATE ON allowance FOR EACH ROW
    WHEN (OLD.low_since IS NULL AND NEW.low_since IS NOT NULL) EXECUTE FUNCTION tell_of_allowance();
