-- A file for a bank or from one, as it was, byte for byte.
CREATE TABLE bank_file (
    file_id uuid NOT NULL,
    kind varchar NOT NULL,
    message_id varchar NOT NULL,
    partner_id uuid,
    cycle_id uuid,
    content bytea NOT NULL,
    sha256 bytea NOT NULL,
    payments integer,
    control_sum numeric,
    made_by uuid,
    made_at timestamptz NOT NULL,
    CONSTRAINT pk_bank_file PRIMARY KEY (file_id),
    CONSTRAINT ck_bank_file_kind CHECK (kind IN ('PAIN_001', 'PAIN_002', 'CAMT_053')),
    CONSTRAINT ck_bank_file_sha256 CHECK (sha256 = sha256(content)),
    CONSTRAINT ck_bank_file_order CHECK ((kind = 'PAIN_001') = (num_nonnulls(payments, control_sum) = 2) AND (payments > 0) IS NOT FALSE),
    CONSTRAINT fk_bank_file_partner_id FOREIGN KEY(partner_id) REFERENCES partner (partner_id),
    CONSTRAINT fk_bank_file_cycle_id FOREIGN KEY(cycle_id) REFERENCES cycle (cycle_id)
);
CREATE UNIQUE INDEX uq_bank_file_content ON bank_file (kind, sha256);
CREATE UNIQUE INDEX uq_bank_file_order ON bank_file (message_id) WHERE kind = 'PAIN_001';

-- What one party pays another so that a cycle is settled; a party of None is the operator.
CREATE TABLE payment (
    payment_id uuid NOT NULL,
    cycle_id uuid NOT NULL,
    kind varchar NOT NULL,
    plan varchar NOT NULL,
    payer_id uuid,
    payee_id uuid,
    amount numeric NOT NULL,
    currency varchar NOT NULL,
    reference varchar NOT NULL,
    due_on date NOT NULL,
    state varchar NOT NULL,
    paid numeric NOT NULL,
    written_off numeric NOT NULL,
    instructed_by uuid NOT NULL,
    released_by uuid,
    planned_at timestamptz NOT NULL,
    released_at timestamptz,
    ended_at timestamptz,
    reason varchar,
    changed_at timestamptz NOT NULL,
    reminded_at timestamptz,
    CONSTRAINT pk_payment PRIMARY KEY (payment_id),
    CONSTRAINT uq_payment_reference UNIQUE (reference),
    CONSTRAINT ck_payment_kind CHECK (kind IN ('SETTLEMENT', 'PAY_BACK')),
    CONSTRAINT ck_payment_plan CHECK (plan IN ('THROUGH_OPERATOR', 'PEER_TO_PEER')),
    CONSTRAINT ck_payment_state CHECK (state IN ('PLANNED', 'INSTRUCTED', 'PART_PAID', 'PAID', 'RETURNED', 'WRITTEN_OFF')),
    CONSTRAINT ck_payment_two_parties CHECK (payer_id IS DISTINCT FROM payee_id),
    CONSTRAINT ck_payment_not_negative CHECK (amount > 0 AND paid >= 0 AND written_off >= 0),
    CONSTRAINT ck_payment_never_more_than_all CHECK (paid + written_off <= amount),
    CONSTRAINT ck_payment_paid CHECK ((state = 'PAID') = (paid = amount)),
    CONSTRAINT ck_payment_ended CHECK ((state = 'WRITTEN_OFF') = (written_off > 0 AND paid + written_off = amount)),
    CONSTRAINT ck_payment_written_off CHECK ((written_off > 0) <= (state = 'WRITTEN_OFF')),
    CONSTRAINT ck_payment_ended_at CHECK ((state IN ('PAID', 'WRITTEN_OFF')) = (ended_at IS NOT NULL)),
    CONSTRAINT ck_payment_second_person CHECK (released_by <> instructed_by),
    CONSTRAINT ck_payment_released CHECK ((released_by IS NULL) = (released_at IS NULL)),
    CONSTRAINT fk_payment_cycle_id FOREIGN KEY(cycle_id) REFERENCES cycle (cycle_id),
    CONSTRAINT fk_payment_payer_id FOREIGN KEY(payer_id) REFERENCES partner (partner_id),
    CONSTRAINT fk_payment_payee_id FOREIGN KEY(payee_id) REFERENCES partner (partner_id)
);
CREATE INDEX ix_payment_cycle_id ON payment (cycle_id);
CREATE INDEX ix_payment_payee_id ON payment (payee_id);
CREATE INDEX ix_payment_payer_id ON payment (payer_id);

