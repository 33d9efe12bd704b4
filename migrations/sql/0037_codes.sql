-- On-pack codes. A code is a batch and a serial; its use is a row with that key, written in the transaction that records the action.
-- Where somebody named a code stands apart and is the coalition's alone: a maker never learns where else its buyers are.

CREATE TABLE code_batch (
    batch_id uuid NOT NULL,
    partner_id uuid NOT NULL CONSTRAINT fk_code_batch_partner_id REFERENCES partner,
    number integer,
    kind varchar NOT NULL CONSTRAINT ck_code_batch_kind CHECK (kind IN ('RANDOM', 'STATELESS')),
    state varchar NOT NULL CONSTRAINT ck_code_batch_state CHECK (state IN ('ORDERED', 'PRINTED', 'LIVE', 'ENDED', 'VOID')),
    name varchar NOT NULL,
    products jsonb NOT NULL,
    count integer NOT NULL,
    units integer NOT NULL,
    cost bigint NOT NULL,
    seed bytea NOT NULL,
    made integer NOT NULL,
    valid_from timestamptz,
    valid_until timestamptz,
    survey_id uuid,
    most_a_day integer,
    most_a_member integer,
    ordered_at timestamptz NOT NULL,
    ordered_by uuid,
    printed_at timestamptz,
    live_at timestamptz,
    ended_at timestamptz,
    end_reason varchar,
    changed_by uuid,
    held_at timestamptz,
    held_by_alarm boolean NOT NULL,
    CONSTRAINT pk_code_batch PRIMARY KEY (batch_id),
    CONSTRAINT uq_code_batch_number UNIQUE (number),
    CONSTRAINT ck_code_batch_sizes CHECK (count > 0 AND units > 0 AND cost >= 0),
    CONSTRAINT ck_code_batch_made CHECK (made BETWEEN 0 AND count AND (kind = 'RANDOM' OR made = 0)),
    CONSTRAINT ck_code_batch_fits CHECK (kind = 'RANDOM' AND number IS NULL OR number BETWEEN 0 AND 1048575 AND count <= 4194304),
    CONSTRAINT ck_code_batch_valid CHECK (valid_from < valid_until),
    CONSTRAINT ck_code_batch_most CHECK (most_a_day > 0 AND most_a_member > 0),
    CONSTRAINT ck_code_batch_live_made CHECK (state <> 'LIVE' OR kind = 'STATELESS' OR made = count),
    CONSTRAINT ck_code_batch_printed CHECK ((state = 'ORDERED') = (printed_at IS NULL) OR state = 'VOID')
);
CREATE INDEX ix_code_batch_partner_id_batch_id ON code_batch (partner_id, batch_id);

CREATE TABLE code (
    digest bytea NOT NULL,
    batch_id uuid NOT NULL,
    serial integer NOT NULL,
    CONSTRAINT pk_code PRIMARY KEY (digest)
);

CREATE TABLE code_void (
    void_id uuid NOT NULL,
    batch_id uuid NOT NULL CONSTRAINT fk_code_void_batch_id REFERENCES code_batch,
    partner_id uuid NOT NULL,
    first integer NOT NULL,
    last integer NOT NULL,
    reason varchar NOT NULL,
    voided_at timestamptz NOT NULL,
    voided_by uuid,
    CONSTRAINT pk_code_void PRIMARY KEY (void_id),
    CONSTRAINT ck_code_void_in_order CHECK (0 <= first AND first <= last)
);
CREATE INDEX ix_code_void_batch_id_first ON code_void (batch_id, first);

CREATE TABLE code_print (
    print_id uuid NOT NULL,
    batch_id uuid NOT NULL CONSTRAINT fk_code_print_batch_id REFERENCES code_batch,
    partner_id uuid NOT NULL,
    number integer NOT NULL,
    reason varchar,
    asked_at timestamptz NOT NULL,
    asked_by uuid,
    taken_at timestamptz,
    CONSTRAINT pk_code_print PRIMARY KEY (print_id),
    CONSTRAINT uq_code_print_batch_id_number UNIQUE (batch_id, number),
    CONSTRAINT ck_code_print_reason CHECK ((number > 1) <= (reason IS NOT NULL))
);

