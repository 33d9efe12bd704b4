-- Trade-in: a member hands an old item in, and gets credit for it, now or when it is sold. What it is worth is figured from the version of
-- the scheme that is live; credit is a voucher with an amount of its own, or an action that campaigns answer.

CREATE TABLE trade_in_scheme (
    scheme_id uuid NOT NULL,
    version integer NOT NULL CONSTRAINT ck_trade_in_scheme_version CHECK (version > 0),
    partner_id uuid NOT NULL CONSTRAINT fk_trade_in_scheme_partner_id REFERENCES partner,
    state varchar NOT NULL CONSTRAINT ck_trade_in_scheme_state CHECK (state IN ('DRAFT', 'LIVE', 'PAUSED', 'ENDED')),
    name varchar NOT NULL,
    terms jsonb NOT NULL,
    partners uuid[] NOT NULL CONSTRAINT ck_trade_in_scheme_partners CHECK (cardinality(partners) > 0),
    sponsors uuid[] NOT NULL,
    fingerprint bytea NOT NULL,
    created_at timestamptz NOT NULL,
    live_from timestamptz,
    live_until timestamptz,
    CONSTRAINT pk_trade_in_scheme PRIMARY KEY (scheme_id, version),
    CONSTRAINT ck_trade_in_scheme_live_times CHECK (CASE state WHEN 'DRAFT' THEN live_from IS NULL AND live_until IS NULL
        WHEN 'LIVE' THEN live_from IS NOT NULL AND live_until IS NULL
        WHEN 'PAUSED' THEN live_from IS NOT NULL AND live_until IS NOT NULL
        ELSE (live_from IS NULL) = (live_until IS NULL) END)
);
CREATE INDEX ix_trade_in_scheme_partner_id ON trade_in_scheme (partner_id);
CREATE UNIQUE INDEX uq_trade_in_scheme_one_draft ON trade_in_scheme (scheme_id) WHERE state = 'DRAFT';
CREATE UNIQUE INDEX uq_trade_in_scheme_one_live ON trade_in_scheme (scheme_id) WHERE state IN ('LIVE', 'PAUSED');

CREATE TABLE trade_in_agreement (
    scheme_id uuid NOT NULL,
    partner_id uuid NOT NULL CONSTRAINT fk_trade_in_agreement_partner_id REFERENCES partner,
    fingerprint bytea NOT NULL,
    version integer NOT NULL,
    owner_id uuid NOT NULL,
    agreed_at timestamptz NOT NULL,
    CONSTRAINT pk_trade_in_agreement PRIMARY KEY (scheme_id, partner_id, fingerprint),
    CONSTRAINT fk_trade_in_agreement_scheme_id FOREIGN KEY (scheme_id, version) REFERENCES trade_in_scheme
);

-- What has been live never changes: items were valued by it. And nobody pays who has not agreed to these very terms.
CREATE FUNCTION guard_trade_in_scheme() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.state <> 'DRAFT' THEN
        IF to_jsonb(NEW) - ARRAY['state', 'live_until'] IS DISTINCT FROM to_jsonb(OLD) - ARRAY['state', 'live_until']
            OR (OLD.state, NEW.state) NOT IN (('LIVE', 'PAUSED'), ('LIVE', 'ENDED'), ('PAUSED', 'ENDED'))
            OR OLD.live_until IS NOT NULL AND NEW.live_until IS DISTINCT FROM OLD.live_until
        THEN
            RAISE EXCEPTION 'version % of trade-in scheme % has been live and never changes', OLD.version, OLD.scheme_id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_trade_in_scheme_live_never_changes';
        END IF;
        RETURN NEW;
    END IF;
    IF NEW.state = 'LIVE' AND EXISTS (SELECT FROM unnest(NEW.sponsors) AS s (partner_id)
        WHERE s.partner_id <> NEW.partner_id AND NOT EXISTS (SELECT FROM trade_in_agreement a
            WHERE a.scheme_id = NEW.scheme_id AND a.partner_id = s.partner_id AND a.fingerprint = NEW.fingerprint))
    THEN
        RAISE EXCEPTION 'a sponsor of trade-in scheme % has not agreed to its terms', NEW.scheme_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_trade_in_scheme_sponsors_agreed';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER trade_in_scheme_guarded BEFORE INSERT OR UPDATE ON trade_in_scheme
    FOR EACH ROW EXECUTE FUNCTION guard_trade_in_scheme();

