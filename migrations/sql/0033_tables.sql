-- Coupons and vouchers: money off at the till. A coupon is a promise of its owner, in versions like campaigns; a voucher is one code of
-- it in somebody's hands. As everywhere in a wallet's tables: keys begin with wallet_id, and no foreign key leaves a wallet.

CREATE TABLE coupon (
    coupon_id uuid NOT NULL,
    version integer NOT NULL,
    partner_id uuid NOT NULL CONSTRAINT fk_coupon_partner_id REFERENCES partner,
    name varchar NOT NULL,
    state varchar NOT NULL CONSTRAINT ck_coupon_state CHECK (state IN ('DRAFT', 'LIVE', 'PAUSED', 'ENDED')),
    terms jsonb NOT NULL,
    partners uuid[] NOT NULL CONSTRAINT ck_coupon_partners CHECK (cardinality(partners) > 0),
    sponsors uuid[] NOT NULL,
    code_lookup bytea,
    fingerprint bytea NOT NULL,
    created_at timestamptz NOT NULL,
    live_from timestamptz,
    live_until timestamptz,
    CONSTRAINT pk_coupon PRIMARY KEY (coupon_id, version),
    CONSTRAINT ck_coupon_live_times CHECK (CASE state WHEN 'DRAFT' THEN live_from IS NULL AND live_until IS NULL
        WHEN 'LIVE' THEN live_from IS NOT NULL AND live_until IS NULL
        WHEN 'PAUSED' THEN live_from IS NOT NULL AND live_until IS NOT NULL
        ELSE (live_from IS NULL) = (live_until IS NULL) END)
);
CREATE INDEX ix_coupon_partner_id ON coupon (partner_id);
CREATE UNIQUE INDEX uq_coupon_one_draft ON coupon (coupon_id) WHERE state = 'DRAFT';
CREATE UNIQUE INDEX uq_coupon_one_live ON coupon (coupon_id) WHERE state IN ('LIVE', 'PAUSED');
-- A public word names one coupon of its owner at a time.
CREATE UNIQUE INDEX uq_coupon_code_lookup ON coupon (code_lookup) WHERE code_lookup IS NOT NULL AND state IN ('LIVE', 'PAUSED');

CREATE TABLE coupon_agreement (
    coupon_id uuid NOT NULL,
    partner_id uuid NOT NULL CONSTRAINT fk_coupon_agreement_partner_id REFERENCES partner,
    fingerprint bytea NOT NULL,
    version integer NOT NULL,
    owner_id uuid NOT NULL,
    agreed_at timestamptz NOT NULL,
    CONSTRAINT pk_coupon_agreement PRIMARY KEY (coupon_id, partner_id, fingerprint),
    CONSTRAINT fk_coupon_agreement_coupon_id FOREIGN KEY (coupon_id, version) REFERENCES coupon
);

-- Codes by their keyed digest, scoped to the coupon's owner: free ones of a pool, and those that somebody has. It can be spread over
-- machines by its key, like recognition; the code itself is sealed, or derived and kept nowhere.
CREATE TABLE voucher_code (
    lookup bytea NOT NULL CONSTRAINT pk_voucher_code PRIMARY KEY,
    coupon_id uuid NOT NULL,
    partner_id uuid NOT NULL,
    sealed bytea,
    brought_at timestamptz,
    wallet_id uuid,
    voucher_id uuid,
    taken_at timestamptz,
    CONSTRAINT ck_voucher_code_taken CHECK (num_nonnulls(wallet_id, voucher_id, taken_at) IN (0, 3)),
    CONSTRAINT ck_voucher_code_free_is_of_a_pool CHECK (wallet_id IS NOT NULL OR sealed IS NOT NULL)
);
CREATE INDEX ix_voucher_code_free ON voucher_code (coupon_id, lookup) WHERE wallet_id IS NULL;
CREATE INDEX ix_voucher_code_coupon_id ON voucher_code (coupon_id);

