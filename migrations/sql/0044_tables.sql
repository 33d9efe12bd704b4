-- What makers tell of their products, what members have of them, and what is asked about them. A maker knows its articles by its own
-- numbers; shops' catalogues name the same by maker and bar code, or by maker and the same number.

CREATE TABLE product_information (
    information_id uuid NOT NULL,
    version integer NOT NULL CONSTRAINT ck_product_information_version CHECK (version > 0),
    partner_id uuid NOT NULL CONSTRAINT fk_product_information_partner_id REFERENCES partner,
    article varchar NOT NULL CONSTRAINT ck_product_information_article CHECK (length(article) BETWEEN 1 AND 64),
    gtin varchar,
    open boolean NOT NULL,
    terms jsonb NOT NULL,
    told_at timestamptz NOT NULL,
    until timestamptz,
    CONSTRAINT pk_product_information PRIMARY KEY (information_id, version),
    CONSTRAINT uq_product_information_partner_id_article_version UNIQUE (partner_id, article, version)
);
CREATE UNIQUE INDEX uq_product_information_standing ON product_information (partner_id, article) WHERE until IS NULL;

CREATE TABLE product_recall (
    recall_id uuid NOT NULL,
    partner_id uuid NOT NULL CONSTRAINT fk_product_recall_partner_id REFERENCES partner,
    article varchar NOT NULL,
    gtin varchar,
    lots varchar[] NOT NULL,
    bought_from timestamptz,
    bought_until timestamptz,
    names jsonb NOT NULL,
    words jsonb NOT NULL,
    announced_at timestamptz NOT NULL,
    after uuid NOT NULL,
    told integer NOT NULL,
    finished_at timestamptz,
    idempotency_key varchar NOT NULL,
    CONSTRAINT pk_product_recall PRIMARY KEY (recall_id),
    CONSTRAINT uq_product_recall_partner_id_idempotency_key UNIQUE (partner_id, idempotency_key),
    CONSTRAINT ck_product_recall_bought CHECK (bought_from < bought_until)
);
CREATE INDEX ix_product_recall_partner_id_article ON product_recall (partner_id, article);
CREATE INDEX ix_product_recall_unfinished ON product_recall (announced_at) WHERE finished_at IS NULL;

CREATE TABLE product_serial (
    partner_id uuid NOT NULL CONSTRAINT fk_product_serial_partner_id REFERENCES partner,
    digest bytea NOT NULL,
    article varchar NOT NULL,
    lot varchar,
    listed_at timestamptz NOT NULL,
    CONSTRAINT pk_product_serial PRIMARY KEY (partner_id, digest)
);

CREATE TABLE registration (
    registration_id uuid NOT NULL,
    wallet_id uuid NOT NULL,
    member_id uuid NOT NULL,
    partner_id uuid NOT NULL CONSTRAINT fk_registration_partner_id REFERENCES partner,
    article varchar NOT NULL,
    information_id uuid NOT NULL,
    version integer NOT NULL,
    state varchar NOT NULL CONSTRAINT ck_registration_state CHECK (state IN ('ACTIVE', 'ENDED')),
    ended varchar CONSTRAINT ck_registration_ended CHECK (ended IN ('RETURNED', 'TRANSFERRED', 'GIVEN_UP')),
    serial bytea,
    serial_ends varchar,
    lot varchar,
    verified boolean NOT NULL,
    through uuid CONSTRAINT fk_registration_through REFERENCES partner,
    registered_at timestamptz NOT NULL,
    bought_at timestamptz NOT NULL,
    purchase_wallet_id uuid,
    purchase_entry_id uuid,
    line integer,
    warranty_until timestamptz,
    ended_at timestamptz,
    action_key varchar NOT NULL,
    action_entry uuid,
    settled_at timestamptz,
    taken_back_at timestamptz,
    offer bytea,
    offered_until timestamptz,
    came_from uuid,
    CONSTRAINT pk_registration PRIMARY KEY (registration_id),
    CONSTRAINT ck_registration_over CHECK ((state = 'ENDED') = (ended IS NOT NULL) AND (state = 'ENDED') = (ended_at IS NOT NULL)),
    CONSTRAINT ck_registration_proof CHECK (num_nonnulls(purchase_wallet_id, purchase_entry_id, line) IN (0, 3)),
    CONSTRAINT ck_registration_serial CHECK (num_nonnulls(serial, serial_ends) IN (0, 2)),
    CONSTRAINT ck_registration_offer CHECK (num_nonnulls(offer, offered_until) IN (0, 2))
);
CREATE UNIQUE INDEX uq_registration_serial ON registration (partner_id, serial) WHERE state = 'ACTIVE' AND serial IS NOT NULL;
CREATE UNIQUE INDEX uq_registration_plain ON registration (member_id, partner_id, article)
    WHERE state = 'ACTIVE' AND serial IS NULL AND purchase_entry_id IS NULL;
