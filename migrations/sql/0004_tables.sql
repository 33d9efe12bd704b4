-- Tables of the ledger. Every primary and unique key of a wallet's table begins with wallet_id; the one exception is the
-- second key on (partner_id, idempotency_key), which one machine can keep and many cannot. No foreign key leaves a wallet.

CREATE TABLE wallet (
    wallet_id uuid CONSTRAINT pk_wallet PRIMARY KEY,
    available bigint NOT NULL DEFAULT 0 CONSTRAINT ck_wallet_available_not_negative CHECK (available >= 0),
    pending bigint NOT NULL DEFAULT 0 CONSTRAINT ck_wallet_pending_not_negative CHECK (pending >= 0),
    held bigint NOT NULL DEFAULT 0 CONSTRAINT ck_wallet_held_not_negative CHECK (held >= 0),
    debt bigint NOT NULL DEFAULT 0 CONSTRAINT ck_wallet_debt_not_negative CHECK (debt >= 0),
    version bigint NOT NULL DEFAULT 0,
    head bytea NOT NULL,
    opened_at timestamptz NOT NULL,
    active_at timestamptz NOT NULL,
    merged_into uuid
) WITH (fillfactor = 70);

CREATE TABLE entry (
    wallet_id uuid NOT NULL,
    entry_id uuid NOT NULL,
    version bigint NOT NULL,
    kind varchar NOT NULL CONSTRAINT ck_entry_kind CHECK (kind IN ('PURCHASE', 'RETURN', 'REDEMPTION', 'AUTHORIZATION',
        'CAPTURE', 'VOID', 'LAPSE', 'REVERSAL', 'ADJUSTMENT', 'RELEASE', 'REPAYMENT', 'EXPIRY', 'MOVE_OUT', 'MOVE_IN')),
    member_id uuid,
    partner_id uuid NOT NULL,
    outlet_id uuid,
    channel varchar,
    staff varchar,
    reference varchar,
    idempotency_key varchar NOT NULL,
    fingerprint bytea NOT NULL,
    refers_to uuid,
    occurred_at timestamptz NOT NULL,
    posted_at timestamptz NOT NULL,
    cycle_id uuid NOT NULL,
    content bytea,
    hash bytea NOT NULL,
    CONSTRAINT pk_entry PRIMARY KEY (wallet_id, entry_id),
    CONSTRAINT uq_entry_wallet_id_version UNIQUE (wallet_id, version),
    CONSTRAINT uq_entry_wallet_id_partner_id_idempotency_key UNIQUE (wallet_id, partner_id, idempotency_key),
    -- The canonical form separates fields by control characters, so that none may be inside one.
    CONSTRAINT ck_entry_plain_text CHECK (concat(channel, staff, reference, idempotency_key) !~ '[\x01-\x1f]'),
    CONSTRAINT ck_entry_not_empty CHECK (channel <> '' AND staff <> '' AND reference <> '' AND idempotency_key <> '')
);
CREATE UNIQUE INDEX uq_entry_partner_id_idempotency_key ON entry (partner_id, idempotency_key);
CREATE INDEX ix_entry_cycle_id ON entry (cycle_id);
CREATE INDEX ix_entry_move_out ON entry (wallet_id) WHERE kind = 'MOVE_OUT';