-- A payment in an order to a bank; a further attempt needs the one before to have failed.
CREATE TABLE payment_instruction (
    payment_id uuid NOT NULL,
    attempt integer NOT NULL,
    file_id uuid NOT NULL,
    payer_id uuid,
    amount numeric NOT NULL,
    state varchar NOT NULL,
    reason varchar,
    answered_at timestamptz,
    CONSTRAINT pk_payment_instruction PRIMARY KEY (payment_id, attempt),
    CONSTRAINT ck_payment_instruction_state CHECK (state IN ('SENT', 'ACCEPTED', 'REJECTED')),
    CONSTRAINT ck_payment_instruction_positive CHECK (attempt > 0 AND amount > 0),
    CONSTRAINT ck_payment_instruction_answered CHECK ((state = 'SENT') = (answered_at IS NULL)),
    CONSTRAINT fk_payment_instruction_payment_id FOREIGN KEY(payment_id) REFERENCES payment (payment_id),
    CONSTRAINT fk_payment_instruction_file_id FOREIGN KEY(file_id) REFERENCES bank_file (file_id),
    CONSTRAINT fk_payment_instruction_payer_id FOREIGN KEY(payer_id) REFERENCES partner (partner_id)
);
CREATE INDEX ix_payment_instruction_file_id ON payment_instruction (file_id);

-- One statement of the operator's account: opening balance, entries, closing balance.
CREATE TABLE bank_statement (
    bank_statement_id uuid NOT NULL,
    file_id uuid NOT NULL,
    iban varchar NOT NULL,
    name varchar NOT NULL,
    sequence integer,
    page integer NOT NULL,
    currency varchar NOT NULL,
    opening numeric NOT NULL,
    closing numeric NOT NULL,
    closed_on date NOT NULL,
    entries integer NOT NULL,
    digest bytea NOT NULL,
    imported_by uuid,
    imported_at timestamptz NOT NULL,
    CONSTRAINT pk_bank_statement PRIMARY KEY (bank_statement_id),
    CONSTRAINT uq_bank_statement_iban_name_sequence_page UNIQUE NULLS NOT DISTINCT (iban, name, sequence, page),
    CONSTRAINT ck_bank_statement_not_negative CHECK (entries >= 0 AND page > 0),
    CONSTRAINT fk_bank_statement_file_id FOREIGN KEY(file_id) REFERENCES bank_file (file_id)
);
CREATE INDEX ix_bank_statement_iban_closed_on ON bank_statement (iban, closed_on);