-- One visit to a counter: what one member handed in together.
CREATE TABLE trade_in (
    trade_in_id uuid NOT NULL CONSTRAINT pk_trade_in PRIMARY KEY,
    scheme_id uuid NOT NULL,
    version integer NOT NULL,
    owner_id uuid NOT NULL CONSTRAINT fk_trade_in_owner_id REFERENCES partner,
    partner_id uuid NOT NULL CONSTRAINT fk_trade_in_partner_id REFERENCES partner,
    outlet_id uuid,
    member_id uuid NOT NULL,
    staff varchar,
    reference varchar,
    idempotency_key varchar NOT NULL,
    fingerprint bytea NOT NULL,
    occurred_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL,
    reversed_at timestamptz,
    reversed_key varchar,
    CONSTRAINT fk_trade_in_scheme_id FOREIGN KEY (scheme_id, version) REFERENCES trade_in_scheme,
    CONSTRAINT ck_trade_in_reversed CHECK ((reversed_at IS NULL) = (reversed_key IS NULL))
);
CREATE UNIQUE INDEX uq_trade_in_key ON trade_in (partner_id, idempotency_key);
CREATE INDEX ix_trade_in_member_id ON trade_in (member_id);
CREATE INDEX ix_trade_in_scheme_id ON trade_in (scheme_id, recorded_at);

-- What a member got, or gets, for items: a voucher, or what campaigns give for the action.
CREATE TABLE trade_in_credit (
    credit_id uuid NOT NULL CONSTRAINT pk_trade_in_credit PRIMARY KEY,
    trade_in_id uuid NOT NULL CONSTRAINT fk_trade_in_credit_trade_in_id REFERENCES trade_in,
    partner_id uuid NOT NULL CONSTRAINT fk_trade_in_credit_partner_id REFERENCES partner,
    member_id uuid NOT NULL,
    form varchar NOT NULL CONSTRAINT ck_trade_in_credit_form CHECK (form IN ('VOUCHER', 'POINTS')),
    amount bigint NOT NULL CONSTRAINT ck_trade_in_credit_amount CHECK (amount > 0 OR amount = 0 AND form = 'POINTS'),
    state varchar NOT NULL CONSTRAINT ck_trade_in_credit_state CHECK (state IN ('PENDING', 'GIVEN', 'TAKEN_BACK', 'LOST')),
    voucher_id uuid,
    entry_wallet_id uuid,
    entry_id uuid,
    made_at timestamptz NOT NULL,
    given_at timestamptz,
    back_at timestamptz,
    CONSTRAINT ck_trade_in_credit_given CHECK ((state IN ('GIVEN', 'TAKEN_BACK')) = (entry_id IS NOT NULL)),
    CONSTRAINT ck_trade_in_credit_entry CHECK (num_nonnulls(entry_wallet_id, entry_id, given_at) IN (0, 3)),
    CONSTRAINT ck_trade_in_credit_voucher CHECK (form = 'VOUCHER' OR voucher_id IS NULL)
);
CREATE INDEX ix_trade_in_credit_trade_in_id ON trade_in_credit (trade_in_id);
CREATE INDEX ix_trade_in_credit_pending ON trade_in_credit (credit_id) WHERE state = 'PENDING';

CREATE TABLE trade_in_item (
    item_id uuid NOT NULL CONSTRAINT pk_trade_in_item PRIMARY KEY,
    trade_in_id uuid NOT NULL CONSTRAINT fk_trade_in_item_trade_in_id REFERENCES trade_in,
    number integer NOT NULL CONSTRAINT ck_trade_in_item_number CHECK (number > 0),
    scheme_id uuid NOT NULL,
    version integer NOT NULL,
    partner_id uuid NOT NULL CONSTRAINT fk_trade_in_item_partner_id REFERENCES partner,
    member_id uuid NOT NULL,
    category varchar NOT NULL,
    sku varchar,
    maker_id uuid,
    serial varchar,
    grade varchar NOT NULL,
    months integer CONSTRAINT ck_trade_in_item_months CHECK (months >= 0),
    units integer NOT NULL CONSTRAINT ck_trade_in_item_units CHECK (units > 0 AND (units = 1 OR serial IS NULL)),
    photos varchar[] NOT NULL,
    value bigint NOT NULL CONSTRAINT ck_trade_in_item_value CHECK (value >= 0),
    state varchar NOT NULL CONSTRAINT ck_trade_in_item_state
        CHECK (state IN ('CONSIGNED', 'CREDITED', 'SOLD', 'GIVEN_BACK', 'GIVEN_AWAY', 'REVERSED')),
    due_at timestamptz,
    closed_as varchar CONSTRAINT ck_trade_in_item_closed_as CHECK (closed_as IN ('SOLD', 'GIVEN_BACK', 'GIVEN_AWAY', 'FALLBACK')),
    closed_at timestamptz,
    closed_key varchar,
    sold_for bigint CONSTRAINT ck_trade_in_item_sold_for CHECK (sold_for > 0),
    credit_id uuid CONSTRAINT fk_trade_in_item_credit_id REFERENCES trade_in_credit,
    CONSTRAINT uq_trade_in_item_number UNIQUE (trade_in_id, number),
    CONSTRAINT ck_trade_in_item_credited CHECK ((state <> 'CREDITED' OR credit_id IS NOT NULL) AND (state <> 'CONSIGNED' OR credit_id IS NULL)),
    CONSTRAINT ck_trade_in_item_closed CHECK (num_nonnulls(closed_as, closed_at, closed_key) IN (0, 3)
        AND (closed_as IS NULL OR due_at IS NOT NULL) AND (state NOT IN ('SOLD', 'GIVEN_BACK', 'GIVEN_AWAY') OR closed_as IS NOT NULL)),
    CONSTRAINT ck_trade_in_item_sold CHECK ((closed_as IS NOT DISTINCT FROM 'SOLD') = (sold_for IS NOT NULL))
);
-- The same thing is handed in once in a scheme, unless it was given back.
CREATE UNIQUE INDEX uq_trade_in_item_serial ON trade_in_item (scheme_id, serial)
    WHERE serial IS NOT NULL AND state NOT IN ('REVERSED', 'GIVEN_BACK');
