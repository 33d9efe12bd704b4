-- Claims: what members ask to be paid for, with proof. Whoever owns the programme decides, and campaigns of its own say what it pays.

CREATE TABLE claim_programme (
    programme_id uuid NOT NULL,
    version integer NOT NULL CONSTRAINT ck_claim_programme_version CHECK (version > 0),
    partner_id uuid NOT NULL CONSTRAINT fk_claim_programme_partner_id REFERENCES partner,
    state varchar NOT NULL CONSTRAINT ck_claim_programme_state CHECK (state IN ('DRAFT', 'LIVE', 'PAUSED', 'ENDED')),
    name varchar NOT NULL,
    kind varchar NOT NULL,
    terms jsonb NOT NULL,
    fingerprint bytea NOT NULL,
    created_at timestamptz NOT NULL,
    live_from timestamptz,
    live_until timestamptz,
    CONSTRAINT pk_claim_programme PRIMARY KEY (programme_id, version),
    CONSTRAINT ck_claim_programme_live_times CHECK (CASE state WHEN 'DRAFT' THEN live_from IS NULL AND live_until IS NULL
        WHEN 'LIVE' THEN live_from IS NOT NULL AND live_until IS NULL
        WHEN 'PAUSED' THEN live_from IS NOT NULL AND live_until IS NOT NULL
        ELSE (live_from IS NULL) = (live_until IS NULL) END)
);
CREATE UNIQUE INDEX uq_claim_programme_one_draft ON claim_programme (programme_id) WHERE state = 'DRAFT';
CREATE UNIQUE INDEX uq_claim_programme_one_live ON claim_programme (programme_id) WHERE state IN ('LIVE', 'PAUSED');
CREATE INDEX ix_claim_programme_partner_id ON claim_programme (partner_id);

-- Serials that the owner has made: digests alone. A programme that has any takes no others.
CREATE TABLE claim_serial (
    programme_id uuid NOT NULL,
    digest bytea NOT NULL CONSTRAINT ck_claim_serial_digest CHECK (length(digest) = 32),
    partner_id uuid NOT NULL CONSTRAINT fk_claim_serial_partner_id REFERENCES partner,
    CONSTRAINT pk_claim_serial PRIMARY KEY (programme_id, digest)
);

