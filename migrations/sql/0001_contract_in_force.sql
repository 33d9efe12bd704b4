-- A signed contract is history: postings name it, so none of its terms may change afterwards.

CREATE FUNCTION refuse_change_of_signed_contract() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.signed_at IS NOT NULL THEN
        RAISE EXCEPTION 'contract % is signed and never changes; make the next version', OLD.contract_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_contract_signed_never_changes';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER contract_signed_never_changes BEFORE UPDATE ON contract
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_signed_contract();
