-- Members, and the look-ups that recognise them. recognition is keyed by a hash of the value alone, so it can be spread over
-- machines by that key; it is written with the enrolment and holds no clear text.

CREATE TABLE member (
    wallet_id uuid NOT NULL,
    member_id uuid NOT NULL,
    kind varchar NOT NULL CONSTRAINT ck_member_kind CHECK (kind IN ('CONSUMER', 'BUSINESS', 'STAFF')),
    status varchar NOT NULL CONSTRAINT ck_member_status CHECK (status IN ('ACTIVE', 'MERGED', 'CLOSED')),
    joined_at timestamptz NOT NULL,
    joined_through uuid NOT NULL CONSTRAINT fk_member_joined_through REFERENCES partner,
    merged_into uuid,
    CONSTRAINT pk_member PRIMARY KEY (wallet_id, member_id),
    CONSTRAINT ck_member_merged CHECK ((status = 'MERGED') = (merged_into IS NOT NULL))
);
CREATE INDEX ix_member_member_id ON member (member_id);
CREATE INDEX ix_member_merged_into ON member (merged_into) WHERE merged_into IS NOT NULL;

CREATE TABLE recognition (
    lookup bytea CONSTRAINT pk_recognition PRIMARY KEY,
    kind varchar NOT NULL CONSTRAINT ck_recognition_kind CHECK (kind IN ('CARD', 'EMAIL', 'PHONE', 'EXTERNAL')),
    wallet_id uuid NOT NULL,
    member_id uuid NOT NULL
);
CREATE INDEX ix_recognition_member_id ON recognition (member_id);

CREATE TABLE link (
    wallet_id uuid NOT NULL,
    member_id uuid NOT NULL,
    partner_id uuid NOT NULL CONSTRAINT fk_link_partner_id REFERENCES partner,
    pairwise_id uuid NOT NULL,
    since timestamptz NOT NULL,
    enrolment_key varchar,
    enrolment_fingerprint bytea,
    CONSTRAINT pk_link PRIMARY KEY (wallet_id, member_id, partner_id),
    CONSTRAINT uq_link_pairwise_id UNIQUE (pairwise_id),
    CONSTRAINT uq_link_partner_id_enrolment_key UNIQUE (partner_id, enrolment_key)
);

CREATE TABLE personal_data (
    wallet_id uuid NOT NULL,
    member_id uuid NOT NULL,
    sealed_key bytea NOT NULL,
    sealed bytea NOT NULL,
    changed_at timestamptz NOT NULL,
    CONSTRAINT pk_personal_data PRIMARY KEY (wallet_id, member_id)
);

-- What a member allows a partner to see, by purpose; revoked, it stays as history.
CREATE TABLE consent (
    wallet_id uuid NOT NULL,
    member_id uuid NOT NULL,
    partner_id uuid NOT NULL CONSTRAINT fk_consent_partner_id REFERENCES partner,
    purpose varchar NOT NULL CONSTRAINT ck_consent_purpose CHECK (purpose IN ('BALANCE', 'HISTORY')),
    given_at timestamptz NOT NULL,
    revoked_at timestamptz CONSTRAINT ck_consent_revoked CHECK (revoked_at >= given_at),
    CONSTRAINT pk_consent PRIMARY KEY (wallet_id, member_id, partner_id, purpose, given_at)
);

-- A wallet is seen by the members that share it.
CREATE FUNCTION sees_wallet(wallet uuid) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT COALESCE(current_setting('app.sight', true) LIKE 'member:%' AND EXISTS (SELECT FROM member m
        WHERE m.wallet_id = wallet AND m.member_id::text = substr(current_setting('app.sight', true), 8)), false)
$$;
