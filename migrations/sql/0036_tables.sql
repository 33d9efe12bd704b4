-- What members and partners' people are told. A message keeps what it is about; its words are found when it is read or mailed.

-- Something happened of which somebody may have to be told: written in the transaction that made it happen, gone in the one that
-- tells of it. So nothing is missed and nothing told twice, whoever dies in between, and no order of commits matters.
CREATE TABLE message_cue (
    cue_id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT pk_message_cue PRIMARY KEY,
    kind varchar NOT NULL CONSTRAINT ck_message_cue_kind CHECK (kind IN ('ENTRY', 'JOINED', 'CONSENT', 'VOUCHER', 'TIER',
        'REFERRAL', 'EVENT', 'LOOK')),
    wallet_id uuid,
    member_id uuid,
    partner_id uuid,
    subject_id uuid,
    detail varchar,
    occurred_at timestamptz NOT NULL
);

CREATE TABLE message (
    wallet_id uuid NOT NULL,
    message_id uuid NOT NULL,
    member_id uuid NOT NULL,
    topic varchar NOT NULL,
    subject varchar NOT NULL,
    partner_id uuid,
    params jsonb NOT NULL,
    words jsonb,
    inbox boolean NOT NULL,
    occurred_at timestamptz NOT NULL,
    written_at timestamptz NOT NULL,
    read_at timestamptz,
    mail varchar NOT NULL CONSTRAINT ck_message_mail CHECK (mail IN ('NONE', 'WANTED', 'PLANNED')),
    mail_id uuid,
    CONSTRAINT pk_message PRIMARY KEY (wallet_id, message_id),
    CONSTRAINT uq_message_wallet_id_member_id_topic_subject UNIQUE (wallet_id, member_id, topic, subject),
    CONSTRAINT ck_message_planned CHECK ((mail = 'PLANNED') = (mail_id IS NOT NULL))
);
CREATE INDEX ix_message_inbox ON message (wallet_id, member_id, written_at, message_id) WHERE inbox;
CREATE INDEX ix_message_wanted ON message (written_at) WHERE mail = 'WANTED';
CREATE INDEX ix_message_mail_id ON message (mail_id) WHERE mail_id IS NOT NULL;

-- What a member wants to be told, and when; what it did not say is as topics have it.
CREATE TABLE message_preference (
    wallet_id uuid NOT NULL,
    member_id uuid NOT NULL,
    ways jsonb NOT NULL,
    digest boolean NOT NULL,
    quiet_from time,
    quiet_until time,
    time_zone varchar,
    language varchar CONSTRAINT ck_message_preference_language CHECK (language IN ('en', 'lv', 'bg', 'fi', 'hu')),
    changed_at timestamptz NOT NULL,
    CONSTRAINT pk_message_preference PRIMARY KEY (wallet_id, member_id),
    CONSTRAINT ck_message_preference_quiet CHECK ((quiet_from IS NULL) = (quiet_until IS NULL) AND quiet_from <> quiet_until)
);

-- Addresses whose owners have shown that mail reaches them, as keyed hashes; and those that a mail server refused for good.
CREATE TABLE message_address (
    wallet_id uuid NOT NULL,
    member_id uuid NOT NULL,
    lookup bytea NOT NULL,
    verified_at timestamptz NOT NULL,
    refused_at timestamptz,
    refusal varchar,
    CONSTRAINT pk_message_address PRIMARY KEY (wallet_id, member_id, lookup),
    CONSTRAINT ck_message_address_refusal CHECK ((refused_at IS NULL) = (refusal IS NULL))
);

-- A mail on its way, to a member or to a person of a partner's.
CREATE TABLE message_mail (
    mail_id uuid CONSTRAINT pk_message_mail PRIMARY KEY,
    wallet_id uuid,
    member_id uuid,
    partner_id uuid CONSTRAINT fk_message_mail_partner_id REFERENCES partner,
    person_id uuid,
    message_id uuid,
    digest boolean NOT NULL,
    state varchar NOT NULL CONSTRAINT ck_message_mail_state
        CHECK (state IN ('WAITING', 'TAKEN', 'SENDING', 'SENT', 'UNCLEAR', 'REFUSED', 'GIVEN_UP', 'DROPPED')),
    due_at timestamptz NOT NULL,
    again_at timestamptz,
    attempts integer NOT NULL,
    taken_at timestamptz,
    finished_at timestamptz,
    problem varchar,
    made_at timestamptz NOT NULL,
    CONSTRAINT ck_message_mail_to_one CHECK (num_nonnulls(member_id, person_id) = 1 AND (member_id IS NULL) = (wallet_id IS NULL)
        AND (person_id IS NULL) = (message_id IS NULL)),
    CONSTRAINT ck_message_mail_attempts CHECK (attempts >= 0),
    CONSTRAINT ck_message_mail_finished CHECK ((state IN ('WAITING', 'TAKEN', 'SENDING')) = (finished_at IS NULL))
);
CREATE INDEX ix_message_mail_due ON message_mail (due_at) WHERE state = 'WAITING';
CREATE INDEX ix_message_mail_taken ON message_mail (taken_at) WHERE state IN ('TAKEN', 'SENDING');
CREATE INDEX ix_message_mail_made_at ON message_mail (made_at);
CREATE UNIQUE INDEX uq_message_mail_digest ON message_mail (wallet_id, member_id) WHERE digest AND state = 'WAITING';
CREATE UNIQUE INDEX uq_message_mail_person ON message_mail (message_id, person_id) WHERE person_id IS NOT NULL;