CREATE UNIQUE INDEX uq_registration_offer ON registration (offer) WHERE offer IS NOT NULL;
CREATE INDEX ix_registration_member_id ON registration (member_id);
CREATE INDEX ix_registration_partner_id_article ON registration (partner_id, article);
CREATE INDEX ix_registration_purchase ON registration (purchase_wallet_id, purchase_entry_id) WHERE purchase_entry_id IS NOT NULL;
CREATE INDEX ix_registration_returned ON registration (registration_id)
    WHERE ended = 'RETURNED' AND action_entry IS NOT NULL AND taken_back_at IS NULL;
CREATE INDEX ix_registration_unsettled ON registration (registration_id) WHERE settled_at IS NULL;

CREATE TABLE case_route (
    partner_id uuid CONSTRAINT fk_case_route_partner_id REFERENCES partner,
    kind varchar NOT NULL CONSTRAINT ck_case_route_kind CHECK (kind IN ('QUESTION', 'HOTLINE', 'COMPLAINT', 'WARRANTY')),
    answers varchar NOT NULL CONSTRAINT ck_case_route_answers CHECK (answers IN ('MAKER', 'SHOP', 'COALITION')),
    route_id uuid NOT NULL,
    changed_at timestamptz NOT NULL,
    CONSTRAINT pk_case_route PRIMARY KEY (route_id)
);
CREATE UNIQUE INDEX uq_case_route_whose ON case_route (partner_id, kind) NULLS NOT DISTINCT;

CREATE TABLE service_hours (
    hours_id uuid NOT NULL,
    partner_id uuid CONSTRAINT fk_service_hours_partner_id REFERENCES partner,
    since timestamptz NOT NULL,
    terms jsonb NOT NULL,
    CONSTRAINT pk_service_hours PRIMARY KEY (hours_id)
);
CREATE INDEX ix_service_hours_partner_id_since ON service_hours (partner_id, since);

