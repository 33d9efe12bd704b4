-- How much may still be awarded: stops of issuance, and allowances that postings draw from.

-- Who may fund no points for now, and why; nobody named: all sponsors. Lifted stops stay as history.
CREATE TABLE issuance_stop (
    stop_id uuid CONSTRAINT pk_issuance_stop PRIMARY KEY,
    partner_id uuid CONSTRAINT fk_issuance_stop_partner_id REFERENCES partner,
    reason varchar NOT NULL CONSTRAINT ck_issuance_stop_reason CHECK (reason IN ('UNSECURED', 'LEAVING', 'FAILED', 'BY_HAND')),
    note varchar,
    stopped_at timestamptz NOT NULL,
    stopped_by uuid,
    lifted_at timestamptz,
    lifted_by uuid,
    CONSTRAINT ck_issuance_stop_lifted_later CHECK (lifted_at >= stopped_at),
    CONSTRAINT ck_issuance_stop_lifted_by_somebody CHECK (lifted_by IS NULL OR lifted_at IS NOT NULL)
);
CREATE UNIQUE INDEX uq_issuance_stop_standing ON issuance_stop (partner_id, reason) NULLS NOT DISTINCT WHERE lifted_at IS NULL;

-- An amount that postings draw from and never overdraw, kept in slices so that many may draw at once. No posting writes this
-- row; its amount is in the slices, its rules are in the contract that the posting goes by.
CREATE TABLE allowance (
    allowance_id uuid CONSTRAINT pk_allowance PRIMARY KEY,
    partner_id uuid NOT NULL CONSTRAINT fk_allowance_partner_id REFERENCES partner,
    kind varchar NOT NULL CONSTRAINT ck_allowance_kind CHECK (kind IN ('PREPAID', 'CREDIT')),
    subject_id uuid NOT NULL,
    unit varchar NOT NULL CONSTRAINT ck_allowance_unit CHECK (unit IN ('POINTS', 'MILLIONTHS')),
    slices integer NOT NULL CONSTRAINT ck_allowance_slices CHECK (slices BETWEEN 1 AND 64),
    spread integer NOT NULL,
    limit_amount bigint CONSTRAINT ck_allowance_limit_amount CHECK (limit_amount >= 0),
    opened_at timestamptz NOT NULL,
    low_since timestamptz,
    CONSTRAINT uq_allowance_subject_id_kind UNIQUE (subject_id, kind),
    CONSTRAINT ck_allowance_spread CHECK (spread BETWEEN 1 AND slices),
    CONSTRAINT ck_allowance_limit_of_credit CHECK ((kind = 'CREDIT') = (limit_amount IS NOT NULL))
);

CREATE TABLE allowance_slice (
    allowance_id uuid NOT NULL CONSTRAINT fk_allowance_slice_allowance_id REFERENCES allowance,
    number integer NOT NULL CONSTRAINT ck_allowance_slice_number CHECK (number >= 0),
    partner_id uuid NOT NULL,
    left_amount bigint NOT NULL CONSTRAINT ck_allowance_slice_never_overdrawn CHECK (left_amount >= 0),
    CONSTRAINT pk_allowance_slice PRIMARY KEY (allowance_id, number)
) WITH (fillfactor = 20);

-- What was put into an allowance, or taken out of it otherwise than by postings.
CREATE TABLE allowance_change (
    change_id uuid CONSTRAINT pk_allowance_change PRIMARY KEY,
    allowance_id uuid NOT NULL CONSTRAINT fk_allowance_change_allowance_id REFERENCES allowance,
    partner_id uuid NOT NULL,
    amount bigint NOT NULL,
    reason varchar NOT NULL
        CONSTRAINT ck_allowance_change_reason CHECK (reason IN ('OPENED', 'PACK', 'REFUND', 'LIMIT', 'EXPOSURE')),
    changed_at timestamptz NOT NULL,
    changed_by uuid
);
CREATE INDEX ix_allowance_change_allowance_id_changed_at ON allowance_change (allowance_id, changed_at);

-- What a lot drew, and what a return of its goods gave back (less than nothing): points, and the amount in the allowance's unit.
-- No foreign key: a wallet's tables may be on another machine than allowances.
CREATE TABLE allowance_draw (
    wallet_id uuid NOT NULL,
    lot_id uuid NOT NULL,
    allowance_id uuid NOT NULL,
    entry_id uuid NOT NULL,
    partner_id uuid NOT NULL,
    cycle_id uuid NOT NULL,
    points bigint NOT NULL,
    amount bigint NOT NULL,
    drawn_at timestamptz NOT NULL,
    CONSTRAINT pk_allowance_draw PRIMARY KEY (wallet_id, lot_id, allowance_id, entry_id),
    CONSTRAINT ck_allowance_draw_one_way CHECK (points <> 0 AND sign(amount) IN (0, sign(points)))
);
CREATE INDEX ix_allowance_draw_allowance_id_cycle_id ON allowance_draw (allowance_id, cycle_id);