-- A partner's own words for what it tells members; each set of them a new row in place of the one before.
CREATE TABLE message_template (
    partner_id uuid NOT NULL CONSTRAINT fk_message_template_partner_id REFERENCES partner,
    topic varchar NOT NULL,
    language varchar NOT NULL CONSTRAINT ck_message_template_language CHECK (language IN ('en', 'lv', 'bg', 'fi', 'hu')),
    subject varchar NOT NULL CONSTRAINT ck_message_template_subject CHECK (length(subject) BETWEEN 1 AND 120),
    text varchar NOT NULL CONSTRAINT ck_message_template_text CHECK (length(text) BETWEEN 1 AND 2000),
    changed_at timestamptz NOT NULL,
    CONSTRAINT pk_message_template PRIMARY KEY (partner_id, topic, language)
);

CREATE TABLE partner_message (
    message_id uuid CONSTRAINT pk_partner_message PRIMARY KEY,
    partner_id uuid NOT NULL CONSTRAINT fk_partner_message_partner_id REFERENCES partner,
    topic varchar NOT NULL,
    subject varchar NOT NULL,
    params jsonb NOT NULL,
    occurred_at timestamptz NOT NULL,
    written_at timestamptz NOT NULL,
    mailed boolean NOT NULL,
    CONSTRAINT uq_partner_message_partner_id_topic_subject UNIQUE (partner_id, topic, subject)
);
CREATE INDEX ix_partner_message_partner_id_written_at ON partner_message (partner_id, written_at, message_id);
CREATE INDEX ix_partner_message_unmailed ON partner_message (written_at) WHERE NOT mailed;

-- Topics of which a person of a partner's wants no mail.
CREATE TABLE message_person (
    person_id uuid CONSTRAINT pk_message_person PRIMARY KEY,
    partner_id uuid NOT NULL CONSTRAINT fk_message_person_partner_id REFERENCES partner,
    unmailed text[] NOT NULL,
    changed_at timestamptz NOT NULL
);

-- A look over many wallets: how far it has come, so that whoever dies leaves no more than a step to be done again.
CREATE TABLE message_look (
    kind varchar NOT NULL CONSTRAINT ck_message_look_kind CHECK (kind IN ('EXPIRING', 'LEAVING', 'ENDING', 'VOUCHERS')),
    subject varchar NOT NULL,
    partner_id uuid,
    days integer,
    looks_at timestamptz NOT NULL,
    after uuid NOT NULL,
    written bigint NOT NULL,
    finished_at timestamptz,
    CONSTRAINT pk_message_look PRIMARY KEY (kind, subject),
    CONSTRAINT ck_message_look_days CHECK (days > 0)
);
CREATE INDEX ix_message_look_open ON message_look (looks_at) WHERE finished_at IS NULL;

-- How the programme writes to members; one row.
CREATE TABLE message_policy (
    one boolean CONSTRAINT pk_message_policy PRIMARY KEY CONSTRAINT ck_message_policy_one CHECK (one),
    marketing_most integer NOT NULL CONSTRAINT ck_message_policy_marketing_most CHECK (marketing_most BETWEEN 0 AND 100),
    marketing_days integer NOT NULL CONSTRAINT ck_message_policy_marketing_days CHECK (marketing_days BETWEEN 1 AND 365),
    days_ahead integer[] NOT NULL CONSTRAINT ck_message_policy_days_ahead CHECK (cardinality(days_ahead) <= 5),
    digest_at time NOT NULL,
    kept_days integer NOT NULL CONSTRAINT ck_message_policy_kept_days CHECK (kept_days BETWEEN 30 AND 3650)
);
INSERT INTO message_policy (one, marketing_most, marketing_days, days_ahead, digest_at, kept_days)
VALUES (true, 3, 7, '{30,7}', '08:00', 730);