-- Its text is sealed under a key of its own, and that under the member's, where there is one (key_of): who forgets the member forgets it.
CREATE TABLE service_case (
    case_id uuid NOT NULL,
    kind varchar NOT NULL CONSTRAINT ck_service_case_kind CHECK (kind IN ('QUESTION', 'HOTLINE', 'COMPLAINT', 'WARRANTY')),
    state varchar NOT NULL CONSTRAINT ck_service_case_state CHECK (state IN ('OPEN', 'WAITING', 'ANSWERED', 'CLOSED')),
    opened_at timestamptz NOT NULL,
    opened_by uuid CONSTRAINT fk_service_case_opened_by REFERENCES partner,
    idempotency_key varchar NOT NULL,
    fingerprint bytea NOT NULL,
    key_of uuid,
    sealed_key bytea,
    wallet_id uuid,
    member_id uuid,
    parties uuid[] NOT NULL,
    handler_id uuid CONSTRAINT fk_service_case_handler_id REFERENCES partner,
    maker_id uuid CONSTRAINT fk_service_case_maker_id REFERENCES partner,
    article varchar,
    registration_id uuid,
    purchase_wallet_id uuid,
    purchase_entry_id uuid,
    coverage varchar CONSTRAINT ck_service_case_coverage
        CHECK (coverage IN ('COVERED', 'NO_TERMS', 'EXPIRED', 'RETURNED', 'TRANSFERRED', 'NOT_REGISTERED')),
    steps integer NOT NULL,
    turns integer NOT NULL,
    changed_at timestamptz NOT NULL,
    closed_at timestamptz,
    reopen_until timestamptz,
    CONSTRAINT pk_service_case PRIMARY KEY (case_id),
    CONSTRAINT ck_service_case_closed CHECK ((state = 'CLOSED') = (closed_at IS NOT NULL)),
    CONSTRAINT ck_service_case_member CHECK (num_nonnulls(wallet_id, member_id) IN (0, 2)),
    CONSTRAINT ck_service_case_steps CHECK (steps > 0 AND turns > 0)
);
CREATE UNIQUE INDEX uq_service_case_key_partner ON service_case (opened_by, idempotency_key) WHERE opened_by IS NOT NULL;
CREATE UNIQUE INDEX uq_service_case_key_member ON service_case (member_id, idempotency_key) WHERE opened_by IS NULL;
CREATE INDEX ix_service_case_member_id ON service_case (member_id);
CREATE INDEX ix_service_case_parties ON service_case USING gin (parties);
CREATE INDEX ix_service_case_handler_id ON service_case (handler_id, case_id) WHERE state <> 'CLOSED';

CREATE TABLE case_message (
    case_id uuid NOT NULL CONSTRAINT fk_case_message_case_id REFERENCES service_case,
    number integer NOT NULL,
    kind varchar NOT NULL CONSTRAINT ck_case_message_kind CHECK (kind IN ('MESSAGE', 'NOTE', 'HANDED_OVER', 'CLOSED', 'REOPENED', 'GOODWILL')),
    side varchar NOT NULL CONSTRAINT ck_case_message_side CHECK (side IN ('MEMBER', 'SHOP', 'MAKER', 'COALITION')),
    by_partner_id uuid CONSTRAINT fk_case_message_by_partner_id REFERENCES partner,
    by_person_id uuid,
    said_at timestamptz NOT NULL,
    sealed bytea,
    subject_id uuid,
    idempotency_key varchar NOT NULL,
    CONSTRAINT pk_case_message PRIMARY KEY (case_id, number),
    CONSTRAINT uq_case_message_case_id_idempotency_key UNIQUE (case_id, idempotency_key)
);

-- From when to when somebody had to answer, by its own hours of then; times in seconds of those hours.
CREATE TABLE case_turn (
    case_id uuid NOT NULL CONSTRAINT fk_case_turn_case_id REFERENCES service_case,
    number integer NOT NULL,
    handler_id uuid CONSTRAINT fk_case_turn_handler_id REFERENCES partner,
    hours jsonb NOT NULL,
    began_at timestamptz NOT NULL,
    answer_due_at timestamptz NOT NULL,
    answered_at timestamptz,
    answered_in bigint,
    resolve_due_at timestamptz NOT NULL,
    waiting_since timestamptz,
    waited bigint NOT NULL,
    resolved_at timestamptz,
    resolved_in bigint,
    ended_at timestamptz,
    told_late varchar,
    CONSTRAINT pk_case_turn PRIMARY KEY (case_id, number),
    CONSTRAINT ck_case_turn_answered CHECK (num_nonnulls(answered_at, answered_in) IN (0, 2)),
    CONSTRAINT ck_case_turn_resolved CHECK (num_nonnulls(resolved_at, resolved_in) IN (0, 2)),
    CONSTRAINT ck_case_turn_told CHECK (told_late IN ('ANSWER', 'RESOLVE')),
    CONSTRAINT ck_case_turn_waited CHECK (waited >= 0)
);
CREATE INDEX ix_case_turn_open ON case_turn (answer_due_at) WHERE ended_at IS NULL;
CREATE INDEX ix_case_turn_handler_id_began_at ON case_turn (handler_id, began_at);
