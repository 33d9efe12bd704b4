-- Partners on their way out, and the end of a coalition: who decided what, what everybody may know of it, and who is told.

-- What everybody may know: from when a partner funds no more points, and until when its tills honour them.
ALTER TABLE partner ADD COLUMN leaves_at timestamptz, ADD COLUMN honours_until timestamptz;
ALTER TABLE partner ADD CONSTRAINT ck_partner_leaving CHECK (honours_until >= leaves_at AND (leaves_at IS NULL) = (honours_until IS NULL));
ALTER TABLE partner DROP CONSTRAINT ck_partner_status;
ALTER TABLE partner ADD CONSTRAINT ck_partner_status
    CHECK (status IN ('ADMITTED', 'ACTIVE', 'SUSPENDED', 'LEAVING', 'SETTLING', 'CLOSED'));
ALTER TABLE coalition ADD COLUMN earning_ends_at timestamptz, ADD COLUMN spending_ends_at timestamptz, ADD COLUMN closed_at timestamptz;
ALTER TABLE coalition ADD CONSTRAINT ck_coalition_winding_down
    CHECK (spending_ends_at >= earning_ends_at AND (earning_ends_at IS NULL) = (spending_ends_at IS NULL)
        AND (closed_at IS NULL OR closed_at >= spending_ends_at));

CREATE TABLE wind_down (
    wind_down_id uuid NOT NULL CONSTRAINT pk_wind_down PRIMARY KEY,
    reason varchar NOT NULL,
    earning_ends_at timestamptz NOT NULL,
    spending_ends_at timestamptz NOT NULL,
    residual varchar NOT NULL,
    announced_by uuid NOT NULL,
    announced_at timestamptz NOT NULL,
    confirmed_by uuid,
    confirmed_at timestamptz,
    last_cycle_id uuid,
    settled_at timestamptz,
    settled_points bigint,
    settled_amount numeric,
    closed_by uuid,
    closed_at timestamptz,
    withdrawn_by uuid,
    withdrawn_at timestamptz,
    CONSTRAINT ck_wind_down_dates CHECK (earning_ends_at >= announced_at AND spending_ends_at >= earning_ends_at),
    CONSTRAINT ck_wind_down_residual CHECK (residual IN ('SPONSORS', 'CHARITY', 'OPERATOR')),
    CONSTRAINT ck_wind_down_second_person CHECK (confirmed_by <> announced_by),
    CONSTRAINT ck_wind_down_confirmed CHECK ((confirmed_by IS NULL) = (confirmed_at IS NULL)),
    CONSTRAINT ck_wind_down_closed_by_another CHECK (closed_by <> announced_by),
    CONSTRAINT ck_wind_down_order CHECK ((confirmed_at IS NOT NULL OR settled_at IS NULL) AND (settled_at IS NOT NULL OR closed_at IS NULL)
        AND (withdrawn_at IS NULL OR settled_at IS NULL) AND (settled_at IS NULL) = (last_cycle_id IS NULL))
);
CREATE UNIQUE INDEX uq_wind_down_standing ON wind_down ((true)) WHERE withdrawn_at IS NULL;

CREATE TABLE partner_exit (
    exit_id uuid NOT NULL CONSTRAINT pk_partner_exit PRIMARY KEY,
    partner_id uuid NOT NULL CONSTRAINT fk_partner_exit_partner_id REFERENCES partner (partner_id),
    wind_down_id uuid CONSTRAINT fk_partner_exit_wind_down_id REFERENCES wind_down (wind_down_id),
    reason varchar NOT NULL,
    by_partner boolean NOT NULL,
    noticed_by uuid,
    noticed_at timestamptz NOT NULL,
    exit_at timestamptz NOT NULL,
    honours_until timestamptz NOT NULL,
    stopped_at timestamptz,
    tail_ended_at timestamptz,
    remainder varchar,
    remainder_by uuid,
    remainder_agreed_by uuid,
    remainder_agreed_at timestamptz,
    last_cycle_id uuid,
    settled_at timestamptz,
    settled_points bigint,
    settled_amount numeric,
    closed_by uuid,
    closed_at timestamptz,
    withdrawn_by uuid,
    withdrawn_at timestamptz,
    CONSTRAINT ck_partner_exit_dates CHECK (exit_at >= noticed_at AND honours_until >= exit_at),
    CONSTRAINT ck_partner_exit_remainder CHECK (remainder IN ('HONOUR', 'PAY_OUT', 'TAKE_OVER', 'WIND_DOWN')),
    CONSTRAINT ck_partner_exit_second_person CHECK (remainder_agreed_by <> remainder_by),
    CONSTRAINT ck_partner_exit_remainder_agreed CHECK (remainder IS NOT NULL OR remainder_agreed_at IS NULL),
    CONSTRAINT ck_partner_exit_order CHECK ((stopped_at IS NOT NULL OR tail_ended_at IS NULL)
        AND (tail_ended_at IS NOT NULL OR settled_at IS NULL) AND (settled_at IS NOT NULL OR closed_at IS NULL)
        AND (withdrawn_at IS NULL OR stopped_at IS NULL)),
    CONSTRAINT ck_partner_exit_settled CHECK ((settled_at IS NULL) = (last_cycle_id IS NULL)
        AND (settled_at IS NULL OR remainder_agreed_at IS NOT NULL))
);
CREATE UNIQUE INDEX uq_partner_exit_standing ON partner_exit (partner_id) WHERE withdrawn_at IS NULL;