CREATE TABLE code_use (
    batch_id uuid NOT NULL CONSTRAINT fk_code_use_batch_id REFERENCES code_batch,
    serial integer NOT NULL,
    partner_id uuid NOT NULL,
    wallet_id uuid NOT NULL,
    entry_id uuid NOT NULL,
    member_id uuid NOT NULL,
    outlet_id uuid,
    used_at timestamptz NOT NULL,
    CONSTRAINT pk_code_use PRIMARY KEY (batch_id, serial)
);
CREATE INDEX ix_code_use_batch_id_member_id ON code_use (batch_id, member_id);
CREATE INDEX ix_code_use_batch_id_used_at ON code_use (batch_id, used_at);
CREATE INDEX ix_code_use_member_id ON code_use (member_id);
CREATE INDEX ix_code_use_wallet_id_entry_id ON code_use (wallet_id, entry_id);

CREATE TABLE code_try (
    try_id bigint GENERATED ALWAYS AS IDENTITY,
    tried_at timestamptz NOT NULL,
    batch_id uuid,
    partner_id uuid,
    became varchar NOT NULL CONSTRAINT ck_code_try_became
        CHECK (became IN ('ENTERED', 'UNKNOWN', 'USED', 'EARLY', 'OVER', 'VOID', 'HELD')),
    through uuid,
    outlet_id uuid,
    member_id uuid,
    network bytea,
    CONSTRAINT pk_code_try PRIMARY KEY (try_id)
);
CREATE INDEX ix_code_try_tried_at ON code_try (tried_at);

CREATE TABLE code_watch (
    partner_id uuid NOT NULL CONSTRAINT fk_code_watch_partner_id REFERENCES partner,
    misses integer NOT NULL,
    entries integer NOT NULL,
    one_address integer NOT NULL,
    one_member integer NOT NULL,
    one_outlet integer NOT NULL,
    early integer NOT NULL,
    holds boolean NOT NULL,
    changed_at timestamptz NOT NULL,
    CONSTRAINT pk_code_watch PRIMARY KEY (partner_id),
    CONSTRAINT ck_code_watch_positive CHECK (least(misses, entries, one_address, one_member, one_outlet, early) > 0)
);

CREATE TABLE code_alarm (
    alarm_id uuid NOT NULL,
    batch_id uuid CONSTRAINT fk_code_alarm_batch_id REFERENCES code_batch,
    partner_id uuid,
    kind varchar NOT NULL CONSTRAINT ck_code_alarm_kind
        CHECK (kind IN ('MISSES', 'ENTRIES', 'ONE_ADDRESS', 'ONE_MEMBER', 'ONE_OUTLET', 'EARLY')),
    since timestamptz NOT NULL,
    whose varchar NOT NULL,
    counted integer NOT NULL,
    threshold integer NOT NULL,
    raised_at timestamptz NOT NULL,
    held boolean NOT NULL,
    CONSTRAINT pk_code_alarm PRIMARY KEY (alarm_id)
);
CREATE UNIQUE INDEX uq_code_alarm ON code_alarm (batch_id, kind, since, whose) NULLS NOT DISTINCT;
CREATE INDEX ix_code_alarm_partner_id_alarm_id ON code_alarm (partner_id, alarm_id) WHERE partner_id IS NOT NULL;

-- What an order says never changes, and no batch goes back in its life.
CREATE FUNCTION refuse_change_of_batch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.partner_id, NEW.number, NEW.kind, NEW.name, NEW.products, NEW.count, NEW.units, NEW.cost, NEW.seed, NEW.valid_from,
            NEW.valid_until, NEW.survey_id, NEW.most_a_day, NEW.most_a_member, NEW.ordered_at)
        IS DISTINCT FROM (OLD.partner_id, OLD.number, OLD.kind, OLD.name, OLD.products, OLD.count, OLD.units, OLD.cost, OLD.seed,
            OLD.valid_from, OLD.valid_until, OLD.survey_id, OLD.most_a_day, OLD.most_a_member, OLD.ordered_at)
        OR NEW.made < OLD.made
        OR NEW.state <> OLD.state AND (OLD.state || '>' || NEW.state) NOT IN ('ORDERED>PRINTED', 'ORDERED>VOID', 'PRINTED>LIVE',
            'PRINTED>VOID', 'LIVE>ENDED', 'LIVE>VOID', 'ENDED>VOID')
    THEN
        RAISE EXCEPTION 'what was ordered does not change, and a batch does not go back' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER code_batch_stays BEFORE UPDATE ON code_batch FOR EACH ROW EXECUTE FUNCTION refuse_change_of_batch();

