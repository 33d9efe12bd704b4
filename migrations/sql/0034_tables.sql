-- Tiers: programmes and their versions; what standings rest on, standings, and their history; status points of a partner. As everywhere
-- in a wallet's tables: keys begin with wallet_id, and no foreign key leaves a wallet.

CREATE TABLE tier_programme (
    programme_id uuid CONSTRAINT pk_tier_programme PRIMARY KEY,
    partner_id uuid CONSTRAINT fk_tier_programme_partner_id REFERENCES partner,
    name varchar NOT NULL CONSTRAINT ck_tier_programme_name CHECK (length(name) BETWEEN 1 AND 80),
    state varchar NOT NULL CONSTRAINT ck_tier_programme_state CHECK (state IN ('DRAFT', 'LIVE', 'ENDED')),
    made_at timestamptz NOT NULL,
    ended_at timestamptz,
    CONSTRAINT ck_tier_programme_ended CHECK ((state = 'ENDED') = (ended_at IS NOT NULL))
);
CREATE UNIQUE INDEX uq_tier_programme_one ON tier_programme (partner_id) NULLS NOT DISTINCT WHERE state <> 'ENDED';

CREATE TABLE tier_version (
    programme_id uuid NOT NULL CONSTRAINT fk_tier_version_programme_id REFERENCES tier_programme,
    version integer NOT NULL,
    partner_id uuid,
    terms jsonb NOT NULL,
    made_at timestamptz NOT NULL,
    published_at timestamptz,
    applies_from timestamptz,
    CONSTRAINT pk_tier_version PRIMARY KEY (programme_id, version),
    CONSTRAINT ck_tier_version_published CHECK ((published_at IS NULL) = (applies_from IS NULL))
);
CREATE UNIQUE INDEX uq_tier_version_draft ON tier_version (programme_id) WHERE published_at IS NULL;

-- Why a member has a tier, from when, until when. Several may hold at once; the highest counts.
CREATE TABLE tier_ground (
    wallet_id uuid NOT NULL,
    member_id uuid NOT NULL,
    programme_id uuid NOT NULL,
    ground_id uuid NOT NULL,
    partner_id uuid,
    tier varchar NOT NULL,
    why varchar NOT NULL CONSTRAINT ck_tier_ground_why CHECK (why IN ('EARNED', 'LANDED', 'INVITED', 'MATCHED')),
    version integer NOT NULL,
    since timestamptz NOT NULL,
    until timestamptz,
    window_from timestamptz,
    window_to timestamptz,
    carried_until timestamptz,
    threshold bigint,
    amount bigint,
    reason varchar,
    taken_back_at timestamptz,
    CONSTRAINT pk_tier_ground PRIMARY KEY (wallet_id, member_id, programme_id, ground_id),
    CONSTRAINT ck_tier_ground_until CHECK (until > since),
    CONSTRAINT ck_tier_ground_evidence CHECK ((why IN ('EARNED', 'LANDED')) = (threshold IS NOT NULL)
        AND (threshold IS NULL) = (window_from IS NULL) AND (threshold IS NULL) = (window_to IS NULL)),
    CONSTRAINT ck_tier_ground_reason CHECK ((why IN ('INVITED', 'MATCHED')) = (reason IS NOT NULL))
);

CREATE TABLE tier_standing (
    wallet_id uuid NOT NULL,
    member_id uuid NOT NULL,
    programme_id uuid NOT NULL,
    partner_id uuid,
    tier varchar,
    since timestamptz NOT NULL,
    until timestamptz,
    why varchar NOT NULL,
    evidence jsonb NOT NULL,
    steps integer NOT NULL,
    looked_at timestamptz NOT NULL,
    due_at timestamptz,
    CONSTRAINT pk_tier_standing PRIMARY KEY (wallet_id, member_id, programme_id)
) WITH (fillfactor = 85);
CREATE INDEX ix_tier_standing_due ON tier_standing (due_at) WHERE due_at IS NOT NULL;

-- Each change of a standing, as it took effect.
CREATE TABLE tier_step (
    wallet_id uuid NOT NULL,
    member_id uuid NOT NULL,
    programme_id uuid NOT NULL,
    number integer NOT NULL,
    partner_id uuid,
    was varchar,
    tier varchar,
    since timestamptz NOT NULL,
    until timestamptz,
    why varchar NOT NULL CONSTRAINT ck_tier_step_why CHECK (why IN ('EARNED', 'LANDED', 'INVITED', 'MATCHED', 'TERM_OVER',
        'TAKEN_BACK', 'BASE')),
    evidence jsonb NOT NULL,
    noted_at timestamptz NOT NULL,
    CONSTRAINT pk_tier_step PRIMARY KEY (wallet_id, member_id, programme_id, number)
);

-- A partner's own status points: what a purchase or an action counts for, and what returns take away. They are never money.
CREATE TABLE status_points (
    wallet_id uuid NOT NULL,
    programme_id uuid NOT NULL,
    entry_id uuid NOT NULL,
    member_id uuid NOT NULL,
    partner_id uuid,
    refers_to uuid NOT NULL,
    kind varchar NOT NULL CONSTRAINT ck_status_points_kind CHECK (kind IN ('PURCHASE', 'ACTION', 'RETURN')),
    points bigint NOT NULL,
    version integer NOT NULL,
    occurred_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL,
    CONSTRAINT pk_status_points PRIMARY KEY (wallet_id, programme_id, entry_id)
);

-- All members looked at again: how far it has come, kept with what it wrote, so that it goes on where it broke off.
CREATE TABLE tier_run (
    run_id uuid CONSTRAINT pk_tier_run PRIMARY KEY,
    programme_id uuid NOT NULL CONSTRAINT fk_tier_run_programme_id REFERENCES tier_programme,
    version integer NOT NULL,
    partner_id uuid,
    at timestamptz NOT NULL,
    upto uuid,
    wallets bigint NOT NULL,
    changed bigint NOT NULL,
    finished_at timestamptz
);
CREATE UNIQUE INDEX uq_tier_run_under_way ON tier_run (programme_id) WHERE finished_at IS NULL;

-- Until when the worker has seen to it that every posting was looked at.
CREATE TABLE tier_watch (
    single boolean CONSTRAINT pk_tier_watch PRIMARY KEY DEFAULT true CONSTRAINT ck_tier_watch_one CHECK (single),
    watched_until timestamptz NOT NULL
);