-- A partner on its way out: every partner hears of it, since its members and campaigns may be theirs too.
CREATE FUNCTION tell_of_exit() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    what text := CASE WHEN NEW.withdrawn_at IS NOT NULL THEN 'WITHDRAWN' WHEN NEW.closed_at IS NOT NULL THEN 'CLOSED'
        WHEN NEW.tail_ended_at IS NOT NULL THEN 'TAIL_ENDED' WHEN NEW.stopped_at IS NOT NULL THEN 'EARNING_STOPPED' ELSE 'NOTICE' END;
BEGIN
    IF NEW.wind_down_id IS NULL OR what NOT IN ('NOTICE', 'WITHDRAWN') THEN
        INSERT INTO event (partner_id, kind, balance_seen, subject_id, detail, occurred_at)
        SELECT p.partner_id, 'PARTNER_LEAVING', false, NEW.partner_id, what,
            COALESCE(NEW.withdrawn_at, NEW.closed_at, NEW.tail_ended_at, NEW.stopped_at, NEW.noticed_at)
        FROM partner p WHERE p.status <> 'CLOSED' ORDER BY p.partner_id;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER exit_is_told AFTER INSERT ON partner_exit FOR EACH ROW EXECUTE FUNCTION tell_of_exit();
CREATE TRIGGER changed_exit_is_told AFTER UPDATE ON partner_exit FOR EACH ROW
    WHEN ((OLD.withdrawn_at, OLD.closed_at, OLD.tail_ended_at, OLD.stopped_at)
        IS DISTINCT FROM (NEW.withdrawn_at, NEW.closed_at, NEW.tail_ended_at, NEW.stopped_at))
    EXECUTE FUNCTION tell_of_exit();

CREATE FUNCTION tell_of_wind_down() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO event (partner_id, kind, balance_seen, detail, occurred_at)
    SELECT p.partner_id, 'COALITION_ENDING', false,
        CASE WHEN NEW.closed_at IS NOT NULL THEN 'CLOSED' WHEN NEW.withdrawn_at IS NOT NULL THEN 'WITHDRAWN' ELSE 'NOTICE' END,
        COALESCE(NEW.closed_at, NEW.withdrawn_at, NEW.confirmed_at)
    FROM partner p WHERE p.status <> 'CLOSED' OR NEW.closed_at IS NOT NULL ORDER BY p.partner_id;
    RETURN NULL;
END $$;
CREATE TRIGGER wind_down_is_told AFTER UPDATE ON wind_down FOR EACH ROW
    WHEN (NEW.confirmed_at IS NOT NULL
        AND (OLD.confirmed_at, OLD.withdrawn_at, OLD.closed_at) IS DISTINCT FROM (NEW.confirmed_at, NEW.withdrawn_at, NEW.closed_at))
    EXECUTE FUNCTION tell_of_wind_down();

-- Points of one sponsor that were out at the cut-off of a cycle, by the version and cycle they were issued under: counted from
-- the transfers up to it, so it says the same however late it is asked.
CREATE FUNCTION outstanding_of(sponsor uuid, upto int)
RETURNS TABLE (sponsor_contract_id uuid, accrual_cycle_id uuid, points bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT sees_partner(sponsor) THEN
        RAISE EXCEPTION 'what is outstanding of a sponsor is its own and the coalition''s' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN QUERY
    SELECT t.sponsor_contract_id, t.accrual_cycle_id, sum(CASE
        WHEN t.debit = 'ISSUED' OR t.kind = 'UNREDEEM' THEN t.points
        WHEN t.debit <> 'DEBT' AND t.credit IN ('ISSUED', 'REDEEMED', 'EXPIRED', 'DEBT') THEN -t.points
        ELSE 0 END)::bigint
    FROM transfer t JOIN cycle c ON c.cycle_id = t.cycle_id AND c.number <= upto
    WHERE t.sponsor_id = sponsor AND t.kind NOT IN ('RELEASE', 'HOLD', 'VOID', 'MOVE')
    GROUP BY 1, 2 HAVING sum(CASE
        WHEN t.debit = 'ISSUED' OR t.kind = 'UNREDEEM' THEN t.points
        WHEN t.debit <> 'DEBT' AND t.credit IN ('ISSUED', 'REDEEMED', 'EXPIRED', 'DEBT') THEN -t.points
        ELSE 0 END) <> 0;
END $$;