-- Codes made so far, in order: a chunk is stored once, whoever makes it; how many there are now. What is there already is not made again.
CREATE FUNCTION keep_codes(batch uuid, first_serial int, digests bytea[]) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    b code_batch;
BEGIN
    SELECT * INTO STRICT b FROM code_batch WHERE batch_id = batch FOR NO KEY UPDATE;
    IF b.kind <> 'RANDOM' OR b.made <> first_serial THEN
        RETURN b.made;
    END IF;
    INSERT INTO code (digest, batch_id, serial)
    SELECT d.digest, batch, first_serial + d.place::int - 1 FROM unnest(digests) WITH ORDINALITY AS d (digest, place);
    UPDATE code_batch SET made = first_serial + cardinality(digests) WHERE batch_id = batch;
    RETURN first_serial + cardinality(digests);
END $$;

-- What speaks against a code of a batch now, but for its having been entered.
CREATE FUNCTION against_code(b code_batch, one int, at timestamptz) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT CASE
        WHEN b.state = 'VOID' OR EXISTS (SELECT FROM code_void v WHERE v.batch_id = b.batch_id AND one BETWEEN v.first AND v.last) THEN 'VOID'
        WHEN b.state IN ('ORDERED', 'PRINTED') OR at < b.valid_from THEN 'EARLY'
        WHEN b.state = 'ENDED' OR at >= b.valid_until THEN 'OVER'
        WHEN b.held_at IS NOT NULL THEN 'HELD' END
$$;

-- The batch and serial of a code: by its digest, or as a code says itself that proves it. None, where it is nobody's.
CREATE FUNCTION code_named(said_digest bytea, said_number int, said_serial int) RETURNS TABLE (batch code_batch, serial int)
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN QUERY SELECT b, c.serial FROM code c JOIN code_batch b ON b.batch_id = c.batch_id WHERE c.digest = said_digest;
    IF NOT FOUND THEN
        RETURN QUERY SELECT b, said_serial FROM code_batch b WHERE b.number = said_number AND said_serial < b.count;
    END IF;
END $$;

-- A code that somebody names, for a member or for nobody yet: OPEN, or MINE with its use, or NO. What is not accepted is kept as a
-- try, whatever speaks against it; who asked is told nothing of that.
CREATE FUNCTION look_up_code(said_digest bytea, said_number int, said_serial int, who jsonb, at timestamptz)
RETURNS TABLE (answer text, batch jsonb, serial int, wallet_id uuid, entry_id uuid, entered_at timestamptz)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    named record;
    used code_use;
    speaks text;
    mine boolean;
BEGIN
    SELECT n.batch, n.serial INTO named FROM code_named(said_digest, said_number, said_serial) n;
    IF (named.batch).batch_id IS NULL THEN
        speaks := 'UNKNOWN';
    ELSE
        SELECT u.* INTO used FROM code_use u WHERE u.batch_id = (named.batch).batch_id AND u.serial = named.serial;
        IF used.batch_id IS NULL THEN
            speaks := against_code(named.batch, named.serial, at);
        ELSE
            mine := COALESCE(has_become(used.member_id, (who ->> 'member_id')::uuid), false);
            speaks := CASE WHEN NOT mine THEN 'USED' END;
        END IF;
    END IF;
    IF speaks IS NOT NULL THEN
        INSERT INTO code_try (tried_at, batch_id, partner_id, became, through, outlet_id, member_id, network)
        VALUES (at, (named.batch).batch_id, (named.batch).partner_id, speaks, (who ->> 'through')::uuid, (who ->> 'outlet_id')::uuid,
            (who ->> 'member_id')::uuid, decode(who ->> 'network', 'hex'));
        RETURN QUERY SELECT 'NO', NULL::jsonb, NULL::int, NULL::uuid, NULL::uuid, NULL::timestamptz;
        RETURN;
    END IF;
    RETURN QUERY SELECT CASE WHEN mine THEN 'MINE' ELSE 'OPEN' END, to_jsonb(named.batch) - 'seed', named.serial, used.wallet_id,
        used.entry_id, used.used_at;