-- An award that its sponsor could not fund wholly: what the basket earned, and what was given of it.
CREATE TABLE award_cut (
    wallet_id uuid NOT NULL,
    lot_id uuid NOT NULL,
    entry_id uuid NOT NULL,
    partner_id uuid NOT NULL,
    sponsor_id uuid NOT NULL,
    campaign_id uuid,
    campaign_version integer,
    points bigint NOT NULL,
    given bigint NOT NULL,
    why varchar NOT NULL
        CONSTRAINT ck_award_cut_why CHECK (why IN ('ISSUANCE_STOPPED', 'PREPAID_USED_UP', 'CREDIT_LIMIT_REACHED')),
    cut_at timestamptz NOT NULL,
    CONSTRAINT pk_award_cut PRIMARY KEY (wallet_id, lot_id),
    CONSTRAINT ck_award_cut_given CHECK (given >= 0 AND given < points)
);
CREATE INDEX ix_award_cut_wallet_id_entry_id ON award_cut (wallet_id, entry_id);
CREATE INDEX ix_award_cut_sponsor_id_cut_at ON award_cut (sponsor_id, cut_at);

CREATE TRIGGER allowance_draw_is_history BEFORE UPDATE OR DELETE ON allowance_draw
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_history();
CREATE TRIGGER allowance_change_is_history BEFORE UPDATE OR DELETE ON allowance_change
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_history();
CREATE TRIGGER award_cut_is_history BEFORE UPDATE OR DELETE ON award_cut
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_history();

-- Packs of points that a partner ordered and pays before it awards them. The price is that of the order.
CREATE TABLE prepaid_pack (
    pack_id uuid CONSTRAINT pk_prepaid_pack PRIMARY KEY,
    partner_id uuid NOT NULL CONSTRAINT fk_prepaid_pack_partner_id REFERENCES partner,
    number integer NOT NULL,
    contract_id uuid NOT NULL CONSTRAINT fk_prepaid_pack_contract_id REFERENCES contract,
    packs integer NOT NULL,
    points bigint NOT NULL,
    price numeric NOT NULL,
    net numeric NOT NULL,
    tax numeric NOT NULL,
    gross numeric NOT NULL,
    currency varchar NOT NULL,
    reference varchar NOT NULL,
    idempotency_key varchar NOT NULL,
    fingerprint bytea NOT NULL,
    ordered_at timestamptz NOT NULL,
    ordered_by uuid,
    noted_at timestamptz,
    noted_by uuid,
    bank_note varchar,
    bank_entry_id uuid,
    paid_at timestamptz,
    paid_by uuid,
    cycle_id uuid CONSTRAINT fk_prepaid_pack_cycle_id REFERENCES cycle,
    cancelled_at timestamptz,
    cancelled_by uuid,
    CONSTRAINT uq_prepaid_pack_partner_id_number UNIQUE (partner_id, number),
    CONSTRAINT uq_prepaid_pack_partner_id_idempotency_key UNIQUE (partner_id, idempotency_key),
    CONSTRAINT uq_prepaid_pack_reference UNIQUE (reference),
    CONSTRAINT ck_prepaid_pack_number CHECK (number BETWEEN 1 AND 99999),
    CONSTRAINT ck_prepaid_pack_points CHECK (packs > 0 AND points > 0),
    CONSTRAINT ck_prepaid_pack_gross CHECK (least(price, net, tax) >= 0 AND gross = net + tax),
    CONSTRAINT ck_prepaid_pack_noted CHECK (num_nonnulls(noted_at, noted_by, bank_note) IN (0, 3)),
    CONSTRAINT ck_prepaid_pack_second_person CHECK (paid_by <> noted_by),
    CONSTRAINT ck_prepaid_pack_paid CHECK ((paid_at IS NULL) = (cycle_id IS NULL)
        AND (paid_at IS NULL) = (num_nonnulls(paid_by, bank_entry_id) = 0) AND (paid_by IS NULL OR noted_by IS NOT NULL)),
    CONSTRAINT ck_prepaid_pack_paid_or_cancelled CHECK (paid_at IS NULL OR cancelled_at IS NULL)
);

-- What is left of a partner's packs is given back: asked for by one person, agreed to by another, in the cycle that is open then.
CREATE TABLE prepaid_refund (
    refund_id uuid CONSTRAINT pk_prepaid_refund PRIMARY KEY,
    partner_id uuid NOT NULL CONSTRAINT fk_prepaid_refund_partner_id REFERENCES partner,
    note varchar NOT NULL,
    asked_by uuid NOT NULL,
    asked_at timestamptz NOT NULL,
    agreed_by uuid,
    agreed_at timestamptz,
    points bigint CONSTRAINT ck_prepaid_refund_points CHECK (points > 0),
    cycle_id uuid CONSTRAINT fk_prepaid_refund_cycle_id REFERENCES cycle,
    CONSTRAINT ck_prepaid_refund_second_person CHECK (agreed_by <> asked_by),
    CONSTRAINT ck_prepaid_refund_agreed CHECK (num_nonnulls(agreed_by, agreed_at, points, cycle_id) IN (0, 4))
);
CREATE UNIQUE INDEX uq_prepaid_refund_asked ON prepaid_refund (partner_id) WHERE agreed_at IS NULL;
