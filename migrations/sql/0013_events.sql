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

-- The last number given. Whoever holds this one row gives numbers; it is the lock and the counter in one. Entries posted after
-- `complete_since` have their events: earlier ones were there before there were events, or theirs were forgotten.
CREATE TABLE event_counter (
    one boolean CONSTRAINT pk_event_counter PRIMARY KEY CONSTRAINT ck_event_counter_one CHECK (one),
    last bigint NOT NULL,
    complete_since timestamptz
);
INSERT INTO event_counter (one, last) VALUES (true, 0);
GRANT UPDATE ON event_counter TO hansa_ledger;
SET LOCAL ROLE hansa_ledger;
UPDATE event_counter SET complete_since = (SELECT max(e.posted_at) FROM entry e);
RESET ROLE;
REVOKE UPDATE ON event_counter FROM hansa_ledger;

-- How far what a partner could read was forgotten.
CREATE TABLE event_forgotten (
    partner_id uuid NOT NULL,
    kind varchar NOT NULL,
    number bigint NOT NULL,
    CONSTRAINT pk_event_forgotten PRIMARY KEY (partner_id, kind)
);

-- Entries. The partner that acts is told of its deed, and every partner that may see the balance of a change to it: each once,
-- for a deed says by balance_seen that it was a change of the balance too. What is rarely needed is a function of its own, since
-- a statement costs by all that is in it, also by what it does not come to.

CREATE FUNCTION deed(kind text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE kind WHEN 'PURCHASE' THEN 'PURCHASE_RECORDED' WHEN 'RETURN' THEN 'PURCHASE_RETURNED'
        WHEN 'AUTHORIZATION' THEN 'REDEMPTION_AUTHORIZED' WHEN 'CAPTURE' THEN 'REDEMPTION_CAPTURED'
        WHEN 'REDEMPTION' THEN 'REDEMPTION_CAPTURED' WHEN 'VOID' THEN 'REDEMPTION_VOIDED' WHEN 'LAPSE' THEN 'REDEMPTION_LAPSED'
        WHEN 'REVERSAL' THEN 'REDEMPTION_REVERSED' END
$$;

-- Another entry of the wallet: the authorization that lapsed, what spent the points that come back.
CREATE FUNCTION entry_of(wallet uuid, entry uuid) RETURNS entry LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (SELECT e FROM entry e WHERE e.wallet_id = wallet AND e.entry_id = entry);
END $$;

CREATE FUNCTION redemption_of(spending entry) RETURNS uuid LANGUAGE sql IMMUTABLE AS
$$ SELECT CASE spending.kind WHEN 'CAPTURE' THEN spending.refers_to ELSE spending.entry_id END $$;

-- The wallet of a member that has become this one, where a purchase was made.
CREATE FUNCTION former_wallet(member uuid, purchase uuid) RETURNS uuid LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (SELECT p.wallet_id FROM member m JOIN purchase p ON p.wallet_id = m.wallet_id AND p.entry_id = purchase
        WHERE m.merged_into = member LIMIT 1);
END $$;

-- The partner whose deed an entry is; none for what the ledger does by itself.
CREATE FUNCTION doer(e entry) RETURNS uuid LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN e.kind = 'LAPSE' THEN (entry_of(e.wallet_id, e.refers_to)).partner_id
        WHEN deed(e.kind) IS NOT NULL THEN e.partner_id END
$$;

CREATE FUNCTION subject(e entry) RETURNS uuid LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN e.kind IN ('PURCHASE', 'AUTHORIZATION', 'REDEMPTION') THEN e.entry_id
        WHEN e.kind = 'REVERSAL' THEN redemption_of(entry_of(e.wallet_id, e.refers_to)) ELSE e.refers_to END
$$;

CREATE FUNCTION doers_member(e entry) RETURNS uuid LANGUAGE sql STABLE AS
$$ SELECT CASE e.kind WHEN 'LAPSE' THEN (entry_of(e.wallet_id, e.refers_to)).member_id ELSE e.member_id END $$;

CREATE FUNCTION tell_of_entries() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM posted e JOIN consent c ON c.wallet_id = e.wallet_id AND c.purpose = 'BALANCE' AND c.revoked_at IS NULL)
    THEN
        INSERT INTO event (partner_id, kind, balance_seen, wallet_id, member_id, sequence, subject_id, subject_wallet_id, occurred_at)
        SELECT doer(e), deed(e.kind), false, e.wallet_id, doers_member(e), e.version, subject(e),
            CASE e.kind WHEN 'RETURN' THEN former_wallet(e.member_id, e.refers_to) END, e.posted_at
        FROM posted e WHERE deed(e.kind) IS NOT NULL;
        RETURN NULL;
    END IF;
    WITH seen AS MATERIALIZED (
        SELECT DISTINCT ON (e.wallet_id, e.version, c.partner_id) e.wallet_id, e.version, c.partner_id, c.member_id, e.posted_at,
            doer(e) AS doer
        FROM posted e JOIN consent c ON c.wallet_id = e.wallet_id AND c.purpose = 'BALANCE' AND c.revoked_at IS NULL
            AND (c.expires_at IS NULL OR c.expires_at > e.posted_at)
        WHERE EXISTS (SELECT FROM partner p WHERE p.partner_id = c.partner_id AND p.status IN ('ACTIVE', 'LEAVING'))
            AND EXISTS (SELECT FROM transfer t WHERE t.wallet_id = e.wallet_id AND t.entry_id = e.entry_id)
        ORDER BY e.wallet_id, e.version, c.partner_id, c.given_at
    )
    INSERT INTO event (partner_id, kind, balance_seen, wallet_id, member_id, sequence, subject_id, subject_wallet_id, occurred_at)
    SELECT doer(e), deed(e.kind), (e.wallet_id, e.version) IN (SELECT s.wallet_id, s.version FROM seen s WHERE s.partner_id = s.doer),
        e.wallet_id, doers_member(e), e.version, subject(e),
        CASE e.kind WHEN 'RETURN' THEN former_wallet(e.member_id, e.refers_to) END, e.posted_at
    FROM posted e WHERE deed(e.kind) IS NOT NULL
    UNION ALL
    SELECT s.partner_id, 'BALANCE_CHANGED', true, s.wallet_id, s.member_id, s.version, NULL, NULL, s.posted_at
    FROM seen s WHERE s.partner_id IS DISTINCT FROM s.doer;
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

