-- Vouchers with amounts of their own: a coupon whose vouchers are valued says who pays and where, and whoever issues one says how much.

ALTER TABLE voucher ADD COLUMN amount bigint CONSTRAINT ck_voucher_amount CHECK (amount > 0);
ALTER TYPE voucher_told ADD ATTRIBUTE amount bigint;

-- What these laws allowed before stays allowed, whoever allowed it.
DO $$ DECLARE w record; law text; BEGIN
    FOR w IN SELECT * FROM (VALUES
        ('voucher', 'ck_voucher_source', $law$source = 'TRADE_IN'$law$),
        ('entry', 'ck_entry_kind', $law$kind = 'VOUCHER_RECALL'$law$)) AS n (relation, name, more)
    LOOP
        SELECT substring(pg_get_constraintdef(c.oid) FROM 'CHECK (.*)$') INTO STRICT law FROM pg_constraint c
            WHERE c.conrelid = w.relation::regclass AND c.conname = w.name;
        EXECUTE format('ALTER TABLE %I DROP CONSTRAINT %I', w.relation, w.name);
        EXECUTE format('ALTER TABLE %I ADD CONSTRAINT %I CHECK (%s OR %s)', w.relation, w.name, w.more, law);
    END LOOP;
END $$;

CREATE OR REPLACE FUNCTION told(asked bigint, v voucher, c coupon) RETURNS voucher_told LANGUAGE sql STABLE AS $$
    SELECT ROW(asked, v.wallet_id, v.voucher_id, v.member_id, v.state, v.uses, v.used, v.source, v.source_id, v.issued_at, v.expires_at,
        v.sealed, c.coupon_id, c.version, c.partner_id, c.terms,
        EXISTS (SELECT FROM coupon p WHERE p.coupon_id = c.coupon_id AND p.state = 'PAUSED'), c.code_lookup IS NOT NULL, v.amount)::voucher_told
$$;

-- As in 0033, and an amount of each voucher's own, where vouchers of its coupon are valued; without it, or with one where they are not, none
-- is given. `wants` is a list of {item, voucher_id, coupon_id, lookup, uses, source, source_id, expires_at, amount}; without a lookup
-- the code comes from the coupon's pool, from which each takes a free one that nobody else is just taking. What cannot be given is written
-- down as a cut and answered: [{item, voucher_id, coupon_id, why}], in order. The wallets of the entries are locked already.
CREATE OR REPLACE FUNCTION issue_vouchers(wants jsonb, entries entry_draft[], at timestamptz) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
    w record;
    terms coupon;
    code voucher_code;
    why text;
    cuts jsonb := '[]';
BEGIN
    FOR w IN
        SELECT e.wallet_id, e.entry_id, e.member_id, i.* FROM jsonb_to_recordset(wants) AS i(item int, voucher_id uuid, coupon_id uuid,
            lookup bytea, uses int, source text, source_id uuid, expires_at timestamptz, amount bigint)
        JOIN unnest(entries) e ON e.item = i.item ORDER BY i.item, i.coupon_id, i.voucher_id
    LOOP
        SELECT c.* INTO terms FROM coupon c WHERE c.coupon_id = w.coupon_id AND c.state = 'LIVE';
        why := CASE WHEN NOT FOUND OR COALESCE((terms.terms -> 'takes' ->> 'valued')::boolean, false) <> (w.amount IS NOT NULL)
            THEN 'COUPON_NOT_LIVE' END;
        code := NULL;
        IF why IS NULL AND w.lookup IS NULL THEN
            UPDATE voucher_code c SET wallet_id = w.wallet_id, voucher_id = w.voucher_id, taken_at = at
            WHERE c.lookup = (SELECT f.lookup FROM voucher_code f WHERE f.coupon_id = w.coupon_id AND f.wallet_id IS NULL
                ORDER BY f.lookup LIMIT 1 FOR UPDATE SKIP LOCKED)
            RETURNING c.* INTO code;
            why := CASE WHEN NOT FOUND THEN 'CODES_USED_UP' END;
        ELSIF why IS NULL THEN
            INSERT INTO voucher_code (lookup, coupon_id, partner_id, wallet_id, voucher_id, taken_at)
            VALUES (w.lookup, w.coupon_id, terms.partner_id, w.wallet_id, w.voucher_id, at) RETURNING * INTO code;
        END IF;
        IF why IS NOT NULL THEN
            INSERT INTO voucher_cut (wallet_id, voucher_id, entry_id, coupon_id, partner_id, why, cut_at)
            VALUES (w.wallet_id, w.voucher_id, w.entry_id, w.coupon_id, COALESCE(terms.partner_id, (SELECT c.partner_id FROM coupon c
                WHERE c.coupon_id = w.coupon_id LIMIT 1)), why, at);
            cuts := cuts || jsonb_build_object('item', w.item, 'voucher_id', w.voucher_id, 'coupon_id', w.coupon_id, 'why', why);
        ELSE
            INSERT INTO voucher (wallet_id, voucher_id, home_wallet_id, entry_id, member_id, coupon_id, version, partner_id, lookup, sealed,
                state, uses, used, source, source_id, issued_at, expires_at, amount)
            VALUES (w.wallet_id, w.voucher_id, w.wallet_id, w.entry_id, w.member_id, w.coupon_id, terms.version, terms.partner_id,
                code.lookup, code.sealed, 'OPEN', w.uses, 0, w.source, w.source_id, at, w.expires_at, w.amount);
        END IF;
    END LOOP;
    RETURN cuts;