CREATE TABLE claim (
    claim_id uuid NOT NULL,
    programme_id uuid NOT NULL,
    version integer NOT NULL,
    partner_id uuid NOT NULL CONSTRAINT fk_claim_partner_id REFERENCES partner,
    wallet_id uuid NOT NULL,
    member_id uuid NOT NULL,
    claimed_by uuid NOT NULL,
    through uuid CONSTRAINT fk_claim_through REFERENCES partner,
    idempotency_key varchar NOT NULL,
    fingerprint bytea NOT NULL,
    state varchar NOT NULL CONSTRAINT ck_claim_state CHECK (state IN ('PENDING', 'APPROVED', 'REJECTED', 'PAID')),
    seller_id uuid,
    employer_id uuid CONSTRAINT fk_claim_employer_id REFERENCES partner,
    outlet_id uuid,
    certified boolean NOT NULL,
    sku varchar,
    units integer NOT NULL CONSTRAINT ck_claim_units CHECK (units > 0),
    value bigint CONSTRAINT ck_claim_value CHECK (value >= 0),
    happened_at timestamptz NOT NULL,
    claimed_at timestamptz NOT NULL,
    decide_by timestamptz NOT NULL,
    proof jsonb NOT NULL,
    proof_digest bytea NOT NULL CONSTRAINT ck_claim_proof_digest CHECK (length(proof_digest) = 32),
    sealed_note bytea,
    sealed_objection bytea,
    objected_at timestamptz,
    approvals integer NOT NULL CONSTRAINT ck_claim_approvals CHECK (approvals BETWEEN 0 AND 2),
    approvals_needed integer NOT NULL CONSTRAINT ck_claim_approvals_needed CHECK (approvals_needed BETWEEN 1 AND 2),
    decided_at timestamptz,
    refusal varchar,
    purchase_wallet_id uuid,
    purchase_entry_id uuid,
    returns integer NOT NULL,
    entry_wallet_id uuid,
    entry_id uuid,
    points bigint NOT NULL,
    paid_at timestamptz,
    back_units integer NOT NULL,
    taken_units integer NOT NULL,
    CONSTRAINT pk_claim PRIMARY KEY (claim_id),
    CONSTRAINT fk_claim_programme_id_version FOREIGN KEY (programme_id, version) REFERENCES claim_programme (programme_id, version),
    CONSTRAINT ck_claim_refusal CHECK ((state = 'REJECTED') = (refusal IS NOT NULL)),
    CONSTRAINT ck_claim_paid CHECK (state <> 'PAID' OR entry_id IS NOT NULL AND paid_at IS NOT NULL),
    CONSTRAINT ck_claim_approved CHECK (state NOT IN ('APPROVED', 'PAID') OR approvals >= approvals_needed),
    CONSTRAINT ck_claim_back CHECK (0 <= taken_units AND taken_units <= back_units AND back_units <= units)
);
-- What was rejected may be claimed by whom it belongs to; goods that came back may be sold again.
CREATE UNIQUE INDEX uq_claim_proof ON claim (programme_id, proof_digest) WHERE state <> 'REJECTED';
CREATE UNIQUE INDEX uq_claim_key ON claim (claimed_by, idempotency_key);
CREATE INDEX ix_claim_partner_id_claim_id ON claim (partner_id, claim_id);
CREATE INDEX ix_claim_member_id_claim_id ON claim (member_id, claim_id);
CREATE INDEX ix_claim_purchase_entry_id ON claim (purchase_entry_id) WHERE purchase_entry_id IS NOT NULL;
CREATE INDEX ix_claim_open ON claim (claim_id) WHERE state IN ('PENDING', 'APPROVED');
CREATE INDEX ix_claim_seller_id ON claim (seller_id, happened_at) WHERE seller_id IS NOT NULL;

CREATE TABLE claim_decision (
    claim_id uuid NOT NULL CONSTRAINT fk_claim_decision_claim_id REFERENCES claim,
    number integer NOT NULL,
    partner_id uuid NOT NULL CONSTRAINT fk_claim_decision_partner_id REFERENCES partner,
    decision varchar NOT NULL CONSTRAINT ck_claim_decision_decision
        CHECK (decision IN ('APPROVED', 'REJECTED', 'REOPENED', 'TAKEN_BACK')),
    reason varchar,
    decided_by uuid,
    decided_at timestamptz NOT NULL,
    CONSTRAINT pk_claim_decision PRIMARY KEY (claim_id, number)
);
CREATE TRIGGER claim_decision_tells AFTER INSERT ON claim_decision FOR EACH ROW
    EXECUTE FUNCTION tell_trail('DECISION_TAKEN', 'DECISION', 'claim_id', 'partner_id', 'decided_by', 'decision,reason', 'partner');

-- What is claimed never changes, only what becomes of it; a step that there is not is refused whoever takes it.
CREATE FUNCTION refuse_change_of_claim() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.programme_id, NEW.version, NEW.partner_id, NEW.claimed_by, NEW.proof_digest, NEW.proof, NEW.units, NEW.sku, NEW.happened_at)
            IS DISTINCT FROM
            (OLD.programme_id, OLD.version, OLD.partner_id, OLD.claimed_by, OLD.proof_digest, OLD.proof, OLD.units, OLD.sku, OLD.happened_at)
        OR NEW.state <> OLD.state AND NOT (OLD.state, NEW.state) IN (('PENDING', 'APPROVED'), ('PENDING', 'REJECTED'),
            ('APPROVED', 'PAID'), ('APPROVED', 'REJECTED'), ('PAID', 'REJECTED'), ('REJECTED', 'PENDING'))
        OR OLD.entry_id IS NOT NULL AND NEW.entry_id IS DISTINCT FROM OLD.entry_id
    THEN
        RAISE EXCEPTION 'a claim that is % does not change so', OLD.state USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER claim_stays BEFORE UPDATE ON claim FOR EACH ROW EXECUTE FUNCTION refuse_change_of_claim();