CREATE TABLE transfer (
    wallet_id uuid NOT NULL,
    entry_id uuid NOT NULL,
    n integer NOT NULL,
    kind varchar NOT NULL,
    debit varchar NOT NULL,
    credit varchar NOT NULL,
    points bigint NOT NULL CONSTRAINT ck_transfer_points_positive CHECK (points > 0),
    lot_id uuid NOT NULL,
    sponsor_id uuid NOT NULL,
    sponsor_contract_id uuid NOT NULL,
    accrual_cycle_id uuid NOT NULL,
    redeemer_id uuid,
    redeemer_contract_id uuid,
    campaign_id uuid,
    campaign_version integer,
    partner_id uuid NOT NULL,
    cycle_id uuid NOT NULL,
    move_id uuid,
    root_lot_id uuid,
    debt_id uuid,
    available_at timestamptz,
    expires_at timestamptz,
    inactivity_months integer,
    CONSTRAINT pk_transfer PRIMARY KEY (wallet_id, entry_id, n),
    CONSTRAINT ck_transfer_accounts CHECK (CASE kind
        WHEN 'ACCRUE' THEN debit = 'ISSUED' AND credit IN ('PENDING', 'AVAILABLE')
        WHEN 'RELEASE' THEN debit = 'PENDING' AND credit = 'AVAILABLE'
        WHEN 'HOLD' THEN debit = 'AVAILABLE' AND credit = 'HELD'
        WHEN 'VOID' THEN debit = 'HELD' AND credit = 'AVAILABLE'
        WHEN 'REDEEM' THEN debit IN ('AVAILABLE', 'HELD') AND credit = 'REDEEMED'
        WHEN 'UNREDEEM' THEN debit = 'REDEEMED' AND credit = 'AVAILABLE'
        WHEN 'CLAWBACK' THEN debit IN ('PENDING', 'AVAILABLE', 'DEBT') AND credit = 'ISSUED'
        WHEN 'REPAY' THEN debit = 'AVAILABLE' AND credit = 'DEBT'
        WHEN 'EXPIRE' THEN debit = 'AVAILABLE' AND credit = 'EXPIRED'
        WHEN 'MOVE' THEN (debit IN ('PENDING', 'AVAILABLE', 'DEBT') AND credit = 'TRANSIT')
            OR (debit = 'TRANSIT' AND credit IN ('PENDING', 'AVAILABLE', 'DEBT'))
        WHEN 'ADJUST' THEN (debit = 'ISSUED' AND credit = 'AVAILABLE')
        ELSE false END),
    CONSTRAINT ck_transfer_redeemer CHECK ((kind IN ('HOLD', 'REDEEM', 'UNREDEEM', 'REPAY')) <= (redeemer_id IS NOT NULL)),
    CONSTRAINT ck_transfer_debt CHECK ((debit = 'DEBT' OR credit = 'DEBT') = (debt_id IS NOT NULL)),
    CONSTRAINT ck_transfer_move CHECK ((kind = 'MOVE') = (move_id IS NOT NULL))
);
CREATE INDEX ix_transfer_cycle_id_sponsor_id ON transfer (cycle_id, sponsor_id);

CREATE TABLE lot (
    wallet_id uuid NOT NULL,
    lot_id uuid NOT NULL,
    entry_id uuid NOT NULL,
    member_id uuid,
    sponsor_id uuid NOT NULL,
    sponsor_contract_id uuid NOT NULL,
    accrual_cycle_id uuid NOT NULL,
    campaign_id uuid,
    campaign_version integer,
    available_at timestamptz NOT NULL,
    expires_at timestamptz,
    inactivity_months integer CONSTRAINT ck_lot_inactivity CHECK (inactivity_months > 0),
    original bigint NOT NULL,
    remaining bigint NOT NULL,
    held bigint NOT NULL,
    released boolean NOT NULL,
    earned_at timestamptz NOT NULL,
    root_lot_id uuid,
    CONSTRAINT pk_lot PRIMARY KEY (wallet_id, lot_id),
    CONSTRAINT ck_lot_remaining CHECK (remaining BETWEEN 0 AND original),
    CONSTRAINT ck_lot_held CHECK (held BETWEEN 0 AND remaining),
    CONSTRAINT ck_lot_term CHECK (expires_at > available_at)
) WITH (fillfactor = 85);
CREATE INDEX ix_lot_term ON lot (expires_at) WHERE remaining > 0;
CREATE INDEX ix_lot_release ON lot (available_at) WHERE NOT released AND remaining > 0;
CREATE INDEX ix_lot_root ON lot (root_lot_id) WHERE root_lot_id IS NOT NULL;
CREATE INDEX ix_lot_inactivity ON lot (wallet_id) WHERE inactivity_months IS NOT NULL AND remaining > 0;

CREATE TABLE hold (
    wallet_id uuid NOT NULL,
    hold_id uuid NOT NULL,
    partner_id uuid NOT NULL,
    points bigint NOT NULL CONSTRAINT ck_hold_points CHECK (points > 0),
    captured bigint NOT NULL,
    state varchar NOT NULL CONSTRAINT ck_hold_state CHECK (state IN ('OPEN', 'CAPTURED', 'VOIDED', 'LAPSED')),
    expires_at timestamptz NOT NULL,
    CONSTRAINT pk_hold PRIMARY KEY (wallet_id, hold_id),
    CONSTRAINT ck_hold_captured CHECK (captured BETWEEN 0 AND points)
);
CREATE INDEX ix_hold_open ON hold (expires_at) WHERE state = 'OPEN';

CREATE TABLE debt (
    wallet_id uuid NOT NULL,
    debt_id uuid NOT NULL,
    entry_id uuid NOT NULL,
    n integer NOT NULL,
    lot_id uuid NOT NULL,
    sponsor_id uuid NOT NULL,
    redeemer_contract_id uuid,
    points bigint NOT NULL CONSTRAINT ck_debt_points CHECK (points > 0),
    repaid bigint NOT NULL,
    CONSTRAINT pk_debt PRIMARY KEY (wallet_id, debt_id),
    CONSTRAINT ck_debt_repaid CHECK (repaid BETWEEN 0 AND points)
);