END $$;

-- As in 0033; the content of the entry names an amount of a voucher's own, too.
CREATE OR REPLACE FUNCTION post_voucher_gifts(items jsonb, at timestamptz) RETURNS SETOF posting_result
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET jit = off AS $$
DECLARE
    entries entry_draft[] := drafts(items, 'VOUCHER_GIFT');
    verdicts verdict[];
    given entry_draft[] := '{}';
    e entry_draft;
    wants jsonb;
BEGIN
    PERFORM lock_for(entries);
    SELECT array_agg(ROW(j.item, COALESCE(j.outcome, CASE WHEN EXISTS (
            SELECT FROM jsonb_to_recordset(i.vouchers) AS w(coupon_id uuid)
            WHERE NOT EXISTS (SELECT FROM coupon c WHERE c.coupon_id = w.coupon_id AND c.partner_id = i.partner_id))
            THEN 'COUPON_NOT_FOUND' END), j.wallet_id, j.entry_id, NULL)::verdict)
    INTO verdicts FROM judged(entries, true) j
    JOIN jsonb_to_recordset(items) AS i(item int, partner_id uuid, vouchers jsonb) ON i.item = j.item;
    FOREACH e IN ARRAY standing(entries, verdicts) LOOP
        BEGIN
            SELECT jsonb_agg(w || jsonb_build_object('item', e.item) ORDER BY w ->> 'voucher_id') INTO wants
            FROM jsonb_to_recordset(items) AS i(item int, vouchers jsonb), jsonb_array_elements(i.vouchers) AS w WHERE i.item = e.item;
            IF jsonb_array_length(issue_vouchers(wants, ARRAY[e], at)) > 0 THEN
                RAISE EXCEPTION USING ERRCODE = 'HA003', MESSAGE = 'VOUCHERS_USED_UP';
            END IF;
            given := given || carrying(e, (SELECT string_agg(concat_ws(chr(31), w ->> 'voucher_id', w ->> 'coupon_id',
                w ->> 'amount'), chr(30)
                ORDER BY w ->> 'voucher_id') FROM jsonb_array_elements(wants) AS w));
        EXCEPTION WHEN SQLSTATE 'HA003' THEN
            verdicts := ARRAY(SELECT ROW(v.item, CASE v.item WHEN e.item THEN SQLERRM ELSE v.outcome END, v.wallet_id, v.entry_id,
                v.spendable)::verdict FROM unnest(verdicts) v);
        END;
    END LOOP;
    IF cardinality(given) > 0 THEN
        PERFORM append_entries(given, '{}', at);
    END IF;
    RETURN QUERY SELECT * FROM answers(verdicts);
END $$;