END $$;

-- How many codes of a batch a member has entered, whoever it was before: all, and since an instant.
CREATE FUNCTION codes_entered(batch uuid, member uuid, since timestamptz) RETURNS TABLE (ever bigint, lately bigint)
LANGUAGE sql STABLE AS $$
    SELECT count(*), count(*) FILTER (WHERE u.used_at >= since) FROM code_use u
    WHERE u.batch_id = batch AND (u.member_id = member
        OR u.member_id IN (SELECT m.member_id FROM member m WHERE m.merged_into = member))
$$;

-- What a maker is told of an entry: by whom, only where the member lets it know.
CREATE FUNCTION tell_of_code(batch uuid, partner uuid, wallet uuid, member uuid, at timestamptz) RETURNS void LANGUAGE sql AS $$
    INSERT INTO event (partner_id, kind, balance_seen, wallet_id, member_id, subject_id, occurred_at)
    SELECT partner, 'CODE_ENTERED', false, l.wallet_id, l.member_id, batch, at
    FROM (SELECT) nobody LEFT JOIN LATERAL (SELECT x.wallet_id, x.member_id FROM link x
        WHERE x.wallet_id = wallet AND x.member_id = member AND x.partner_id = partner AND allows_offers(wallet, member, partner)
        LIMIT 1) l ON true
$$;

-- An action with the answers it asked for (keep_response comes with surveys): both, or neither.
CREATE FUNCTION post_code_and_response(item jsonb, draft jsonb, at timestamptz) RETURNS posting_result LANGUAGE plpgsql AS $$
DECLARE
    posted posting_result;
    kept text;
BEGIN
    SELECT k.outcome INTO kept FROM keep_response(draft, at) k;
    IF kept NOT IN ('KEPT', 'REPLAYED', 'ANSWERED') THEN
        RETURN ROW((item ->> 'item')::int, 'RESPONSE_' || kept, (item ->> 'wallet_id')::uuid, (item ->> 'entry_id')::uuid, NULL, NULL, NULL,
            NULL, NULL, NULL)::posting_result;
    END IF;
    SELECT * INTO posted FROM post_actions(jsonb_build_array(item), at);
    IF posted.outcome <> 'POSTED' THEN
        RAISE EXCEPTION 'the answers wait for their code' USING ERRCODE = 'HA037';
    END IF;
    RETURN posted;
EXCEPTION WHEN SQLSTATE 'HA037' THEN
    RETURN posted;
END $$;

-- Codes into the books: each use is written with its action, or neither is. Who comes second waits for who came first, and is told
-- what everybody is told. Batches are held still meanwhile, so that none is voided between the look and the entry.
CREATE FUNCTION post_code_uses(items jsonb, at timestamptz) RETURNS SETOF posting_result
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET jit = off AS $$
DECLARE
    one record;
    b code_batch;
    counted record;
    refused text;
    posted posting_result;