CREATE FUNCTION claim_programmes_live(wanted uuid) RETURNS SETOF claim_programme
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT p.* FROM claim_programme p WHERE p.state = 'LIVE' AND (wanted IS NULL OR p.programme_id = wanted)
    ORDER BY p.live_from DESC, p.programme_id LIMIT 500
$$;

-- The version that a claim was made under: its terms are no secret to whoever claimed.
CREATE FUNCTION claim_programme_as_claimed(wanted uuid, number int) RETURNS SETOF claim_programme
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT p.* FROM claim_programme p WHERE p.programme_id = wanted AND p.version = number AND p.live_from IS NOT NULL
$$;

-- How many units of an article a purchase still has, by the shop's number or the bar code's. The article has to be the asking
-- partner's own, made by it or supplied by it.
CREATE FUNCTION units_kept(b purchase, said text, asking uuid) RETURNS numeric LANGUAGE sql STABLE AS $$
    SELECT COALESCE(sum(l.quantity), 0) - COALESCE((SELECT sum(g.quantity) FROM purchase_return r,
            unnest(r.numbers, r.quantities) AS g (number, quantity)
        WHERE r.wallet_id = b.wallet_id AND r.purchase_entry_id = b.entry_id AND g.number = ANY (array_agg(l.number))), 0)
    FROM unnest(b.numbers, b.skus, b.quantities) AS l (number, sku, quantity)
    LEFT JOIN product p ON p.partner_id = b.partner_id AND p.sku = l.sku
    WHERE (said IS NULL OR l.sku = said OR p.gtin = said) AND asking IN (b.partner_id, p.maker_id, p.supplier_id)
$$;

-- The purchase that a receipt names: at that outlet, on that day there.
CREATE FUNCTION purchase_by_receipt(outlet uuid, receipt text, at timestamptz) RETURNS SETOF purchase LANGUAGE sql STABLE AS $$
    SELECT b.* FROM outlet o JOIN purchase b ON b.partner_id = o.partner_id AND b.receipt_number = receipt AND b.outlet_id = o.outlet_id
        AND (b.occurred_at AT TIME ZONE o.time_zone)::date = (at AT TIME ZONE o.time_zone)::date
    WHERE o.outlet_id = outlet ORDER BY b.occurred_at, b.entry_id LIMIT 1
$$;

-- Units that others have claimed of a purchase's article under a programme.
CREATE FUNCTION units_claimed(programme uuid, b purchase, said text, but uuid) RETURNS numeric LANGUAGE sql STABLE AS $$
    SELECT COALESCE(sum(c.units - c.back_units), 0) FROM claim c WHERE c.programme_id = programme AND c.purchase_entry_id = b.entry_id
        AND c.sku IS NOT DISTINCT FROM said AND c.state <> 'REJECTED' AND c.claim_id <> but
$$;

-- Why somebody may not claim as a seller, and as which one. The employer says who may reward its staff, for what, how much a month.
CREATE FUNCTION seller_for(r jsonb, maker uuid, member uuid) RETURNS TABLE (outcome text, seller_id uuid, employer_id uuid, outlet_id uuid)
LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
DECLARE
    job seller;
    allowed seller_permission;
    jobs bigint := (SELECT count(*) FROM seller s WHERE s.member_id = member AND s.state = 'ACTIVE'
        AND (r ->> 'outlet_id' IS NULL OR s.outlet_id = (r ->> 'outlet_id')::uuid));