-- One booked movement of a statement: an entry, or one transaction of a batch.
CREATE TABLE bank_entry (
    entry_id uuid NOT NULL,
    bank_statement_id uuid NOT NULL,
    number integer NOT NULL,
    direction varchar NOT NULL,
    amount numeric NOT NULL,
    currency varchar NOT NULL,
    takes_back boolean NOT NULL,
    booked_on date NOT NULL,
    value_on date,
    code varchar,
    end_to_end_id varchar,
    instruction_id varchar,
    creditor_reference varchar,
    remittance_text varchar,
    bank_reference varchar,
    supplementary_data varchar,
    order_id varchar,
    party_name varchar,
    party_iban varchar,
    reason varchar,
    outcome varchar NOT NULL,
    matched numeric NOT NULL,
    credited numeric NOT NULL,
    candidates jsonb NOT NULL,
    note varchar,
    CONSTRAINT pk_bank_entry PRIMARY KEY (entry_id),
    CONSTRAINT uq_bank_entry_bank_statement_id_number UNIQUE (bank_statement_id, number),
    CONSTRAINT ck_bank_entry_direction CHECK (direction IN ('IN', 'OUT')),
    CONSTRAINT ck_bank_entry_outcome CHECK (outcome IN ('MATCHED', 'AMBIGUOUS', 'UNMATCHED', 'OUT_OF_BAND')),
    CONSTRAINT ck_bank_entry_not_negative CHECK (amount >= 0 AND matched >= 0 AND credited >= 0),
    CONSTRAINT ck_bank_entry_never_more_than_all CHECK (matched + credited <= amount),
    CONSTRAINT ck_bank_entry_matched CHECK ((outcome = 'MATCHED') <= (matched + credited = amount)),
    CONSTRAINT ck_bank_entry_out_of_band CHECK (outcome <> 'OUT_OF_BAND' OR matched + credited = 0),
    CONSTRAINT fk_bank_entry_bank_statement_id FOREIGN KEY(bank_statement_id) REFERENCES bank_statement (bank_statement_id)
);
CREATE INDEX ix_bank_entry_waiting ON bank_entry (booked_on) WHERE outcome IN ('AMBIGUOUS', 'UNMATCHED');

-- So much of an entry belongs to a payment, or took it back.
CREATE TABLE bank_match (
    match_id uuid NOT NULL,
    entry_id uuid NOT NULL,
    payment_id uuid NOT NULL,
    amount numeric NOT NULL,
    takes_back boolean NOT NULL,
    place varchar NOT NULL,
    state varchar NOT NULL,
    matched_by uuid,
    matched_at timestamptz NOT NULL,
    confirmed_by uuid,
    confirmed_at timestamptz,
    undone_by uuid,
    undone_at timestamptz,
    note varchar,
    CONSTRAINT pk_bank_match PRIMARY KEY (match_id),
    CONSTRAINT ck_bank_match_amount_positive CHECK (amount > 0),
    CONSTRAINT ck_bank_match_state CHECK (state IN ('PROPOSED', 'STANDING', 'UNDONE')),
    CONSTRAINT ck_bank_match_second_person CHECK (confirmed_by <> matched_by),
    CONSTRAINT ck_bank_match_confirmed CHECK ((confirmed_by IS NULL) = (confirmed_at IS NULL)),
    CONSTRAINT ck_bank_match_by_somebody CHECK ((place = 'BY_HAND') = (matched_by IS NOT NULL)),
    CONSTRAINT ck_bank_match_undone CHECK ((state = 'UNDONE') = (undone_at IS NOT NULL)),
    CONSTRAINT fk_bank_match_entry_id FOREIGN KEY(entry_id) REFERENCES bank_entry (entry_id),
    CONSTRAINT fk_bank_match_payment_id FOREIGN KEY(payment_id) REFERENCES payment (payment_id)
);
CREATE INDEX ix_bank_match_payment_id ON bank_match (payment_id);
CREATE UNIQUE INDEX uq_bank_match_standing ON bank_match (entry_id, payment_id) WHERE state <> 'UNDONE';