CREATE INDEX ix_trade_in_item_member_id ON trade_in_item (member_id);
CREATE INDEX ix_trade_in_item_credit_id ON trade_in_item (credit_id);
CREATE INDEX ix_trade_in_item_due_at ON trade_in_item (due_at) WHERE state = 'CONSIGNED';

-- A member becomes another: what it handed in is the other's.
CREATE FUNCTION take_trade_ins_along() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE trade_in SET member_id = NEW.merged_into WHERE member_id = OLD.member_id;
    UPDATE trade_in_item SET member_id = NEW.merged_into WHERE member_id = OLD.member_id;
    UPDATE trade_in_credit SET member_id = NEW.merged_into WHERE member_id = OLD.member_id;
    RETURN NULL;
END $$;
CREATE TRIGGER merged_member_takes_trade_ins AFTER UPDATE OF merged_into ON member FOR EACH ROW
    WHEN (OLD.merged_into IS NULL AND NEW.merged_into IS NOT NULL) EXECUTE FUNCTION take_trade_ins_along();

-- Give the voucher of a credit: an entry of the wallet's chain in the name of whoever took the item. Refuses by HA003.
CREATE FUNCTION give_trade_in_voucher(gift jsonb, at timestamptz) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    e entry_draft := (drafts(jsonb_build_array(gift), 'VOUCHER_GIFT'))[1];
    wants jsonb := (SELECT jsonb_agg(w || '{"item": 0}') FROM jsonb_array_elements(gift -> 'vouchers') AS w);
    why text := (SELECT j.outcome FROM judged(ARRAY[e], true) j);
BEGIN
    IF why IS NOT NULL THEN
        PERFORM refuse(why);
    ELSIF jsonb_array_length(issue_vouchers(wants, ARRAY[e], at)) > 0 THEN
        PERFORM refuse('COUPON_NOT_FOUND');
    END IF;
    PERFORM append_entries(ARRAY[carrying(e, (SELECT concat_ws(chr(31), w ->> 'voucher_id', w ->> 'coupon_id', w ->> 'amount')
        FROM jsonb_array_elements(wants) AS w))], '{}', at);
    UPDATE trade_in_credit SET state = 'GIVEN', voucher_id = (wants -> 0 ->> 'voucher_id')::uuid, entry_wallet_id = e.wallet_id,
        entry_id = e.entry_id, given_at = at
    WHERE credit_id = (gift ->> 'credit_id')::uuid AND state = 'PENDING';
    IF NOT FOUND THEN
        PERFORM refuse('TRADE_IN_CREDIT_GIVEN');
    END IF;
END $$;

CREATE FUNCTION keep_trade_in_credits(credits jsonb, trade uuid, partner uuid, member uuid, at timestamptz) RETURNS void LANGUAGE sql AS $$
    INSERT INTO trade_in_credit (credit_id, trade_in_id, partner_id, member_id, form, amount, state, made_at)
    SELECT c.credit_id, trade, partner, member, c.form, c.amount, 'PENDING', at
    FROM jsonb_to_recordset(credits) AS c(credit_id uuid, form text, amount bigint)
$$;

-- Whether a member in a wallet can be given anything by a partner now; refuses by HA003. The wallet is locked.
CREATE FUNCTION check_trade_in_parties(partner uuid, wallet uuid, member uuid) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM partner p WHERE p.partner_id = check_trade_in_parties.partner AND p.status = 'ACTIVE') THEN
        PERFORM refuse('PARTNER_NOT_ACTIVE');
    ELSIF NOT EXISTS (SELECT FROM member_now(member) n WHERE n.wallet_id = check_trade_in_parties.wallet) THEN
        PERFORM refuse('WALLET_MOVED');
    END IF;
END $$;

-- Record what a member hands in together, with the voucher for it where credit is given by one and now. All of it or nothing: what is
-- refused is answered by its code. The same key answers again for the same request.
CREATE FUNCTION record_trade_in(r jsonb, gift jsonb, at timestamptz) RETURNS TABLE (outcome text, trade_in_id uuid)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    t record;
    before trade_in;
    had bigint;
    more bigint := (SELECT sum(i.units) FROM jsonb_to_recordset(r -> 'items') AS i(units int));