CREATE TABLE benefit (
    wallet_id uuid NOT NULL,
    benefit_id uuid NOT NULL,
    entry_id uuid NOT NULL,
    kind varchar NOT NULL,
    sponsor_id uuid NOT NULL,
    redeemer_id uuid NOT NULL,
    amount numeric(18, 6) NOT NULL CONSTRAINT ck_benefit_amount_positive CHECK (amount > 0),
    currency varchar NOT NULL,
    campaign_id uuid,
    campaign_version integer,
    state varchar NOT NULL CONSTRAINT ck_benefit_state CHECK (state IN ('ISSUED', 'USED', 'REVERSED', 'EXPIRED')),
    used_entry_id uuid,
    cycle_id uuid NOT NULL,
    reversed_entry_id uuid,
    reversed_cycle_id uuid,
    CONSTRAINT pk_benefit PRIMARY KEY (wallet_id, benefit_id),
    CONSTRAINT ck_benefit_reversal CHECK ((state = 'REVERSED') = (reversed_cycle_id IS NOT NULL))
);
CREATE INDEX ix_benefit_cycle_id ON benefit (cycle_id);
CREATE INDEX ix_benefit_reversed ON benefit (reversed_cycle_id) WHERE reversed_cycle_id IS NOT NULL;

CREATE TABLE purchase (
    wallet_id uuid NOT NULL,
    entry_id uuid NOT NULL,
    partner_id uuid NOT NULL,
    outlet_id uuid,
    receipt_number varchar,
    occurred_at timestamptz NOT NULL,
    currency varchar NOT NULL,
    total bigint NOT NULL,
    numbers integer[] NOT NULL,
    skus varchar[] NOT NULL,
    quantities numeric[] NOT NULL,
    amounts bigint[] NOT NULL,
    facts jsonb NOT NULL,
    returns integer NOT NULL,
    CONSTRAINT pk_purchase PRIMARY KEY (wallet_id, entry_id),
    CONSTRAINT ck_purchase_lines CHECK (cardinality(numbers) = cardinality(skus)
        AND cardinality(numbers) = cardinality(quantities) AND cardinality(numbers) = cardinality(amounts))
);
CREATE INDEX ix_purchase_partner_id_receipt_number ON purchase (partner_id, receipt_number);

CREATE TABLE purchase_return (
    wallet_id uuid NOT NULL,
    entry_id uuid NOT NULL,
    purchase_entry_id uuid NOT NULL,
    partner_id uuid NOT NULL,
    number integer NOT NULL,
    numbers integer[] NOT NULL,
    quantities numeric[] NOT NULL,
    amounts bigint[] NOT NULL,
    CONSTRAINT pk_purchase_return PRIMARY KEY (wallet_id, entry_id),
    CONSTRAINT uq_purchase_return_wallet_id_purchase_entry_id_number UNIQUE (wallet_id, purchase_entry_id, number)
);

CREATE TABLE adjustment (
    adjustment_id uuid CONSTRAINT pk_adjustment PRIMARY KEY,
    wallet_id uuid NOT NULL,
    member_id uuid NOT NULL,
    partner_id uuid NOT NULL CONSTRAINT fk_adjustment_partner_id REFERENCES partner,
    points bigint NOT NULL CONSTRAINT ck_adjustment_points CHECK (points > 0),
    reason varchar NOT NULL,
    expires_at timestamptz,
    requested_by uuid NOT NULL,
    requested_at timestamptz NOT NULL,
    approved_by uuid,
    approved_at timestamptz,
    CONSTRAINT ck_adjustment_two_persons CHECK (approved_by <> requested_by),
    CONSTRAINT ck_adjustment_approved CHECK ((approved_by IS NULL) = (approved_at IS NULL))
);

-- History is appended only: whoever owns a function or a login, entries and transfers never change.
CREATE FUNCTION refuse_change_of_history() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is history: rows are appended, never changed or deleted', TG_TABLE_NAME
        USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER entry_is_history BEFORE UPDATE OR DELETE ON entry FOR EACH ROW EXECUTE FUNCTION refuse_change_of_history();
CREATE TRIGGER transfer_is_history BEFORE UPDATE OR DELETE ON transfer FOR EACH ROW EXECUTE FUNCTION refuse_change_of_history();
CREATE TRIGGER entry_stays BEFORE TRUNCATE ON entry FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_history();
CREATE TRIGGER transfer_stays BEFORE TRUNCATE ON transfer FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_history();

-- What a second person agreed to is what is posted.
CREATE FUNCTION refuse_change_of_approved() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'adjustment % is approved and never changes', OLD.adjustment_id
        USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_adjustment_approved_never_changes';
END $$;
CREATE TRIGGER adjustment_approved_never_changes BEFORE UPDATE OR DELETE ON adjustment
    FOR EACH ROW WHEN (OLD.approved_by IS NOT NULL) EXECUTE FUNCTION refuse_change_of_approved();