BEGIN
    IF jobs <> 1 THEN
        RETURN QUERY SELECT CASE WHEN jobs = 0 THEN 'NOT_A_SELLER' ELSE 'OUTLET_NEEDED' END, NULL::uuid, NULL::uuid, NULL::uuid;
        RETURN;
    END IF;
    SELECT * INTO job FROM seller s WHERE s.member_id = member AND s.state = 'ACTIVE'
        AND (r ->> 'outlet_id' IS NULL OR s.outlet_id = (r ->> 'outlet_id')::uuid);
    SELECT * INTO allowed FROM seller_permission q WHERE q.employer_id = job.employer_id AND q.maker_id = maker AND q.revoked_at IS NULL;
    RETURN QUERY SELECT CASE
        WHEN (r ->> 'happened_at')::timestamptz < job.since - interval '5 minutes' THEN 'NOT_A_SELLER'
        WHEN job.employer_id = maker THEN NULL
        WHEN allowed.permission_id IS NULL THEN 'EMPLOYER_FORBIDS'
        WHEN cardinality(allowed.skus) > 0 AND (r ->> 'sku' IS NULL OR r ->> 'sku' <> ALL (allowed.skus)) THEN 'EMPLOYER_FORBIDS'
        WHEN allowed.most_units > 0 AND (r ->> 'units')::int + (SELECT COALESCE(sum(c.units - c.back_units), 0) FROM claim c
            JOIN seller o ON o.seller_id = c.seller_id AND o.employer_id = job.employer_id
            WHERE c.member_id = member AND c.partner_id = maker AND c.state <> 'REJECTED'
                AND c.happened_at >= (r ->> 'month_from')::timestamptz AND c.happened_at < (r ->> 'month_to')::timestamptz)
            > allowed.most_units THEN 'MONTH_IS_FULL' END,
        job.seller_id, job.employer_id, job.outlet_id;
END $$;