-- Money that a partner paid too much: kept for it until two persons say what becomes of it.
CREATE TABLE partner_credit (
    credit_id uuid NOT NULL,
    partner_id uuid NOT NULL,
    entry_id uuid NOT NULL,
    payment_id uuid NOT NULL,
    amount numeric NOT NULL,
    currency varchar NOT NULL,
    state varchar NOT NULL,
    use varchar,
    asked_by uuid,
    asked_at timestamptz,
    agreed_by uuid,
    agreed_at timestamptz,
    adjustment_id uuid,
    pay_back_id uuid,
    arisen_at timestamptz NOT NULL,
    CONSTRAINT pk_partner_credit PRIMARY KEY (credit_id),
    CONSTRAINT ck_partner_credit_amount_positive CHECK (amount > 0),
    CONSTRAINT ck_partner_credit_state CHECK (state IN ('HELD', 'ASKED', 'ADJUSTED', 'PAID_BACK', 'TAKEN_BACK')),
    CONSTRAINT ck_partner_credit_use CHECK (use IN ('ADJUST', 'PAY_BACK')),
    CONSTRAINT ck_partner_credit_second_person CHECK (agreed_by <> asked_by),
    CONSTRAINT ck_partner_credit_agreed CHECK ((state IN ('ADJUSTED', 'PAID_BACK')) <= (agreed_by IS NOT NULL)),
    CONSTRAINT ck_partner_credit_asked CHECK ((asked_by IS NULL) = (asked_at IS NULL)),
    CONSTRAINT fk_partner_credit_partner_id FOREIGN KEY(partner_id) REFERENCES partner (partner_id),
    CONSTRAINT fk_partner_credit_entry_id FOREIGN KEY(entry_id) REFERENCES bank_entry (entry_id),
    CONSTRAINT fk_partner_credit_payment_id FOREIGN KEY(payment_id) REFERENCES payment (payment_id),
    CONSTRAINT fk_partner_credit_pay_back_id FOREIGN KEY(pay_back_id) REFERENCES payment (payment_id)
);
CREATE INDEX ix_partner_credit_entry_id ON partner_credit (entry_id);
CREATE INDEX ix_partner_credit_partner_id ON partner_credit (partner_id);

-- What is left of a payment is given up: asked for by one person, agreed to by another.
CREATE TABLE write_off (
    write_off_id uuid NOT NULL,
    payment_id uuid NOT NULL,
    amount numeric NOT NULL,
    reason varchar NOT NULL,
    asked_by uuid NOT NULL,
    asked_at timestamptz NOT NULL,
    agreed_by uuid,
    agreed_at timestamptz,
    dropped_by uuid,
    dropped_at timestamptz,
    adjustment_id uuid,
    CONSTRAINT pk_write_off PRIMARY KEY (write_off_id),
    CONSTRAINT ck_write_off_amount_positive CHECK (amount > 0),
    CONSTRAINT ck_write_off_second_person CHECK (agreed_by <> asked_by),
    CONSTRAINT ck_write_off_agreed CHECK ((agreed_by IS NULL) = (agreed_at IS NULL)),
    CONSTRAINT ck_write_off_agreed_or_dropped CHECK (num_nonnulls(agreed_at, dropped_at) <= 1),
    CONSTRAINT fk_write_off_payment_id FOREIGN KEY(payment_id) REFERENCES payment (payment_id)
);
CREATE UNIQUE INDEX uq_write_off_standing ON write_off (payment_id) WHERE dropped_at IS NULL;

-- The payee says that a payment between partners has arrived; the operator's bank cannot know.
CREATE TABLE payment_confirmation (
    payment_id uuid NOT NULL,
    partner_id uuid NOT NULL,
    received_on date NOT NULL,
    confirmed_by uuid NOT NULL,
    confirmed_at timestamptz NOT NULL,
    applied_at timestamptz,
    CONSTRAINT pk_payment_confirmation PRIMARY KEY (payment_id),
    CONSTRAINT fk_payment_confirmation_payment_id FOREIGN KEY(payment_id) REFERENCES payment (payment_id),
    CONSTRAINT fk_payment_confirmation_partner_id FOREIGN KEY(partner_id) REFERENCES partner (partner_id)
);
CREATE INDEX ix_payment_confirmation_applied_at ON payment_confirmation (applied_at) WHERE applied_at IS NULL;
