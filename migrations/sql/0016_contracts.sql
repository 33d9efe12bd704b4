-- Contracts bind two persons, and never reach back into what is cut off; the companies that settle keep their accounts safe.

-- Up to where cycles have been cut off; null while none has been.
CREATE FUNCTION settled_until() RETURNS timestamptz LANGUAGE sql STABLE AS
$$ SELECT max(c.cut_off_at) FROM cycle c $$;

-- While a coalition is being founded, or in a sandbox, the command line may do by itself what later takes people by name.
CREATE FUNCTION is_founding() RETURNS boolean LANGUAGE sql STABLE AS
$$ SELECT settled_until() IS NULL OR COALESCE((SELECT c.sandbox FROM coalition c), true) $$;

CREATE FUNCTION guard_contract() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.withdrawn_at IS NOT NULL THEN
        RAISE EXCEPTION 'contract % was withdrawn; draw up the next version', OLD.contract_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_contract_withdrawn_never_changes';
    END IF;
    IF NEW.signed_at IS NULL THEN
        RETURN NEW;
    END IF;
    IF NOT is_founding() AND (NEW.signed_by IS NULL OR NEW.drawn_up_by IS NULL) THEN
        RAISE EXCEPTION 'a contract is drawn up and signed by people, by name'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_contract_signed_by_people';
    END IF;
    IF NEW.valid_from < settled_until() THEN
        RAISE EXCEPTION 'a contract does not reach back before the last cut-off'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_contract_not_into_settled_time';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER contract_guarded BEFORE INSERT OR UPDATE ON contract FOR EACH ROW EXECUTE FUNCTION guard_contract();

-- What nobody else may fund points for, at some partners' tills, now or later. Contracts are walled; this tells of them what
-- everybody who plans a campaign has to know, and no price. No partners named: everywhere.
CREATE FUNCTION reservations(places uuid[], at timestamptz)
RETURNS TABLE (partner_id uuid, name varchar, contract_id uuid, version int, categories text[], territories text[],
    since timestamptz, until timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH signed AS (
        SELECT c.*, lead(c.valid_from) OVER (PARTITION BY c.partner_id ORDER BY c.version) AS until
        FROM contract c WHERE c.signed_at IS NOT NULL
    )
    SELECT s.partner_id, p.name, s.contract_id, s.version, s.exclusive_categories, s.territories, s.valid_from, s.until
    FROM signed s JOIN partner p ON p.partner_id = s.partner_id AND p.status <> 'CLOSED'
    WHERE cardinality(s.exclusive_categories) > 0 AND COALESCE(s.until > at, true) AND COALESCE(s.until > s.valid_from, true)
        AND (places IS NULL OR cardinality(s.territories) = 0 OR s.territories && ARRAY(
            SELECT e.country::text FROM legal_entity e WHERE e.partner_id = ANY (places)))
    ORDER BY p.name, s.version
$$;

-- Where a company is paid is what fraud goes for: changed only as one person proposed and another confirmed.
CREATE TABLE bank_change (
    bank_change_id uuid NOT NULL CONSTRAINT pk_bank_change PRIMARY KEY,
    legal_entity_id uuid NOT NULL CONSTRAINT fk_bank_change_legal_entity_id REFERENCES legal_entity (legal_entity_id),
    partner_id uuid CONSTRAINT fk_bank_change_partner_id REFERENCES partner (partner_id),
    iban varchar NOT NULL,
    bic varchar,
    proposed_by uuid NOT NULL,
    proposed_at timestamptz NOT NULL,
    outcome varchar,
    decided_by uuid,
    decided_at timestamptz,
    CONSTRAINT ck_bank_change_outcome CHECK (outcome IN ('CONFIRMED', 'REJECTED')),
    CONSTRAINT ck_bank_change_decided CHECK (num_nonnulls(outcome, decided_by, decided_at) IN (0, 3)),
    CONSTRAINT ck_bank_change_second_person CHECK (outcome <> 'CONFIRMED' OR decided_by <> proposed_by)
);
CREATE UNIQUE INDEX uq_bank_change_waiting ON bank_change (legal_entity_id) WHERE outcome IS NULL;

CREATE FUNCTION guard_bank_details() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.iban, NEW.bic) IS DISTINCT FROM (OLD.iban, OLD.bic) AND NOT is_founding() AND NOT EXISTS (
        SELECT FROM bank_change b WHERE b.legal_entity_id = NEW.legal_entity_id AND b.outcome = 'CONFIRMED'
            AND (b.iban, b.bic) IS NOT DISTINCT FROM (NEW.iban, NEW.bic))
    THEN
        RAISE EXCEPTION 'an account is changed by two persons: one proposes it, another confirms'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_legal_entity_account_by_two';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER bank_details_guarded BEFORE UPDATE ON legal_entity FOR EACH ROW EXECUTE FUNCTION guard_bank_details();

CREATE FUNCTION bank_change_is_final() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what was decided about an account stays on record'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_bank_change_final';
END $$;
CREATE TRIGGER bank_change_stays BEFORE UPDATE ON bank_change FOR EACH ROW WHEN (OLD.outcome IS NOT NULL)
    EXECUTE FUNCTION bank_change_is_final();
