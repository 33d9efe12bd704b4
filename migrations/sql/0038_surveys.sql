-- Surveys. What members answer is theirs: its owner is told in sums, or by name of those alone that allow it.

CREATE TABLE survey (
    survey_id uuid NOT NULL,
    version integer NOT NULL CONSTRAINT ck_survey_version CHECK (version > 0),
    partner_id uuid CONSTRAINT fk_survey_partner_id REFERENCES partner,
    state varchar NOT NULL CONSTRAINT ck_survey_state CHECK (state IN ('DRAFT', 'LIVE', 'PAUSED', 'ENDED')),
    name varchar NOT NULL,
    moments varchar[] NOT NULL,
    terms jsonb NOT NULL,
    fingerprint bytea NOT NULL,
    created_at timestamptz NOT NULL,
    live_from timestamptz,
    live_until timestamptz,
    CONSTRAINT pk_survey PRIMARY KEY (survey_id, version),
    CONSTRAINT ck_survey_live CHECK (state NOT IN ('LIVE', 'PAUSED') OR live_from IS NOT NULL)
);
CREATE UNIQUE INDEX uq_survey_one_draft ON survey (survey_id) WHERE state = 'DRAFT';
CREATE UNIQUE INDEX uq_survey_one_live ON survey (survey_id) WHERE state IN ('LIVE', 'PAUSED');
CREATE UNIQUE INDEX uq_survey_name ON survey (partner_id, name) NULLS NOT DISTINCT
    WHERE version = 1 AND (state <> 'ENDED' OR live_from IS NOT NULL);

CREATE FUNCTION refuse_change_of_live_survey() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state = 'ENDED' OR OLD.state <> 'DRAFT'
        AND (NEW.terms, NEW.name, NEW.live_from, NEW.partner_id) IS DISTINCT FROM (OLD.terms, OLD.name, OLD.live_from, OLD.partner_id)
    THEN
        RAISE EXCEPTION 'a survey that was live does not change' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER survey_stays BEFORE UPDATE ON survey FOR EACH ROW EXECUTE FUNCTION refuse_change_of_live_survey();

CREATE TABLE survey_policy (
    policy_id integer CONSTRAINT pk_survey_policy PRIMARY KEY CONSTRAINT ck_survey_policy_one CHECK (policy_id = 1),
    asks_most integer NOT NULL CONSTRAINT ck_survey_policy_asks_most CHECK (asks_most BETWEEN 1 AND 100),
    asks_days integer NOT NULL CONSTRAINT ck_survey_policy_asks_days CHECK (asks_days BETWEEN 1 AND 365)
);
INSERT INTO survey_policy (policy_id, asks_most, asks_days) VALUES (1, 1, 7);

-- Something happened after which somebody may be asked; gone once it was looked at.
CREATE TABLE survey_cue (
    cue_id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT pk_survey_cue PRIMARY KEY,
    kind varchar NOT NULL CONSTRAINT ck_survey_cue_kind CHECK (kind IN ('ENTRY', 'CASE')),
    wallet_id uuid,
    member_id uuid NOT NULL,
    partner_id uuid,
    subject_id uuid NOT NULL,
    occurred_at timestamptz NOT NULL
);

