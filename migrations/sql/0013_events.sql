-- What happened, a row for each partner it concerns, written by triggers in the very transaction that makes it happen: nothing
-- that calls the ledger can forget to tell, and what is rolled back was never told. docs/events.md says what there is.

-- No foreign key: each would lock a partner's row in every posting, and the triggers copy ids from rows that stand.
CREATE TABLE event (
    position bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT pk_event PRIMARY KEY,
    number bigint,
    numbered_at timestamptz,
    partner_id uuid NOT NULL,
    kind varchar NOT NULL CONSTRAINT ck_event_kind CHECK (kind IN ('PURCHASE_RECORDED', 'PURCHASE_RETURNED',
        'REDEMPTION_AUTHORIZED', 'REDEMPTION_CAPTURED', 'REDEMPTION_VOIDED', 'REDEMPTION_LAPSED', 'REDEMPTION_REVERSED',
        'BALANCE_CHANGED', 'MEMBER_LINKED', 'CONSENT_GIVEN', 'CONSENT_REVOKED', 'CYCLE_CHANGED', 'WEBHOOK_TESTED')),
    balance_seen boolean NOT NULL,
    wallet_id uuid,
    member_id uuid,
    sequence bigint,
    subject_id uuid,
    subject_wallet_id uuid,
    detail varchar,
    occurred_at timestamptz NOT NULL,
    CONSTRAINT ck_event_numbered CHECK ((number IS NULL) = (numbered_at IS NULL)),
    CONSTRAINT ck_event_sequence CHECK (sequence IS NULL OR wallet_id IS NOT NULL)
);
CREATE INDEX ix_event_unnumbered ON event (position) WHERE number IS NULL;
CREATE UNIQUE INDEX uq_event_partner_id_number ON event (partner_id, number) WHERE number IS NOT NULL;
CREATE INDEX ix_event_numbered_at ON event (numbered_at) WHERE numbered_at IS NOT NULL;

-- The last number given. Whoever holds this one row gives numbers; it is the lock and the counter in one.
CREATE TABLE event_counter (
    one boolean CONSTRAINT pk_event_counter PRIMARY KEY CONSTRAINT ck_event_counter_one CHECK (one),
    last bigint NOT NULL
);
INSERT INTO event_counter (one, last) VALUES (true, 0);

-- How far what a partner could read was forgotten.
CREATE TABLE event_forgotten (
    partner_id uuid NOT NULL,
    kind varchar NOT NULL,
    number bigint NOT NULL,
    CONSTRAINT pk_event_forgotten PRIMARY KEY (partner_id, kind)
);

-- Entries: the partner that is acting hears of what it did, and every partner that may see the balance of a change to it.
-- A partner is told of an entry once: its own deed says by balance_seen that it was a change of a balance too.
CREATE FUNCTION tell_of_entries() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    WITH deed AS MATERIALIZED (
        SELECT e.wallet_id, e.entry_id, e.version, e.posted_at, COALESCE(e.member_id, o.member_id) AS member_id,
            CASE WHEN e.kind = 'LAPSE' THEN o.partner_id ELSE e.partner_id END AS partner_id,
            CASE e.kind WHEN 'PURCHASE' THEN 'PURCHASE_RECORDED' WHEN 'RETURN' THEN 'PURCHASE_RETURNED'
                WHEN 'AUTHORIZATION' THEN 'REDEMPTION_AUTHORIZED' WHEN 'CAPTURE' THEN 'REDEMPTION_CAPTURED'
                WHEN 'REDEMPTION' THEN 'REDEMPTION_CAPTURED' WHEN 'VOID' THEN 'REDEMPTION_VOIDED'
                WHEN 'LAPSE' THEN 'REDEMPTION_LAPSED' WHEN 'REVERSAL' THEN 'REDEMPTION_REVERSED' END AS kind,
            CASE WHEN e.kind IN ('RETURN', 'CAPTURE', 'VOID', 'LAPSE') THEN e.refers_to
                WHEN e.kind = 'REVERSAL' THEN CASE o.kind WHEN 'CAPTURE' THEN o.refers_to ELSE o.entry_id END
                ELSE e.entry_id END AS subject_id,
            CASE WHEN e.kind = 'RETURN' THEN (SELECT p.wallet_id FROM member m JOIN purchase p
                ON p.wallet_id = m.wallet_id AND p.entry_id = e.refers_to WHERE m.merged_into = e.member_id LIMIT 1) END
                AS subject_wallet_id
        FROM posted e
        LEFT JOIN LATERAL (SELECT x.kind, x.entry_id, x.refers_to, x.partner_id, x.member_id FROM entry x
            WHERE e.kind IN ('LAPSE', 'REVERSAL') AND x.wallet_id = e.wallet_id AND x.entry_id = e.refers_to LIMIT 1) o ON true
    ), seen AS MATERIALIZED (
        SELECT DISTINCT ON (d.wallet_id, d.version, c.partner_id) d.wallet_id, d.version, d.posted_at, c.partner_id, c.member_id
        FROM deed d JOIN consent c ON c.wallet_id = d.wallet_id AND c.purpose = 'BALANCE' AND c.revoked_at IS NULL
        WHERE EXISTS (SELECT FROM transfer t WHERE t.wallet_id = d.wallet_id AND t.entry_id = d.entry_id)
        ORDER BY d.wallet_id, d.version, c.partner_id, c.given_at
    )
    INSERT INTO event (partner_id, kind, balance_seen, wallet_id, member_id, sequence, subject_id, subject_wallet_id, occurred_at)
    SELECT d.partner_id, d.kind, s.partner_id IS NOT NULL, d.wallet_id, d.member_id, d.version, d.subject_id, d.subject_wallet_id,
        d.posted_at
    FROM deed d LEFT JOIN seen s ON s.wallet_id = d.wallet_id AND s.version = d.version AND s.partner_id = d.partner_id
    WHERE d.kind IS NOT NULL
    UNION ALL
    SELECT s.partner_id, 'BALANCE_CHANGED', true, s.wallet_id, s.member_id, s.version, NULL, NULL, s.posted_at
    FROM seen s WHERE NOT EXISTS (SELECT FROM deed d
        WHERE d.wallet_id = s.wallet_id AND d.version = s.version AND d.partner_id = s.partner_id AND d.kind IS NOT NULL);
    RETURN NULL;