CREATE TABLE voucher (
    wallet_id uuid NOT NULL,
    voucher_id uuid NOT NULL,
    home_wallet_id uuid NOT NULL,
    entry_id uuid NOT NULL,
    member_id uuid NOT NULL,
    coupon_id uuid NOT NULL,
    version integer NOT NULL,
    partner_id uuid NOT NULL,
    lookup bytea,
    sealed bytea,
    state varchar NOT NULL CONSTRAINT ck_voucher_state CHECK (state IN ('OPEN', 'USED', 'EXPIRED', 'CANCELLED')),
    uses integer NOT NULL CONSTRAINT ck_voucher_uses CHECK (uses > 0),
    used integer NOT NULL,
    source varchar NOT NULL CONSTRAINT ck_voucher_source CHECK (source IN ('REWARD', 'PRIZE', 'AUTOMATIC', 'GIVEN', 'PUBLIC')),
    source_id uuid,
    issued_at timestamptz NOT NULL,
    expires_at timestamptz,
    taken_back_entry uuid,
    CONSTRAINT pk_voucher PRIMARY KEY (wallet_id, voucher_id),
    CONSTRAINT ck_voucher_used CHECK (used BETWEEN 0 AND uses AND (state <> 'OPEN' OR used < uses) AND (state <> 'USED' OR used = uses)),
    CONSTRAINT ck_voucher_term CHECK (expires_at > issued_at),
    CONSTRAINT ck_voucher_code CHECK ((lookup IS NULL) = (source = 'PUBLIC'))
);
CREATE INDEX ix_voucher_wallet_id_entry_id ON voucher (wallet_id, entry_id);
CREATE INDEX ix_voucher_member_id ON voucher (member_id);
CREATE INDEX ix_voucher_coupon_id ON voucher (coupon_id);
CREATE INDEX ix_voucher_open ON voucher (expires_at) WHERE state = 'OPEN';

-- A voucher that was promised and could not be given: nothing was refused for it.
CREATE TABLE voucher_cut (
    wallet_id uuid NOT NULL,
    voucher_id uuid NOT NULL,
    entry_id uuid NOT NULL,
    coupon_id uuid NOT NULL,
    partner_id uuid NOT NULL,
    why varchar NOT NULL CONSTRAINT ck_voucher_cut_why CHECK (why IN ('CODES_USED_UP', 'COUPON_NOT_LIVE')),
    cut_at timestamptz NOT NULL,
    CONSTRAINT pk_voucher_cut PRIMARY KEY (wallet_id, voucher_id)
);

-- One use of a voucher: what it took off which lines. It stays in the wallet whose chain has its entry.
CREATE TABLE voucher_use (
    wallet_id uuid NOT NULL,
    entry_id uuid NOT NULL,
    voucher_id uuid NOT NULL,
    coupon_id uuid NOT NULL,
    version integer NOT NULL,
    partner_id uuid NOT NULL,
    currency varchar NOT NULL,
    amount bigint NOT NULL CONSTRAINT ck_voucher_use_amount CHECK (amount >= 0),
    lines jsonb NOT NULL,
    benefits uuid[] NOT NULL,
    used_at timestamptz NOT NULL,
    purchase_entry_id uuid,
    reversed_entry_id uuid,
    CONSTRAINT pk_voucher_use PRIMARY KEY (wallet_id, entry_id, voucher_id)
);
CREATE INDEX ix_voucher_use_wallet_id_reversed_entry_id ON voucher_use (wallet_id, reversed_entry_id) WHERE reversed_entry_id IS NOT NULL;
CREATE INDEX ix_voucher_use_coupon_id_used_at ON voucher_use (coupon_id, used_at);

ALTER TABLE token ADD COLUMN voucher_id uuid;

-- What these laws allowed before stays allowed, whoever allowed it.
DO $$ DECLARE w record; law text; BEGIN
    FOR w IN SELECT * FROM (VALUES
        ('entry', 'ck_entry_kind', $law$kind IN ('VOUCHER', 'VOUCHER_REVERSAL', 'VOUCHER_GIFT')$law$),
        ('allowance', 'ck_allowance_kind', $law$kind = 'USES'$law$),
        ('allowance', 'ck_allowance_unit', $law$unit = 'PIECES'$law$),
        ('allowance_change', 'ck_allowance_change_reason', $law$reason = 'USES'$law$)) AS n (relation, name, more)
    LOOP
        SELECT substring(pg_get_constraintdef(c.oid) FROM 'CHECK (.*)$') INTO STRICT law FROM pg_constraint c
            WHERE c.conrelid = w.relation::regclass AND c.conname = w.name;
        EXECUTE format('ALTER TABLE %I DROP CONSTRAINT %I', w.relation, w.name);
        EXECUTE format('ALTER TABLE %I ADD CONSTRAINT %I CHECK (%s OR %s)', w.relation, w.name, w.more, law);
    END LOOP;