-- Write a claim down, or say why not. All that holds between claims is looked at under one lock for each programme.
CREATE FUNCTION make_claim(r jsonb, at timestamptz) RETURNS TABLE (outcome text, claim_id uuid)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    p claim_programme;
    who record;
    known claim;
    job record;
    bought purchase;
    digest bytea := decode(r ->> 'proof_digest', 'hex');
    certified boolean;
    listed boolean;
    proven boolean;
    fault text;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('claims' || (r ->> 'programme_id'), 0));
    SELECT * INTO known FROM claim c WHERE c.claimed_by = (r ->> 'member_id')::uuid AND c.idempotency_key = r ->> 'key';
    IF known.claim_id IS NOT NULL THEN
        RETURN QUERY SELECT CASE WHEN known.fingerprint = decode(r ->> 'fingerprint', 'hex') THEN 'REPLAYED'
            ELSE 'IDEMPOTENCY_CONFLICT' END, known.claim_id;
        RETURN;
    END IF;
    SELECT * INTO p FROM claim_programme x WHERE x.programme_id = (r ->> 'programme_id')::uuid AND x.state = 'LIVE';
    SELECT * INTO who FROM member_now((r ->> 'member_id')::uuid);
    SELECT NULL::text AS outcome, NULL::uuid AS seller_id, NULL::uuid AS employer_id, NULL::uuid AS outlet_id INTO job;
    IF p.terms ->> 'claimants' = 'SELLERS' THEN
        SELECT * INTO job FROM seller_for(r, p.partner_id, who.member_id);
    END IF;
    certified := EXISTS (SELECT FROM course_certificate q WHERE q.course_id = (p.terms ->> 'course')::uuid
        AND q.member_id = who.member_id AND q.issued_at <= at AND (q.valid_until IS NULL OR q.valid_until > at));
    listed := CASE WHEN EXISTS (SELECT FROM claim_serial s WHERE s.programme_id = p.programme_id)
        THEN EXISTS (SELECT FROM claim_serial s WHERE s.programme_id = p.programme_id AND s.digest = decode(r ->> 'serial_digest', 'hex')) END;
    SELECT * INTO bought FROM purchase_by_receipt(COALESCE(job.outlet_id, (r ->> 'outlet_id')::uuid), r ->> 'receipt',
        (r ->> 'happened_at')::timestamptz);
    fault := CASE
        WHEN p.programme_id IS NULL OR NOT EXISTS (SELECT FROM partner x WHERE x.partner_id = p.partner_id AND meets_members(x.status))
            THEN 'PROGRAMME_NOT_FOUND'
        WHEN p.version <> (r ->> 'version')::int THEN 'STALE'
        WHEN who.member_id IS NULL THEN 'MEMBER_NOT_FOUND'
        WHEN p.terms ->> 'claimants' = 'BUSINESS' AND who.kind <> 'BUSINESS' THEN 'NOT_FOR_YOU'
        WHEN job.outcome IS NOT NULL THEN job.outcome
        WHEN (p.terms ->> 'needs_course')::boolean AND NOT certified THEN 'CERTIFICATE_NEEDED'
        WHEN listed IS FALSE THEN 'PROOF_UNKNOWN'
        WHEN job.seller_id IS NOT NULL AND forwarded(bought.wallet_id) = forwarded(who.wallet_id) THEN 'OWN_PURCHASE'
        WHEN EXISTS (SELECT FROM claim c WHERE c.programme_id = p.programme_id AND c.proof_digest = digest
            AND (c.state <> 'REJECTED' OR c.member_id = who.member_id AND c.refusal <> 'RETURNED')) THEN 'PROOF_TAKEN'
        WHEN (p.terms ->> 'most')::int < (r ->> 'units')::int + (SELECT COALESCE(sum(c.units - c.back_units), 0) FROM claim c
            WHERE c.programme_id = p.programme_id AND c.member_id = who.member_id AND c.state <> 'REJECTED'
                AND c.happened_at > (r ->> 'limit_from')::timestamptz) THEN 'LIMIT_REACHED' END;
    IF fault IS NOT NULL THEN
        RETURN QUERY SELECT fault, NULL::uuid;
        RETURN;
    END IF;
    -- Whoever decides and pays meets the member, by an id of its own.
    INSERT INTO link (wallet_id, member_id, partner_id, pairwise_id, since)
    VALUES (who.wallet_id, who.member_id, p.partner_id, gen_random_uuid(), at) ON CONFLICT DO NOTHING;
    proven := COALESCE((p.terms ->> 'automatic')::boolean, true) AND (listed OR bought.entry_id IS NOT NULL
        AND units_kept(bought, r ->> 'sku', p.partner_id) - units_claimed(p.programme_id, bought, r ->> 'sku', (r ->> 'claim_id')::uuid)
            >= (r ->> 'units')::int);
    INSERT INTO claim (claim_id, programme_id, version, partner_id, wallet_id, member_id, claimed_by, through, idempotency_key,
        fingerprint, state, seller_id, employer_id, outlet_id, certified, sku, units, value, happened_at, claimed_at, decide_by, proof,
        proof_digest, sealed_note, approvals, approvals_needed, decided_at, purchase_wallet_id, purchase_entry_id, returns, points,
        back_units, taken_units)
    VALUES ((r ->> 'claim_id')::uuid, p.programme_id, p.version, p.partner_id, who.wallet_id, who.member_id, (r ->> 'member_id')::uuid,
        (r ->> 'through')::uuid, r ->> 'key', decode(r ->> 'fingerprint', 'hex'), CASE WHEN proven THEN 'APPROVED' ELSE 'PENDING' END,
        job.seller_id, job.employer_id, COALESCE(job.outlet_id, (r ->> 'outlet_id')::uuid), certified, r ->> 'sku',
        (r ->> 'units')::int, (r ->> 'value')::bigint, (r ->> 'happened_at')::timestamptz, at, (r ->> 'decide_by')::timestamptz,
        r -> 'proof', digest, decode(r ->> 'note', 'hex'), CASE WHEN proven THEN (r ->> 'approvals_needed')::int ELSE 0 END,
        (r ->> 'approvals_needed')::int, CASE WHEN proven THEN at END, bought.wallet_id, bought.entry_id,
        0, 0, 0, 0);
    IF proven THEN
        PERFORM decided_by_itself((r ->> 'claim_id')::uuid, p.partner_id, 'APPROVED', 'PROVEN', at);
    END IF;
    RETURN QUERY SELECT 'MADE', (r ->> 'claim_id')::uuid;