END $$;
CREATE TRIGGER entry_is_told AFTER INSERT ON entry REFERENCING NEW TABLE AS posted
    FOR EACH STATEMENT EXECUTE FUNCTION tell_of_entries();

-- A partner has come to know a member.
CREATE FUNCTION tell_of_links() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO event (partner_id, kind, balance_seen, wallet_id, member_id, occurred_at)
    SELECT l.partner_id, 'MEMBER_LINKED', false, l.wallet_id, l.member_id, l.since FROM made l;
    RETURN NULL;
END $$;
CREATE TRIGGER link_is_told AFTER INSERT ON link REFERENCING NEW TABLE AS made
    FOR EACH STATEMENT EXECUTE FUNCTION tell_of_links();

-- Consents that are given and taken back; a merge gives those of the one member to the other.
CREATE FUNCTION tell_of_consents() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO event (partner_id, kind, balance_seen, wallet_id, member_id, detail, occurred_at)
    SELECT c.partner_id, 'CONSENT_GIVEN', false, c.wallet_id, c.member_id, c.purpose, c.given_at
    FROM given c WHERE c.revoked_at IS NULL;
    RETURN NULL;
END $$;
CREATE TRIGGER consent_is_told AFTER INSERT ON consent REFERENCING NEW TABLE AS given
    FOR EACH STATEMENT EXECUTE FUNCTION tell_of_consents();

CREATE FUNCTION tell_of_revocation() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO event (partner_id, kind, balance_seen, wallet_id, member_id, detail, occurred_at)
    VALUES (NEW.partner_id, 'CONSENT_REVOKED', false, NEW.wallet_id, NEW.member_id, NEW.purpose, NEW.revoked_at);
    RETURN NULL;
END $$;
CREATE TRIGGER revocation_is_told AFTER UPDATE ON consent FOR EACH ROW
    WHEN (OLD.revoked_at IS NULL AND NEW.revoked_at IS NOT NULL) EXECUTE FUNCTION tell_of_revocation();

-- A cycle moves on: every partner that has not left hears of it, and those that have but still have a statement in it.
CREATE FUNCTION tell_of_cycle() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO event (partner_id, kind, balance_seen, subject_id, detail, occurred_at)
    SELECT p.partner_id, 'CYCLE_CHANGED', false, NEW.cycle_id, NEW.state,
        COALESCE(CASE NEW.state WHEN 'OPEN' THEN NEW.opened_at WHEN 'CUT_OFF' THEN NEW.cut_off_at
            WHEN 'COMPUTED' THEN NEW.computed_at WHEN 'PROPOSED' THEN NEW.proposed_at WHEN 'APPROVED' THEN NEW.approved_at END,
            NEW.approved_at, NEW.opened_at)
    FROM partner p
    WHERE p.status <> 'CLOSED' OR EXISTS (SELECT FROM statement s
        WHERE s.cycle_id = NEW.cycle_id AND s.revision = NEW.revision AND s.partner_id = p.partner_id)
    ORDER BY p.partner_id;
    RETURN NULL;
END $$;
CREATE TRIGGER opened_cycle_is_told AFTER INSERT ON cycle FOR EACH ROW EXECUTE FUNCTION tell_of_cycle();
CREATE TRIGGER changed_cycle_is_told AFTER UPDATE ON cycle FOR EACH ROW
    WHEN (OLD.state IS DISTINCT FROM NEW.state) EXECUTE FUNCTION tell_of_cycle();