END $$;

-- What has been live never changes: vouchers name it. And nobody pays who has not agreed to these very terms.
CREATE FUNCTION guard_coupon() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.state <> 'DRAFT' THEN
        IF to_jsonb(NEW) - ARRAY['state', 'live_until'] IS DISTINCT FROM to_jsonb(OLD) - ARRAY['state', 'live_until']
            OR (OLD.state, NEW.state) NOT IN (('LIVE', 'PAUSED'), ('LIVE', 'ENDED'), ('PAUSED', 'ENDED'))
            OR OLD.live_until IS NOT NULL AND NEW.live_until IS DISTINCT FROM OLD.live_until
        THEN
            RAISE EXCEPTION 'version % of coupon % has been live and never changes; make the next version', OLD.version, OLD.coupon_id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_coupon_live_never_changes';
        END IF;
        RETURN NEW;
    END IF;
    IF NEW.state = 'LIVE' AND EXISTS (SELECT FROM unnest(NEW.sponsors) AS s (partner_id)
        WHERE s.partner_id <> NEW.partner_id AND NOT EXISTS (SELECT FROM coupon_agreement a
            WHERE a.coupon_id = NEW.coupon_id AND a.partner_id = s.partner_id AND a.fingerprint = NEW.fingerprint))
    THEN
        RAISE EXCEPTION 'a sponsor of coupon % has not agreed to its terms', NEW.coupon_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_coupon_sponsors_agreed';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER coupon_guarded BEFORE INSERT OR UPDATE ON coupon FOR EACH ROW EXECUTE FUNCTION guard_coupon();

-- A member becomes another: its vouchers become the other's, in the wallet it has now; so does what it chose, where the other did not.
CREATE FUNCTION take_vouchers_along() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    target uuid := (SELECT m.wallet_id FROM member m WHERE m.member_id = NEW.merged_into AND m.status = 'ACTIVE' LIMIT 1);
BEGIN
    IF target IS NOT NULL THEN
        UPDATE voucher_code c SET wallet_id = target FROM voucher v WHERE v.member_id = OLD.member_id AND c.lookup = v.lookup;
        UPDATE voucher SET wallet_id = target, member_id = NEW.merged_into WHERE member_id = OLD.member_id;
        INSERT INTO certificate_choice (wallet_id, member_id, reward_id, saving, step, chosen_at)
        SELECT target, NEW.merged_into, c.reward_id, c.saving, c.step, c.chosen_at FROM certificate_choice c
        WHERE c.wallet_id = OLD.wallet_id AND c.member_id = OLD.member_id ON CONFLICT DO NOTHING;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER merged_member_takes_vouchers AFTER UPDATE OF merged_into ON member FOR EACH ROW
    WHEN (OLD.merged_into IS NULL AND NEW.merged_into IS NOT NULL) EXECUTE FUNCTION take_vouchers_along();

-- A return takes back what it won: an unused voucher can be used no more; a used one stays used, and is not given again.
CREATE FUNCTION cancel_voucher() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE voucher v SET taken_back_entry = NEW.taken_back_entry, state = CASE v.state WHEN 'OPEN' THEN 'CANCELLED' ELSE v.state END
    WHERE v.wallet_id = NEW.wallet_id AND v.voucher_id = NEW.voucher_id;
    RETURN NULL;
END $$;
CREATE TRIGGER token_taken_back_cancels AFTER UPDATE OF taken_back_entry ON token FOR EACH ROW
    WHEN (NEW.voucher_id IS NOT NULL AND NEW.taken_back_entry IS NOT NULL) EXECUTE FUNCTION cancel_voucher();

-- The coupon's owner hears of a voucher that was issued; who takes one hears of its own deed. Nobody is told of another's tills.
CREATE FUNCTION tell_of_voucher() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO event (partner_id, kind, balance_seen, wallet_id, member_id, subject_id, detail, occurred_at)
    SELECT v.partner_id, 'VOUCHER_ISSUED', false, v.wallet_id, v.member_id, v.coupon_id, v.source, v.issued_at
    FROM issued v WHERE v.source <> 'PUBLIC';
    RETURN NULL;
END $$;
CREATE TRIGGER issued_voucher_is_told AFTER INSERT ON voucher REFERENCING NEW TABLE AS issued
    FOR EACH STATEMENT EXECUTE FUNCTION tell_of_voucher();