BEGIN
    PERFORM lock_cycle();
    PERFORM lock_wallets(ARRAY(SELECT (i ->> 'wallet_id')::uuid FROM jsonb_array_elements(items) i));
    FOR one IN SELECT i.*, u.*, x AS whole FROM jsonb_array_elements(items) x,
        jsonb_to_record(x) AS i(item int, wallet_id uuid, entry_id uuid, member_id uuid, partner_id uuid, outlet_id uuid, beside jsonb),
        jsonb_to_record(i.beside) AS u(batch_id uuid, serial int, through uuid, place uuid, network text, response jsonb)
    LOOP
        SELECT * INTO STRICT b FROM code_batch WHERE batch_id = one.batch_id AND partner_id = one.partner_id FOR SHARE;
        refused := CASE WHEN against_code(b, one.serial, at) IS NOT NULL THEN 'CODE_NOT_ACCEPTED' END;
        IF refused IS NULL AND (b.most_a_day IS NOT NULL OR b.most_a_member IS NOT NULL) THEN
            SELECT * INTO counted FROM codes_entered(b.batch_id, one.member_id,
                date_trunc('day', at AT TIME ZONE coalition_zone()) AT TIME ZONE coalition_zone());
            refused := CASE WHEN counted.ever >= b.most_a_member THEN 'ENOUGH_CODES'
                WHEN counted.lately >= b.most_a_day THEN 'ENOUGH_CODES_TODAY' END;
        END IF;
        IF refused IS NULL THEN
            INSERT INTO code_use (batch_id, serial, partner_id, wallet_id, entry_id, member_id, outlet_id, used_at)
            VALUES (b.batch_id, one.serial, b.partner_id, one.wallet_id, one.entry_id, one.member_id, one.outlet_id, at)
            ON CONFLICT DO NOTHING;
            refused := CASE WHEN NOT FOUND THEN 'CODE_NOT_ACCEPTED' END;
        END IF;
        IF refused IS NOT NULL THEN
            RETURN NEXT ROW(one.item, refused, one.wallet_id, one.entry_id, NULL, NULL, NULL, NULL, NULL, NULL)::posting_result;
            CONTINUE;
        END IF;
        IF one.response IS NULL THEN
            SELECT * INTO posted FROM post_actions(jsonb_build_array(one.whole), at);
        ELSE
            posted := post_code_and_response(one.whole, one.response, at);
        END IF;
        IF posted.outcome <> 'POSTED' THEN
            DELETE FROM code_use u WHERE u.batch_id = b.batch_id AND u.serial = one.serial;
        ELSE
            INSERT INTO code_try (tried_at, batch_id, partner_id, became, through, outlet_id, member_id, network)
            VALUES (at, b.batch_id, b.partner_id, 'ENTERED', one.through, one.place, one.member_id, decode(one.network, 'hex'));
            PERFORM tell_of_code(b.batch_id, b.partner_id, one.wallet_id, one.member_id, at);
        END IF;
        RETURN NEXT posted;
    END LOOP;
END $$;