CREATE TABLE survey_asking (
    asking_id uuid CONSTRAINT pk_survey_asking PRIMARY KEY,
    survey_id uuid NOT NULL,
    version integer NOT NULL,
    partner_id uuid CONSTRAINT fk_survey_asking_partner_id REFERENCES partner,
    member_id uuid NOT NULL,
    moment varchar NOT NULL CONSTRAINT ck_survey_asking_moment
        CHECK (moment IN ('CODE', 'PURCHASE', 'REDEMPTION', 'REWARD', 'CASE', 'ACTIVITY')),
    subject_id uuid NOT NULL,
    about_partner uuid CONSTRAINT fk_survey_asking_about_partner REFERENCES partner,
    about_outlet uuid,
    about_product varchar,
    about_maker uuid CONSTRAINT fk_survey_asking_about_maker REFERENCES partner,
    due_at timestamptz NOT NULL,
    offer_days integer NOT NULL,
    state varchar NOT NULL CONSTRAINT ck_survey_asking_state
        CHECK (state IN ('WAITING', 'OFFERED', 'ANSWERED', 'DECLINED', 'EXPIRED', 'SKIPPED')),
    skipped varchar CONSTRAINT ck_survey_asking_skipped
        CHECK (skipped IN ('OFTEN', 'ANSWERED', 'DECLINED', 'ASKED', 'CONSENT', 'OVER', 'GONE')),
    offered_at timestamptz,
    expires_at timestamptz,
    ended_at timestamptz,
    CONSTRAINT uq_survey_asking_survey_id_member_id_moment_subject_id UNIQUE (survey_id, member_id, moment, subject_id),
    CONSTRAINT ck_survey_asking_why CHECK ((state = 'SKIPPED') = (skipped IS NOT NULL)),
    CONSTRAINT ck_survey_asking_offered CHECK ((offered_at IS NULL) = (expires_at IS NULL)
        AND (state NOT IN ('OFFERED', 'DECLINED', 'EXPIRED') OR offered_at IS NOT NULL))
);
CREATE INDEX ix_survey_asking_due ON survey_asking (due_at) WHERE state = 'WAITING';
CREATE INDEX ix_survey_asking_expires ON survey_asking (expires_at) WHERE state = 'OFFERED';
CREATE INDEX ix_survey_asking_member_id ON survey_asking (member_id, offered_at);

-- One member's answers. The closed ones stand open, in the member's row; its own words are sealed under its own key.
CREATE TABLE survey_response (
    response_id uuid CONSTRAINT pk_survey_response PRIMARY KEY,
    survey_id uuid NOT NULL,
    version integer NOT NULL,
    partner_id uuid CONSTRAINT fk_survey_response_partner_id REFERENCES partner,
    host uuid NOT NULL CONSTRAINT fk_survey_response_host REFERENCES partner,
    member_id uuid NOT NULL,
    occasion varchar NOT NULL CONSTRAINT ck_survey_response_occasion CHECK (length(occasion) <= 200),
    state varchar NOT NULL CONSTRAINT ck_survey_response_state CHECK (state IN ('DRAFT', 'PENDING', 'DONE')),
    via varchar NOT NULL CONSTRAINT ck_survey_response_via CHECK (via IN ('SURVEY', 'CODE', 'TRIAL', 'ACTIVITY')),
    through uuid CONSTRAINT fk_survey_response_through REFERENCES partner,
    about_partner uuid CONSTRAINT fk_survey_response_about_partner REFERENCES partner,
    about_outlet uuid,
    about_product varchar,
    about_maker uuid CONSTRAINT fk_survey_response_about_maker REFERENCES partner,
    answers jsonb NOT NULL,
    sealed_by uuid,
    sealed bytea,
    revision integer NOT NULL,
    idempotency_key varchar,
    fingerprint bytea,
    asking_id uuid,
    started_at timestamptz NOT NULL,
    completed_at timestamptz,
    entry_id uuid,
    CONSTRAINT uq_survey_response_survey_id_member_id_occasion UNIQUE (survey_id, member_id, occasion),
    CONSTRAINT ck_survey_response_sealed CHECK (sealed IS NULL OR sealed_by IS NOT NULL),
    CONSTRAINT ck_survey_response_completed CHECK ((state = 'DRAFT') = (completed_at IS NULL)),
    CONSTRAINT ck_survey_response_entry CHECK (entry_id IS NULL OR state = 'DONE' AND via = 'SURVEY')
);
CREATE INDEX ix_survey_response_member_id ON survey_response (member_id);
CREATE INDEX ix_survey_response_pending ON survey_response (response_id) WHERE state = 'PENDING';
CREATE INDEX ix_survey_response_about_maker ON survey_response (about_maker) WHERE about_maker IS NOT NULL;
CREATE INDEX ix_survey_response_sealed_by ON survey_response (sealed_by) WHERE sealed IS NOT NULL;