-- The members of events as a partner knows them now: by its own ids, and after a merge as the member that is left.
CREATE FUNCTION members_told(whom uuid[], partner uuid)
RETURNS TABLE (asked uuid, wallet_id uuid, member_id uuid, kind text, pairwise_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT DISTINCT ON (o.member_id) o.member_id, m.wallet_id, m.member_id, m.kind::text, l.pairwise_id
    FROM member o
    JOIN member m ON m.member_id = COALESCE(o.merged_into, o.member_id) AND m.status = 'ACTIVE'
    JOIN link l ON l.partner_id = partner AND (l.wallet_id = o.wallet_id AND l.member_id = o.member_id
        OR l.wallet_id = m.wallet_id AND l.member_id = m.member_id)
    WHERE o.member_id = ANY (whom)
    ORDER BY o.member_id, l.member_id = m.member_id DESC, l.pairwise_id
$$;

-- Numbers for the first events that have none, in the order of their positions; nothing, where another one is at it. The lock is
-- taken in a statement before the one that looks, which therefore sees all that the one before committed. Always by index, since
-- the table may have grown much since it was looked at last.
CREATE FUNCTION number_events(most int, at timestamptz) RETURNS SETOF event LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
    given bigint;
    due bigint[];
BEGIN
    IF NOT EXISTS (SELECT FROM event WHERE number IS NULL) THEN
        RETURN;
    END IF;
    SELECT c.last INTO given FROM event_counter c FOR UPDATE SKIP LOCKED;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    due := ARRAY(SELECT e.position FROM event e WHERE e.number IS NULL ORDER BY e.position LIMIT most);
    UPDATE event_counter SET last = last + cardinality(due);
    RETURN QUERY UPDATE event e SET number = given + d.place, numbered_at = at
    FROM unnest(due) WITH ORDINALITY AS d(position, place) WHERE e.position = d.position RETURNING e.*;
END $$;