BEGIN
    SELECT * INTO STRICT t FROM jsonb_to_record(r) AS x(trade_in_id uuid, scheme_id uuid, version int, partner_id uuid, outlet_id uuid,
        wallet_id uuid, member_id uuid, staff text, reference text, idempotency_key text, fingerprint bytea, occurred_at timestamptz,
        since timestamptz, most_items int);
    PERFORM lock_cycle();
    PERFORM lock_wallets(ARRAY[t.wallet_id]);
    SELECT x.* INTO before FROM trade_in x WHERE x.partner_id = t.partner_id AND x.idempotency_key = t.idempotency_key;
    IF FOUND THEN
        RETURN QUERY SELECT CASE before.fingerprint WHEN t.fingerprint THEN 'REPLAYED' ELSE 'IDEMPOTENCY_CONFLICT' END, before.trade_in_id;
        RETURN;
    END IF;
    PERFORM check_trade_in_parties(t.partner_id, t.wallet_id, t.member_id);
    IF NOT EXISTS (SELECT FROM trade_in_scheme s WHERE s.scheme_id = t.scheme_id AND s.version = t.version AND s.state = 'LIVE'
        AND s.partners @> ARRAY[t.partner_id])
    THEN
        PERFORM refuse('TRADE_IN_SCHEME_NOT_FOUND');
    END IF;
    had := (SELECT COALESCE(sum(i.units), 0) FROM trade_in_item i JOIN trade_in x ON x.trade_in_id = i.trade_in_id
        WHERE i.member_id = t.member_id AND i.scheme_id = t.scheme_id AND i.state <> 'REVERSED'
            AND (t.since IS NULL OR x.recorded_at > t.since));
    IF t.most_items > 0 AND had + more > t.most_items THEN
        PERFORM refuse('TRADE_IN_LIMIT');
    END IF;
    INSERT INTO trade_in (trade_in_id, scheme_id, version, owner_id, partner_id, outlet_id, member_id, staff, reference, idempotency_key,
        fingerprint, occurred_at, recorded_at)
    SELECT t.trade_in_id, t.scheme_id, t.version, s.partner_id, t.partner_id, t.outlet_id, t.member_id, t.staff, t.reference,
        t.idempotency_key, t.fingerprint, t.occurred_at, at
    FROM trade_in_scheme s WHERE s.scheme_id = t.scheme_id AND s.version = t.version;
    PERFORM keep_trade_in_credits(r -> 'credits', t.trade_in_id, t.partner_id, t.member_id, at);
    INSERT INTO trade_in_item (item_id, trade_in_id, number, scheme_id, version, partner_id, member_id, category, sku, maker_id, serial,
        grade, months, units, photos, value, state, due_at, credit_id)
    SELECT i.item_id, t.trade_in_id, i.number, t.scheme_id, t.version, t.partner_id, t.member_id, i.category, i.sku, i.maker_id, i.serial,
        i.grade, i.months, i.units, i.photos, i.value, CASE WHEN i.credit_id IS NULL THEN 'CONSIGNED' ELSE 'CREDITED' END, i.due_at,
        i.credit_id
    FROM jsonb_to_recordset(r -> 'items') AS i(item_id uuid, number int, category text, sku text, maker_id uuid, serial text, grade text,
        months int, units int, photos text[], value bigint, due_at timestamptz, credit_id uuid);
    IF gift IS NOT NULL THEN
        PERFORM give_trade_in_voucher(gift, at);
    END IF;
    RETURN QUERY SELECT 'POSTED', t.trade_in_id;
EXCEPTION
    WHEN SQLSTATE 'HA003' THEN
        RETURN QUERY SELECT SQLERRM, NULL::uuid;
    WHEN unique_violation THEN
        IF SQLERRM LIKE '%uq_trade_in_item_serial%' THEN
            RETURN QUERY SELECT 'SERIAL_TAKEN', NULL::uuid;
        ELSIF SQLERRM LIKE '%uq_trade_in_key%' THEN  -- the same request came in another wallet at this moment: asked again, it is known
            RETURN QUERY SELECT 'STALE', NULL::uuid;
        ELSE
            RAISE;
        END IF;
END $$;