-- What was completed never changes but for its reward, whose it is by now, and the words that are forgotten.
CREATE FUNCTION refuse_change_of_response() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.answers, NEW.version, NEW.completed_at, NEW.via) IS DISTINCT FROM (OLD.answers, OLD.version, OLD.completed_at, OLD.via)
        OR NEW.sealed IS NOT NULL AND NEW.sealed IS DISTINCT FROM OLD.sealed OR OLD.state = 'DONE' AND NEW.state <> 'DONE'
        OR OLD.entry_id IS NOT NULL AND NEW.entry_id IS DISTINCT FROM OLD.entry_id
    THEN
        RAISE EXCEPTION 'a response that was completed does not change' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER survey_response_stays BEFORE UPDATE ON survey_response FOR EACH ROW WHEN (OLD.state <> 'DRAFT')
    EXECUTE FUNCTION refuse_change_of_response();

-- Whoever two members turn out to be has answered what either did; where both did, the other's stands as an occasion of its own. A
-- member that is gone takes its words with it, and what it had not finished.
CREATE FUNCTION move_surveys() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    target uuid := NEW.merged_into;
BEGIN
    DELETE FROM survey_response r WHERE r.member_id = NEW.member_id AND r.state = 'DRAFT' AND (NEW.status = 'CLOSED'
        OR EXISTS (SELECT FROM survey_response t WHERE t.member_id = target AND t.survey_id = r.survey_id AND t.occasion = r.occasion));
    IF NEW.status = 'MERGED' THEN
        DELETE FROM survey_response t WHERE t.member_id = target AND t.state = 'DRAFT' AND EXISTS (SELECT FROM survey_response r
            WHERE r.member_id = NEW.member_id AND r.survey_id = t.survey_id AND r.occasion = t.occasion);
        UPDATE survey_response r SET member_id = target, occasion = CASE WHEN EXISTS (SELECT FROM survey_response t
            WHERE t.member_id = target AND t.survey_id = r.survey_id AND t.occasion = r.occasion) THEN 'MERGED/' || r.response_id
            ELSE r.occasion END
        WHERE r.member_id = NEW.member_id;
        DELETE FROM survey_asking a WHERE a.member_id = NEW.member_id AND EXISTS (SELECT FROM survey_asking t WHERE t.member_id = target
            AND t.survey_id = a.survey_id AND t.moment = a.moment AND t.subject_id = a.subject_id);
        UPDATE survey_asking a SET member_id = target WHERE a.member_id = NEW.member_id;
    ELSE
        UPDATE survey_response r SET sealed = NULL WHERE r.member_id = NEW.member_id AND r.sealed IS NOT NULL;
        UPDATE survey_asking a SET state = 'SKIPPED', skipped = 'GONE' WHERE a.member_id = NEW.member_id AND a.state = 'WAITING';
        UPDATE survey_asking a SET state = 'EXPIRED' WHERE a.member_id = NEW.member_id AND a.state = 'OFFERED';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER member_gone_moves_surveys AFTER UPDATE OF status ON member FOR EACH ROW
    WHEN (NEW.status IN ('MERGED', 'CLOSED') AND OLD.status = 'ACTIVE') EXECUTE FUNCTION move_surveys();

-- To forget a member is to forget its key: what was sealed under it goes with it.
CREATE FUNCTION forget_words() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE survey_response r SET sealed = NULL WHERE r.sealed_by = OLD.member_id AND r.sealed IS NOT NULL;
    RETURN NULL;
END $$;
CREATE TRIGGER personal_data_forgotten AFTER DELETE ON personal_data FOR EACH ROW EXECUTE FUNCTION forget_words();
CREATE TRIGGER personal_data_resealed AFTER UPDATE OF sealed_key ON personal_data FOR EACH ROW
    WHEN (NEW.sealed_key IS DISTINCT FROM OLD.sealed_key) EXECUTE FUNCTION forget_words();