-- Alarms: what lies beyond a maker's thresholds (or the usual ones) in the last hour and day. Each rings once for its hour or day; it may
-- put its batch on hold. Codes that are nobody's are watched for the coalition.
CREATE FUNCTION raise_code_alarms(usual jsonb, at timestamptz) RETURNS TABLE (raised bigint, held bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    this_hour timestamptz := date_trunc('hour', at);  -- an alarm rings once in it, whatever it is about
    today timestamptz := date_trunc('day', at AT TIME ZONE coalition_zone()) AT TIME ZONE coalition_zone();
BEGIN
    RETURN QUERY
    WITH tried AS MATERIALIZED (
        SELECT t.*, COALESCE(to_jsonb(w), usual) AS watch FROM code_try t LEFT JOIN code_watch w ON w.partner_id = t.partner_id
        WHERE t.tried_at > at - interval '1 day' AND t.tried_at <= at
    ), counts AS (
        SELECT t.batch_id, t.partner_id, 'MISSES' AS kind, this_hour AS since, '' AS whose, count(*) AS counted,
            CASE WHEN t.batch_id IS NULL THEN usual ELSE t.watch END AS watch, 'misses' AS name
        FROM tried t WHERE t.became <> 'ENTERED' AND t.tried_at > at - interval '1 hour' GROUP BY 1, 2, 7
        UNION ALL SELECT t.batch_id, t.partner_id, 'ENTRIES', this_hour, '', count(*), t.watch, 'entries'
        FROM tried t WHERE t.became = 'ENTERED' AND t.tried_at > at - interval '1 hour' GROUP BY 1, 2, 7
        UNION ALL SELECT t.batch_id, t.partner_id, 'ONE_ADDRESS', today, left(encode(t.network, 'hex'), 12), count(*), t.watch, 'one_address'
        FROM tried t WHERE t.became = 'ENTERED' AND t.network IS NOT NULL GROUP BY 1, 2, 5, 7
        UNION ALL SELECT t.batch_id, t.partner_id, 'ONE_MEMBER', today, left(md5(t.batch_id::text || t.member_id), 12), count(*), t.watch,
            'one_member'
        FROM tried t WHERE t.became = 'ENTERED' AND t.member_id IS NOT NULL GROUP BY 1, 2, 5, 7
        UNION ALL SELECT t.batch_id, t.partner_id, 'ONE_OUTLET', today, left(md5(t.batch_id::text || t.outlet_id), 12), count(*), t.watch,
            'one_outlet'
        FROM tried t WHERE t.became = 'ENTERED' AND t.outlet_id IS NOT NULL GROUP BY 1, 2, 5, 7
        UNION ALL SELECT t.batch_id, t.partner_id, 'EARLY', today, '', count(*), t.watch, 'early'
        FROM tried t WHERE t.became = 'EARLY' GROUP BY 1, 2, 7
    ), rung AS (
        INSERT INTO code_alarm (alarm_id, batch_id, partner_id, kind, since, whose, counted, threshold, raised_at, held)
        SELECT gen_random_uuid(), c.batch_id, c.partner_id, c.kind, c.since, c.whose, c.counted, (c.watch ->> c.name)::int, at,
            c.batch_id IS NOT NULL AND COALESCE((c.watch ->> 'holds')::boolean, false)
        FROM counts c WHERE c.counted >= (c.watch ->> c.name)::int
        ON CONFLICT DO NOTHING RETURNING alarm_id, batch_id, partner_id, held
    ), holding AS (
        UPDATE code_batch b SET held_at = at, held_by_alarm = true
        WHERE b.held_at IS NULL AND b.state = 'LIVE' AND b.batch_id IN (SELECT r.batch_id FROM rung r WHERE r.held)
        RETURNING b.batch_id
    ), told AS (
        INSERT INTO event (partner_id, kind, balance_seen, subject_id, occurred_at)
        SELECT r.partner_id, 'CODE_ALARM', false, r.alarm_id, at FROM rung r WHERE r.partner_id IS NOT NULL
    )
    SELECT (SELECT count(*) FROM rung), (SELECT count(*) FROM holding);
END $$;

CREATE FUNCTION forget_code_tries(before timestamptz) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH gone AS (DELETE FROM code_try t WHERE t.tried_at < before RETURNING 1) SELECT count(*) FROM gone
$$;

-- Which serials of a batch codes have, for whoever owns it; codes of others are left out.
CREATE FUNCTION code_serials(batch uuid, digests bytea[]) RETURNS SETOF int
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT c.serial FROM code c JOIN code_batch b ON b.batch_id = c.batch_id
    WHERE b.batch_id = batch AND sees_partner(b.partner_id) AND c.digest = ANY (digests)
$$;

-- What a maker decided about its codes is on the trail.
CREATE CONSTRAINT TRIGGER code_batch_is_ordered AFTER INSERT ON code_batch DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    EXECUTE FUNCTION tell_trail('DECISION_TAKEN', 'DECISION', 'batch_id', 'partner_id', 'ordered_by', 'kind,count', '');
CREATE CONSTRAINT TRIGGER code_batch_is_told AFTER UPDATE ON code_batch DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (NEW.state <> OLD.state OR NEW.held_at IS DISTINCT FROM OLD.held_at)
    EXECUTE FUNCTION tell_trail('DECISION_TAKEN', 'DECISION', 'batch_id', 'partner_id', 'changed_by', 'state,held_at', '');
CREATE CONSTRAINT TRIGGER code_print_is_told AFTER INSERT OR UPDATE ON code_print DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    EXECUTE FUNCTION tell_trail('DECISION_TAKEN', 'DECISION', 'batch_id', 'partner_id', 'asked_by', 'number,taken_at', '');
CREATE CONSTRAINT TRIGGER code_void_is_told AFTER INSERT ON code_void DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    EXECUTE FUNCTION tell_trail('DECISION_TAKEN', 'DECISION', 'batch_id', 'partner_id', 'voided_by', 'first,last', '');
