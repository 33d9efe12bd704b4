-- Vouchers are issued inside the postings that give them.

-- Give what entries won: `wants` is a list of {item, voucher_id, coupon_id, lookup, uses, source, source_id, expires_at}; without a lookup
-- the code comes from the coupon's pool, from which each takes a free one that nobody else is just taking. What cannot be given is written
-- down as a cut and answered: [{item, voucher_id, coupon_id, why}], in order. The wallets of the entries are locked already.
CREATE FUNCTION issue_vouchers(wants jsonb, entries entry_draft[], at timestamptz) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
    w record;
    terms coupon;
    code voucher_code;
    why text;
    cuts jsonb := '[]';
BEGIN
    FOR w IN
        SELECT e.wallet_id, e.entry_id, e.member_id, i.* FROM jsonb_to_recordset(wants) AS i(item int, voucher_id uuid, coupon_id uuid,
            lookup bytea, uses int, source text, source_id uuid, expires_at timestamptz)
        JOIN unnest(entries) e ON e.item = i.item ORDER BY i.item, i.coupon_id, i.voucher_id
    LOOP
        SELECT c.* INTO terms FROM coupon c WHERE c.coupon_id = w.coupon_id AND c.state = 'LIVE';
        why := CASE WHEN NOT FOUND THEN 'COUPON_NOT_LIVE' END;
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
                state, uses, used, source, source_id, issued_at, expires_at)
            VALUES (w.wallet_id, w.voucher_id, w.wallet_id, w.entry_id, w.member_id, w.coupon_id, terms.version, terms.partner_id,
                code.lookup, code.sealed, 'OPEN', w.uses, 0, w.source, w.source_id, at, w.expires_at);
        END IF;
    END LOOP;
    RETURN cuts;
END $$;

-- As in 0027, and what comes with a token: a voucher that works at the till.
CREATE OR REPLACE FUNCTION keep_tokens(items jsonb, entries entry_draft[], at timestamptz) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO token (wallet_id, token_id, home_wallet_id, entry_id, member_id, partner_id, campaign_id, campaign_version, kind, name,
        given_at, expires_at, voucher_id)
    SELECT e.wallet_id, k.token_id, e.wallet_id, e.entry_id, e.member_id, e.partner_id, k.campaign_id, k.campaign_version, k.kind,
        k.name, at, k.expires_at, (k.voucher ->> 'voucher_id')::uuid
    FROM jsonb_to_recordset(items) AS i(item int, tokens jsonb) JOIN unnest(entries) e ON e.item = i.item,
        jsonb_to_recordset(i.tokens) AS k(token_id uuid, campaign_id uuid, campaign_version int, kind text, name text,
            expires_at timestamptz, voucher jsonb);
    IF items @? '$[*].tokens[*].voucher.voucher_id' THEN
        PERFORM issue_vouchers((SELECT jsonb_agg(k -> 'voucher' || jsonb_build_object('item', i.item))
            FROM jsonb_to_recordset(items) AS i(item int, tokens jsonb), jsonb_array_elements(i.tokens) AS k
            WHERE k -> 'voucher' ? 'voucher_id'), entries, at);
    END IF;
END $$;

-- As in 0027, and which voucher a thing is.
CREATE OR REPLACE FUNCTION tokens_of(home uuid, entry uuid) RETURNS jsonb LANGUAGE sql STABLE AS $$
    SELECT COALESCE(jsonb_agg(jsonb_build_object('token_id', t.token_id, 'campaign_id', t.campaign_id, 'version', t.campaign_version,
        'kind', t.kind, 'name', t.name, 'expires_at', t.expires_at, 'taken_back', t.taken_back_entry IS NOT NULL,
        'voucher_id', t.voucher_id) ORDER BY t.token_id), '[]')
    FROM token t WHERE t.wallet_id IN (home, forwarded(home)) AND t.home_wallet_id = home AND t.entry_id = entry
$$;

-- Vouchers that were given without points or purchase: by the coupon's owner. All of one request, or none.
CREATE FUNCTION post_voucher_gifts(items jsonb, at timestamptz) RETURNS SETOF posting_result
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
            given := given || carrying(e, (SELECT string_agg(concat_ws(chr(31), w ->> 'voucher_id', w ->> 'coupon_id'), chr(30)
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