END $$;

CREATE FUNCTION decided_by_itself(one uuid, owner uuid, what text, why text, at timestamptz) RETURNS void LANGUAGE sql AS $$
    INSERT INTO claim_decision (claim_id, number, partner_id, decision, reason, decided_at)
    VALUES (one, (SELECT count(*) + 1 FROM claim_decision d WHERE d.claim_id = one), owner, what, why, at)
$$;

-- Claims that wait, whose purchase has come since: found they are approved, and a seller's own are rejected.
CREATE FUNCTION match_claims(at timestamptz, most int) RETURNS TABLE (approved bigint, rejected bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    c claim;
    bought purchase;
    verdict text;
BEGIN
    approved := 0;
    rejected := 0;
    FOR c IN SELECT x.* FROM claim x JOIN claim_programme p ON p.programme_id = x.programme_id AND p.version = x.version
        WHERE x.state = 'PENDING' AND x.purchase_entry_id IS NULL AND x.objected_at IS NULL AND x.proof ? 'receipt'
            AND x.outlet_id IS NOT NULL AND COALESCE((p.terms ->> 'automatic')::boolean, true)
            AND x.claimed_at > at - interval '31 days'
        ORDER BY x.claim_id LIMIT most
    LOOP
        SELECT * INTO bought FROM purchase_by_receipt(c.outlet_id, c.proof ->> 'receipt', c.happened_at);
        CONTINUE WHEN bought.entry_id IS NULL;
        PERFORM pg_advisory_xact_lock(hashtextextended('claims' || c.programme_id, 0));
        verdict := CASE WHEN c.seller_id IS NOT NULL AND forwarded(bought.wallet_id) = forwarded(c.wallet_id) THEN 'REJECTED'
            WHEN units_kept(bought, c.sku, c.partner_id) - units_claimed(c.programme_id, bought, c.sku, c.claim_id) >= c.units
                THEN 'APPROVED' ELSE 'PENDING' END;
        UPDATE claim SET state = verdict, refusal = CASE WHEN verdict = 'REJECTED' THEN 'OWN_PURCHASE' END,
            approvals = CASE WHEN verdict = 'APPROVED' THEN approvals_needed ELSE approvals END,
            decided_at = CASE WHEN verdict = 'PENDING' THEN NULL ELSE at END,
            purchase_wallet_id = bought.wallet_id, purchase_entry_id = bought.entry_id
        WHERE claim_id = c.claim_id AND state = 'PENDING';
        CONTINUE WHEN NOT FOUND OR verdict = 'PENDING';
        PERFORM decided_by_itself(c.claim_id, c.partner_id, verdict, CASE verdict WHEN 'APPROVED' THEN 'PROVEN' ELSE 'OWN_PURCHASE' END, at);
        approved := approved + (verdict = 'APPROVED')::int;
        rejected := rejected + (verdict = 'REJECTED')::int;
    END LOOP;
    RETURN NEXT;
END $$;

-- Why an approved claim is not to be paid any more.
CREATE FUNCTION claim_fault(c claim) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN n.member_id IS NULL THEN 'GONE'
        WHEN c.seller_id IS NOT NULL AND c.employer_id <> c.partner_id AND NOT EXISTS (SELECT FROM seller_permission q
            WHERE q.employer_id = c.employer_id AND q.maker_id = c.partner_id AND q.revoked_at IS NULL) THEN 'EMPLOYER_FORBIDS'
        WHEN c.seller_id IS NOT NULL AND forwarded(c.purchase_wallet_id) = forwarded(n.wallet_id) THEN 'OWN_PURCHASE'
        WHEN b.returns > 0 AND units_kept(b, c.sku, c.partner_id) <= 0 THEN 'RETURNED' END
    FROM (SELECT) AS one LEFT JOIN LATERAL member_now(c.member_id) n ON true
    LEFT JOIN purchase b ON b.wallet_id = c.purchase_wallet_id AND b.entry_id = c.purchase_entry_id
$$;

-- Approved claims to be paid, each with the member as the owner knows it, or why it is not to be paid any more.
CREATE FUNCTION claims_due(at timestamptz, wanted uuid, after uuid, most int)
RETURNS TABLE (claim_id uuid, partner_id uuid, outlet_id uuid, kind varchar, name varchar, sku varchar, units int, value bigint,
    certified boolean, side jsonb, fault text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT c.claim_id, c.partner_id, c.outlet_id, p.kind, p.name, c.sku, c.units, c.value, c.certified,
        side_of(c.member_id, c.partner_id), claim_fault(c)
    FROM claim c JOIN claim_programme p ON p.programme_id = c.programme_id AND p.version = c.version
    WHERE c.state = 'APPROVED' AND (wanted IS NULL OR c.claim_id = wanted) AND (after IS NULL OR c.claim_id > after)
    ORDER BY c.claim_id LIMIT most
$$;

-- Pay claims: the action and what becomes of the claim, in one transaction. A claim that is paid already is answered as its action is.
CREATE FUNCTION post_claims(items jsonb, at timestamptz) RETURNS SETOF posting_result
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET jit = off AS $$
DECLARE
    one record;
    c claim;
    posted posting_result;
BEGIN
    PERFORM lock_cycle();
    PERFORM lock_wallets(ARRAY(SELECT (i ->> 'wallet_id')::uuid FROM jsonb_array_elements(items) i));
    FOR one IN SELECT i.*, x AS whole FROM jsonb_array_elements(items) x,
        jsonb_to_record(x) AS i(item int, wallet_id uuid, entry_id uuid, partner_id uuid, beside jsonb)
    LOOP
        SELECT * INTO c FROM claim k WHERE k.claim_id = (one.beside ->> 'claim_id')::uuid AND k.partner_id = one.partner_id FOR UPDATE;
        IF c.state IS DISTINCT FROM 'PAID' AND (c.state IS DISTINCT FROM 'APPROVED' OR claim_fault(c) IS NOT NULL) THEN
            RETURN NEXT ROW(one.item, 'CLAIM_NOT_APPROVED', one.wallet_id, one.entry_id, NULL, NULL, NULL, NULL, NULL, NULL)::posting_result;
            CONTINUE;
        END IF;
        SELECT * INTO posted FROM post_actions(jsonb_build_array(one.whole), at);
        IF posted.outcome = 'POSTED' THEN
            UPDATE claim k SET state = 'PAID', paid_at = at, entry_wallet_id = posted.wallet_id, entry_id = posted.entry_id,
                points = (SELECT COALESCE(sum(l.original), 0) FROM lot l
                    WHERE l.wallet_id = posted.wallet_id AND l.entry_id = posted.entry_id)
            WHERE k.claim_id = c.claim_id;
        END IF;
        RETURN NEXT posted;
    END LOOP;
END $$;

-- Paid claims of which something is to be taken back: goods came back, or the owner has found a fraud.
CREATE FUNCTION claims_to_take_back(at timestamptz, most int)
RETURNS TABLE (claim_id uuid, partner_id uuid, units int, back_units int, taken_units int, why varchar, action jsonb)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
BEGIN
    UPDATE claim c SET returns = b.returns, back_units = GREATEST(c.back_units, c.units - GREATEST(0, LEAST(c.units,
        units_kept(b, c.sku, c.partner_id) - (SELECT COALESCE(sum(o.units), 0) FROM claim o WHERE o.programme_id = c.programme_id
            AND o.purchase_entry_id = b.entry_id AND o.sku IS NOT DISTINCT FROM c.sku AND o.state <> 'REJECTED'
            AND (o.claimed_at, o.claim_id) < (c.claimed_at, c.claim_id))))::int)
    FROM purchase b WHERE c.state = 'PAID' AND b.wallet_id = c.purchase_wallet_id AND b.entry_id = c.purchase_entry_id
        AND b.returns > c.returns;
    RETURN QUERY SELECT c.claim_id, c.partner_id, c.units, c.back_units, c.taken_units,
        (SELECT d.reason FROM claim_decision d WHERE d.claim_id = c.claim_id AND d.decision = 'TAKEN_BACK' LIMIT 1),
        jsonb_build_object('wallet_id', a.wallet_id,
        'entry_id', a.entry_id, 'now_in', forwarded(a.wallet_id), 'member_id', COALESCE(m.merged_into, m.member_id),
        'returns', (SELECT count(*) FROM purchase_return g WHERE g.wallet_id = a.wallet_id AND g.purchase_entry_id = a.entry_id),
        'lots', (SELECT COALESCE(jsonb_agg(jsonb_build_object('lot_id', l.lot_id, 'points', l.original)), '[]') FROM lot l
            WHERE l.wallet_id = a.wallet_id AND l.entry_id = a.entry_id),
        'tokens', (SELECT COALESCE(jsonb_agg(t.token_id), '[]') FROM token t
            WHERE t.wallet_id IN (a.wallet_id, forwarded(a.wallet_id)) AND t.home_wallet_id = a.wallet_id
                AND t.entry_id = a.entry_id AND t.taken_back_entry IS NULL))
    FROM claim c JOIN action a ON a.wallet_id = c.entry_wallet_id AND a.entry_id = c.entry_id
    JOIN entry e ON e.wallet_id = a.wallet_id AND e.entry_id = a.entry_id
    JOIN member m ON m.member_id = e.member_id
    WHERE c.state = 'PAID' AND c.back_units > c.taken_units ORDER BY c.claim_id LIMIT most;
END $$;

-- A step that the worker takes, unless somebody else took one in the meantime.
CREATE FUNCTION move_claim(one uuid, was text, step jsonb, at timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    moved claim;
BEGIN
    UPDATE claim c SET state = COALESCE(step ->> 'state', c.state), refusal = COALESCE(step ->> 'refusal', c.refusal),
        points = COALESCE((step ->> 'points')::bigint, c.points), taken_units = COALESCE((step ->> 'taken_units')::int, c.taken_units)
    WHERE c.claim_id = one AND c.state = was RETURNING * INTO moved;
    IF moved.claim_id IS NOT NULL AND step ->> 'state' = 'REJECTED' THEN
        PERFORM decided_by_itself(one, moved.partner_id, 'REJECTED', step ->> 'refusal', at);
    END IF;
    RETURN moved.claim_id IS NOT NULL;
END $$;

-- The key of a member, itself sealed by a key outside the database, for words that stand beside the member.
CREATE FUNCTION sealed_key_of(member uuid) RETURNS bytea
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT d.sealed_key FROM personal_data d WHERE d.member_id = member LIMIT 1
$$;

-- What an employer's staff was rewarded for: by person where the seller shows it, of all others in sums over at least ten.
CREATE FUNCTION staff_rewards(employer uuid, since timestamptz, until timestamptz)
RETURNS TABLE (partner_id uuid, name varchar, seller_id uuid, sellers bigint, claims bigint, units bigint, points bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT c.partner_id, p.name, CASE WHEN s.shows_rewards THEN s.seller_id END, count(DISTINCT c.member_id), count(*),
        sum(c.units - c.taken_units), sum(c.points)::bigint
    FROM claim c JOIN seller s ON s.seller_id = c.seller_id
    JOIN claim_programme p ON p.programme_id = c.programme_id AND p.version = c.version
    WHERE sees_partner(employer) AND c.employer_id = employer AND c.state = 'PAID' AND c.paid_at >= staff_rewards.since
        AND c.paid_at < staff_rewards.until
    GROUP BY 1, 2, 3 HAVING bool_or(s.shows_rewards) OR count(DISTINCT c.member_id) >= 10 ORDER BY 2, 3 NULLS LAST
$$;