-- What a key recorded before.
CREATE FUNCTION trade_in_by_key(partner uuid, key text) RETURNS TABLE (trade_in_id uuid, fingerprint bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT t.trade_in_id, t.fingerprint FROM trade_in t WHERE t.partner_id = partner AND t.idempotency_key = key
$$;

-- A consigned item as its keeper has it, with its member as that is now; nobody, where it is a member no more.
CREATE FUNCTION consigned_item(partner uuid, item uuid)
RETURNS TABLE (item_id uuid, trade_in_id uuid, scheme_id uuid, version int, owner_id uuid, scheme_state varchar, terms jsonb, value bigint,
    closed_as varchar, due_at timestamptz, wallet_id uuid, member_id uuid, kind varchar)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT i.item_id, i.trade_in_id, i.scheme_id, i.version, s.partner_id, s.state, s.terms, i.value, i.closed_as, i.due_at, n.wallet_id,
        n.member_id, n.kind
    FROM trade_in_item i JOIN trade_in_scheme s ON s.scheme_id = i.scheme_id AND s.version = i.version
    LEFT JOIN LATERAL member_now(i.member_id) n ON true
    WHERE i.item_id = item AND i.partner_id = partner
$$;

-- A consignment comes to its end: sold, given back, given away, or credited all the same. Of two that close it at once the first does.
CREATE FUNCTION close_consignment(r jsonb, gift jsonb, at timestamptz) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    c record;
    i trade_in_item;
BEGIN
    SELECT * INTO STRICT c FROM jsonb_to_record(r) AS x(item_id uuid, partner_id uuid, wallet_id uuid, member_id uuid, closed_as text,
        closed_key text, sold_for bigint, credit_id uuid);
    PERFORM lock_cycle();
    IF c.wallet_id IS NOT NULL THEN
        PERFORM lock_wallets(ARRAY[c.wallet_id]);
    END IF;
    SELECT x.* INTO i FROM trade_in_item x WHERE x.item_id = c.item_id AND x.partner_id = c.partner_id FOR UPDATE;
    IF NOT FOUND THEN
        RETURN 'TRADE_IN_NOT_FOUND';
    ELSIF i.closed_key = c.closed_key THEN
        RETURN CASE WHEN (i.closed_as, COALESCE(i.sold_for, 0)) = (c.closed_as, COALESCE(c.sold_for, 0)) THEN 'REPLAYED'
            ELSE 'IDEMPOTENCY_CONFLICT' END;
    ELSIF i.state <> 'CONSIGNED' THEN
        RETURN 'NOT_CONSIGNED';
    END IF;
    IF c.credit_id IS NOT NULL THEN
        PERFORM check_trade_in_parties(c.partner_id, c.wallet_id, c.member_id);
        PERFORM keep_trade_in_credits(r -> 'credits', i.trade_in_id, i.partner_id, c.member_id, at);
    END IF;
    UPDATE trade_in_item x SET closed_as = c.closed_as, closed_at = at, closed_key = c.closed_key, sold_for = c.sold_for,
        credit_id = c.credit_id, state = CASE WHEN c.credit_id IS NOT NULL THEN 'CREDITED' WHEN c.closed_as = 'FALLBACK' THEN 'GIVEN_AWAY'
            ELSE c.closed_as END
    WHERE x.item_id = i.item_id;
    IF gift IS NOT NULL THEN
        PERFORM give_trade_in_voucher(gift, at);
    END IF;
    RETURN 'POSTED';
EXCEPTION WHEN SQLSTATE 'HA003' THEN
    RETURN SQLERRM;
END $$;

-- Credits in points whose actions are to be recorded, with their item and member as that is now.
CREATE FUNCTION trade_in_credits_pending(after uuid, most int, of_trade uuid)
RETURNS TABLE (credit_id uuid, partner_id uuid, scheme varchar, sku varchar, category varchar, grade varchar, units int, amount bigint,
    occurred_at timestamptz, made_at timestamptz, wallet_id uuid, member_id uuid, kind varchar, pairwise_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT c.credit_id, c.partner_id, s.name, i.sku, i.category, i.grade, i.units, c.amount, t.occurred_at, c.made_at, n.wallet_id,
        n.member_id, n.kind, l.pairwise_id
    FROM trade_in_credit c JOIN trade_in t ON t.trade_in_id = c.trade_in_id JOIN trade_in_item i ON i.credit_id = c.credit_id
    JOIN trade_in_scheme s ON s.scheme_id = i.scheme_id AND s.version = i.version
    LEFT JOIN LATERAL member_now(c.member_id) n ON true
    LEFT JOIN LATERAL (SELECT x.pairwise_id FROM link x WHERE x.wallet_id = n.wallet_id AND x.member_id = n.member_id
        AND x.partner_id = c.partner_id LIMIT 1) l ON true
    WHERE c.state = 'PENDING' AND c.form = 'POINTS' AND (after IS NULL OR c.credit_id > after) AND (of_trade IS NULL OR c.trade_in_id = of_trade)
    ORDER BY c.credit_id LIMIT most
$$;

-- The action of a credit stands in the books, or nobody is there to get it (no entry).
CREATE FUNCTION settle_trade_in_credit(credit uuid, wallet uuid, entry uuid, at timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE trade_in_credit SET state = CASE WHEN entry IS NULL THEN 'LOST' ELSE 'GIVEN' END, entry_wallet_id = wallet, entry_id = entry,
        given_at = CASE WHEN entry IS NULL THEN NULL ELSE at END
    WHERE credit_id = credit AND state = 'PENDING';
    RETURN FOUND;
END $$;

-- Consignments whose time is over, at partners that may still give something.
CREATE FUNCTION consignments_due(at timestamptz, after uuid, most int) RETURNS TABLE (item_id uuid, partner_id uuid, terms jsonb)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT i.item_id, i.partner_id, s.terms FROM trade_in_item i JOIN partner p ON p.partner_id = i.partner_id AND p.status = 'ACTIVE'
    JOIN trade_in_scheme s ON s.scheme_id = i.scheme_id AND s.version = i.version
    WHERE i.state = 'CONSIGNED' AND i.due_at <= at AND (after IS NULL OR i.item_id > after) ORDER BY i.item_id LIMIT most
$$;

-- What taking a trade-in back is about: its credits with the lots and things of their actions, and its member as that is now.
CREATE FUNCTION trade_in_to_reverse(partner uuid, trade uuid)
RETURNS TABLE (trade_in_id uuid, recorded_at timestamptz, reversed_at timestamptz, terms jsonb, wallet_id uuid, member_id uuid, credits jsonb)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT t.trade_in_id, t.recorded_at, t.reversed_at, s.terms, n.wallet_id, n.member_id,
        (SELECT COALESCE(jsonb_agg(jsonb_build_object('credit_id', c.credit_id, 'form', c.form, 'voucher_id', c.voucher_id,
                'state', c.state, 'wallet_id', c.entry_wallet_id, 'entry_id', c.entry_id, 'now_in', forwarded(c.entry_wallet_id),
                'lots', (SELECT COALESCE(jsonb_agg(jsonb_build_object('lot_id', l.lot_id, 'points', l.original)), '[]') FROM lot l
                    WHERE l.wallet_id = c.entry_wallet_id AND l.entry_id = c.entry_id),
                'tokens', (SELECT COALESCE(jsonb_agg(k.token_id), '[]') FROM token k
                    WHERE k.wallet_id IN (c.entry_wallet_id, forwarded(c.entry_wallet_id)) AND k.home_wallet_id = c.entry_wallet_id
                        AND k.entry_id = c.entry_id AND k.taken_back_entry IS NULL)) ORDER BY c.credit_id), '[]')
            FROM trade_in_credit c WHERE c.trade_in_id = t.trade_in_id)
    FROM trade_in t JOIN trade_in_scheme s ON s.scheme_id = t.scheme_id AND s.version = t.version
    LEFT JOIN LATERAL member_now(t.member_id) n ON true
    WHERE t.trade_in_id = trade AND t.partner_id = partner
$$;

-- Take the credit of a trade-in back, unless any of it was used. Vouchers are recalled by an entry of the wallet's chain.
CREATE FUNCTION recall_trade_in_voucher(credit uuid, recall jsonb, at timestamptz) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    e entry_draft := (drafts(jsonb_build_array(recall), 'VOUCHER_RECALL'))[1];
    why text := (SELECT j.outcome FROM judged(ARRAY[e], false) j);
BEGIN
    IF why IS NOT NULL THEN
        PERFORM refuse(why);
    END IF;
    UPDATE voucher v SET state = 'CANCELLED', taken_back_entry = e.entry_id FROM trade_in_credit c
    WHERE c.credit_id = credit AND v.wallet_id = e.wallet_id AND v.voucher_id = c.voucher_id AND v.used = 0 AND v.state IN ('OPEN', 'EXPIRED');
    IF NOT FOUND THEN
        PERFORM refuse('TRADE_IN_CREDIT_USED');
    END IF;
    PERFORM append_entries(ARRAY[carrying(e, (SELECT c.voucher_id::text FROM trade_in_credit c WHERE c.credit_id = credit))], '{}', at);
END $$;

CREATE FUNCTION recall_trade_in_points(c trade_in_credit, back jsonb, at timestamptz) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    why text;
BEGIN
    IF EXISTS (SELECT FROM lot l WHERE l.wallet_id = c.entry_wallet_id AND l.entry_id = c.entry_id AND (l.remaining < l.original OR l.held > 0))
        OR EXISTS (SELECT FROM token k JOIN voucher v ON v.voucher_id = k.voucher_id AND v.used > 0
            WHERE k.home_wallet_id = c.entry_wallet_id AND k.entry_id = c.entry_id)
    THEN
        PERFORM refuse('TRADE_IN_CREDIT_USED');
    END IF;
    why := (SELECT p.outcome FROM post_action_returns(jsonb_build_array(back), at) p);
    IF why NOT IN ('POSTED', 'REPLAYED') THEN
        PERFORM refuse(why);
    END IF;
END $$;

CREATE FUNCTION reverse_trade_in(r jsonb, backs jsonb, at timestamptz) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    x record;
    t trade_in;
    c trade_in_credit;
    back jsonb;
BEGIN
    SELECT * INTO STRICT x FROM jsonb_to_record(r) AS i(trade_in_id uuid, partner_id uuid, wallet_id uuid, member_id uuid, reversed_key text);
    PERFORM lock_cycle();
    PERFORM lock_wallets(ARRAY(SELECT DISTINCT w FROM unnest(ARRAY[x.wallet_id] || ARRAY(SELECT k.entry_wallet_id FROM trade_in_credit k
        WHERE k.trade_in_id = x.trade_in_id AND k.entry_wallet_id IS NOT NULL)) w WHERE w IS NOT NULL));
    SELECT k.* INTO t FROM trade_in k WHERE k.trade_in_id = x.trade_in_id AND k.partner_id = x.partner_id FOR UPDATE;
    IF NOT FOUND THEN
        RETURN 'TRADE_IN_NOT_FOUND';
    ELSIF t.reversed_key = x.reversed_key THEN
        RETURN 'REPLAYED';
    ELSIF t.reversed_at IS NOT NULL THEN
        RETURN 'TRADE_IN_REVERSED';
    ELSIF EXISTS (SELECT FROM trade_in_credit k WHERE k.trade_in_id = t.trade_in_id AND k.state = 'PENDING') THEN
        RETURN 'STALE';
    ELSIF EXISTS (SELECT FROM trade_in_item i WHERE i.trade_in_id = t.trade_in_id AND i.closed_as IS NOT NULL) THEN
        RETURN 'NOT_CONSIGNED';
    END IF;
    FOR c IN SELECT k.* FROM trade_in_credit k WHERE k.trade_in_id = t.trade_in_id AND k.state = 'GIVEN' ORDER BY k.credit_id LOOP
        back := (SELECT b FROM jsonb_array_elements(backs) AS b WHERE (b ->> 'credit_id')::uuid = c.credit_id);
        IF back IS NULL THEN
            PERFORM refuse('STALE');
        ELSIF c.form = 'VOUCHER' THEN
            PERFORM recall_trade_in_voucher(c.credit_id, back, at);
        ELSE
            PERFORM recall_trade_in_points(c, back, at);
        END IF;
        UPDATE trade_in_credit SET state = 'TAKEN_BACK', back_at = at WHERE credit_id = c.credit_id;
    END LOOP;
    UPDATE trade_in_item SET state = 'REVERSED' WHERE trade_in_id = t.trade_in_id;
    UPDATE trade_in SET reversed_at = at, reversed_key = x.reversed_key WHERE trade_in_id = t.trade_in_id;
    RETURN 'POSTED';
EXCEPTION WHEN SQLSTATE 'HA003' THEN
    RETURN SQLERRM;
END $$;

-- Schemes that can be used at a partner's counters now, whoever's they are.
CREATE FUNCTION trade_in_schemes_at(partner uuid) RETURNS SETOF trade_in_scheme
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT s.* FROM trade_in_scheme s WHERE s.state = 'LIVE' AND s.partners @> ARRAY[partner] ORDER BY s.scheme_id
$$;

-- What a member handed in, and what became of it; with the member's own sight.
CREATE FUNCTION my_trade_ins(member uuid, before uuid, most int)
RETURNS TABLE (item_id uuid, scheme text, partner_id uuid, category varchar, grade varchar, units int, value bigint, state varchar,
    due_at timestamptz, closed_as varchar, sold_for bigint, handed_in_at timestamptz, form varchar, credit bigint, credit_state varchar,
    voucher_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT i.item_id, s.name::text, i.partner_id, i.category, i.grade, i.units, i.value, i.state, i.due_at, i.closed_as, i.sold_for,
        t.occurred_at, c.form, c.amount, c.state, c.voucher_id
    FROM trade_in_item i JOIN trade_in t ON t.trade_in_id = i.trade_in_id
    JOIN trade_in_scheme s ON s.scheme_id = i.scheme_id AND s.version = i.version
    LEFT JOIN trade_in_credit c ON c.credit_id = i.credit_id
    WHERE sees_member(member) AND i.member_id = (SELECT COALESCE(m.merged_into, m.member_id) FROM member m WHERE m.member_id = member)
        AND (before IS NULL OR i.item_id < before)
    ORDER BY i.item_id DESC LIMIT most
$$;

-- What was taken, by category and grade: all of one's own counters; of others' under a scheme of one's own, or one that one pays for (of
-- one's own make alone), only where at least so many members handed in.
CREATE FUNCTION trade_in_sums(partner uuid, scheme uuid, since timestamptz, until timestamptz, fewest int)
RETURNS TABLE (scheme_id uuid, name text, category varchar, grade varchar, own boolean, members bigint, items bigint, units bigint,
    value bigint, credited bigint, credit bigint, sold bigint, sold_for bigint, waiting bigint, unsold bigint, reversed bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT i.scheme_id, min(s.name::text), i.category, i.grade, g.own, count(DISTINCT i.member_id), count(*), sum(i.units), sum(i.value)::bigint,
        count(*) FILTER (WHERE i.state = 'CREDITED'),
        COALESCE(sum(COALESCE(CASE WHEN i.closed_as = 'SOLD' OR i.closed_as = 'FALLBACK' THEN c.amount ELSE i.value END, 0))
            FILTER (WHERE i.state = 'CREDITED'), 0)::bigint,
        count(*) FILTER (WHERE i.closed_as = 'SOLD'), COALESCE(sum(i.sold_for), 0)::bigint,
        count(*) FILTER (WHERE i.state = 'CONSIGNED'),
        count(*) FILTER (WHERE i.closed_as IN ('GIVEN_BACK', 'GIVEN_AWAY', 'FALLBACK')), count(*) FILTER (WHERE i.state = 'REVERSED')
    FROM trade_in_item i JOIN trade_in t ON t.trade_in_id = i.trade_in_id
    JOIN trade_in_scheme s ON s.scheme_id = i.scheme_id AND s.version = i.version
    LEFT JOIN trade_in_credit c ON c.credit_id = i.credit_id
    CROSS JOIN LATERAL (SELECT partner IS NULL OR i.partner_id = partner AS own) g
    WHERE CASE WHEN partner IS NULL THEN sees_coalition() ELSE sees_partner(partner) END
        AND (g.own OR s.partner_id = partner OR s.sponsors @> ARRAY[partner] AND i.maker_id = partner)
        AND (scheme IS NULL OR i.scheme_id = scheme) AND t.recorded_at >= since AND (until IS NULL OR t.recorded_at < until)
    GROUP BY i.scheme_id, i.category, i.grade, g.own
    HAVING g.own OR count(DISTINCT i.member_id) >= fewest
    ORDER BY 2, 1, i.category, i.grade, g.own DESC
$$;

-- What it cost whom, so far: money of vouchers that were used, and points as they were given. One's own share; the owner of a scheme
-- sees those of its sponsors too. What no sponsor pays of a voucher, whoever took it bears.
CREATE FUNCTION trade_in_costs(partner uuid, scheme uuid, since timestamptz, until timestamptz, digits int)
RETURNS TABLE (scheme_id uuid, name text, funder_id uuid, amount bigint, points bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH credit AS (
        SELECT t.scheme_id, s.name::text AS name, s.partner_id AS owner_id, s.sponsors, c.*
        FROM trade_in_credit c JOIN trade_in t ON t.trade_in_id = c.trade_in_id
        JOIN trade_in_scheme s ON s.scheme_id = t.scheme_id AND s.version = t.version
        WHERE c.state = 'GIVEN' AND (scheme IS NULL OR t.scheme_id = scheme) AND t.recorded_at >= since AND (until IS NULL OR t.recorded_at < until)
    ), used AS (
        SELECT c.scheme_id, c.name, c.owner_id, c.sponsors, u.partner_id AS taker_id, u.amount,
            (SELECT COALESCE(jsonb_agg(jsonb_build_object('sponsor_id', b.sponsor_id,
                'amount', round(b.amount * power(10::numeric, digits))::bigint)), '[]') FROM benefit b
                WHERE b.wallet_id = u.wallet_id AND b.benefit_id = ANY (u.benefits)) AS benefits
        FROM credit c JOIN voucher_use u ON u.voucher_id = c.voucher_id AND u.reversed_entry_id IS NULL
    ), cost AS (
        SELECT u.scheme_id, u.name, u.owner_id, u.sponsors, b.sponsor_id AS funder_id, b.amount, 0::bigint AS points
        FROM used u, jsonb_to_recordset(u.benefits) AS b(sponsor_id uuid, amount bigint)
        UNION ALL
        SELECT u.scheme_id, u.name, u.owner_id, u.sponsors, u.taker_id, u.amount
            - COALESCE((SELECT sum(b.amount) FROM jsonb_to_recordset(u.benefits) AS b(amount bigint)), 0), 0
        FROM used u
        UNION ALL
        SELECT c.scheme_id, c.name, c.owner_id, c.sponsors, l.sponsor_id, 0, l.original
        FROM credit c JOIN lot l ON l.wallet_id = c.entry_wallet_id AND l.entry_id = c.entry_id
    )
    SELECT c.scheme_id, min(c.name), c.funder_id, sum(c.amount)::bigint, sum(c.points)::bigint FROM cost c
    WHERE CASE WHEN partner IS NULL THEN sees_coalition() ELSE sees_partner(partner) END
        AND (partner IS NULL OR c.funder_id = partner OR c.owner_id = partner AND c.sponsors @> ARRAY[c.funder_id])
    GROUP BY c.scheme_id, c.funder_id HAVING sum(c.amount) > 0 OR sum(c.points) > 0 ORDER BY 2, 1, 3
$$;
